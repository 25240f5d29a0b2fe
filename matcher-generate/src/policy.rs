//! Texts of the policies.

use jiff::ToSpan;
use matcher_core::tables::rows::{Accessibility, DwellingRow, Financing, HouseholdRow, Tables};

use crate::plan::Plan;

const WEIGHTS: &str = "\
[weights]                         # sum 100: a perfect pair is worth 100,000 points
typology_fit = 17
effort_rate = 14
choice_rank = 13
priority_points = 15
step_free_fit = 10
distance = 9
waiting_time = 7
floor_lift = 8
mutual_help = 7                   # help between neighbours; only what people volunteered in help.csv
";

const SETTINGS: &str = "
[criteria.floor_lift]             # stairs are marked from this age on, whatever the needs
age_min = 65

[rules.charter]                   # who lives in these residences has wished to take part
programmes = [\"habitat_participatif\"]
";

/// `policy.toml`.
pub(crate) fn text(plan: &Plan, tables: &Tables) -> String {
    let mut text =
        head(plan, &plan.name, "Politique d'un bourg inventé ; quotas : quotas.csv", "Policy of an invented town; quotas: quotas.csv");
    text.push_str(WEIGHTS);
    text.push_str(SETTINGS);
    if plan.demo {
        text.push_str(&decided(plan, tables));
    }
    text
}

fn head(plan: &Plan, id: &str, french: &str, english: &str) -> String {
    format!(
        "# {french}\n# {english}\n\
         # Made by matcher-generate; every number is an example to discuss, none is law.\n\n\
         id = \"{id}\"\nversion = \"1\"\nauthor = \"matcher-generate\"\n\
         reference_date = \"{date}\"     # ages, ceilings, waiting and availability are taken at this day\n\
         seed = 20251001                   # publish it before the run: ties are drawn from it\n\
         shortlist_length = 3              # households named per dwelling (CCH R441-3: at least 3)\n\
         affinities = true                 # pairs of affinities.csv earn their points in one residence\n\n",
        date = plan.date
    )
}

/// Pairs that people have decided beforehand: two promised homes, one pair ruled out.
fn decided(plan: &Plan, tables: &Tables) -> String {
    let reasons = [
        ("pins", "promis par la commission du 18 septembre 2025"),
        ("pins", "relogement convenu avant travaux"),
        ("forbidden", "logement déjà refusé par le ménage en juin 2025"),
    ];
    let (mut households, mut residences, mut blocks) = (Vec::new(), Vec::new(), Vec::new());
    for (kind, reason) in reasons {
        let mut pairs = sure_pairs(plan, tables);
        let pair = pairs.find(|(household, dwelling)| !households.contains(&household.id) && !residences.contains(&dwelling.residence));
        if let Some((household, dwelling)) = pair {
            blocks.push(format!(
                "\n[[{kind}]]\nhousehold = \"{}\"\ndwelling = \"{}\"\nreason = \"{reason}\"\nauthor = \"commission d'attribution\"\n",
                household.id, dwelling.id
            ));
            households.push(household.id.clone());
            residences.push(dwelling.residence.clone());
        }
    }
    blocks.concat()
}

/// Pairs that no rule can refuse: a person alone, without needs, who wished for the residence, and a small, cheap, free home.
fn sure_pairs<'a>(plan: &'a Plan, tables: &'a Tables) -> impl Iterator<Item = (&'a HouseholdRow, &'a DwellingRow)> {
    let soon = plan.date.saturating_add(10.days());
    let homes = tables.dwellings.iter().filter(move |d| {
        d.available_from.is_some_and(|day| day <= soon)
            && (d.typology == 2 || d.typology == 1)
            && matches!(d.financing, Financing::Plus | Financing::Plai)
            && d.reservation.is_empty()
            && d.earmark.is_empty()
            && d.accessibility != Accessibility::Adapted
    });
    homes.flat_map(move |dwelling| {
        let cost = dwelling.rent_eur_month.0 + dwelling.charges_eur_month.0;
        let fits = move |h: &&HouseholdRow| {
            h.applying
                && h.admissible
                && h.category == 1
                && h.current_dwelling.is_empty()
                && h.income_eur_year.0 < 12_000 * 100
                && cost - h.housing_benefit_eur_month.map_or(0, |b| b.0) < h.resources_eur_month.0 * 22 / 100
                && h.resources_eur_month.0 > 1_000 * 100
                && h.choices.contains(&dwelling.residence)
        };
        let of_need = |household: &str| tables.persons.iter().any(|p| p.household == household && !p.needs.is_empty());
        tables.households.iter().filter(fits).filter(move |h| !of_need(&h.id)).map(move |h| (h, dwelling))
    })
}

/// `policy-conflict.toml`: three hard minima over the new building. Each can hold, any two can; all three ask for more homes than
/// it has.
pub(crate) fn conflict(plan: &Plan, tables: &Tables) -> String {
    let residence = tables.residences.last().map_or("", |r| r.id.as_str());
    // Priority by age does not hold for the homes that the préfet reserves.
    let homes = tables.dwellings.iter().filter(|d| d.residence == residence && d.reservation != "prefet").count();
    let least = homes / 3 + 1;
    let mut text = head(
        plan,
        "demo-town-conflict",
        &format!("Trois minimums qui ne tiennent pas ensemble : {least} logements chacun, pour {homes} logements"),
        &format!("Three minima that cannot hold together: {least} homes each, of {homes} homes"),
    );
    text.push_str(WEIGHTS);
    text.push_str(SETTINGS);
    let authorised = "autorisation préfectorale (exemple) : loi ASV art. 20, loi ELAN art. 109";
    let blocks = [
        ("enough-seniors", "age=65..", authorised),
        ("enough-young", "age=..29", authorised),
        ("enough-families", "age=30..64 & size=3..", "projet social de la résidence (exemple)"),
    ]
    .map(|(id, group, basis)| {
        format!(
            "\n[[quota]]\nid = \"{id}\"\nversion = \"1\"\nvalid_from = \"2025-01-01\"\nauthor = \"bailleur\"\n\
             legal_basis = \"{basis}\"\nscope = \"residence={residence} & reservation!=prefet\"\ngroup = \"{group}\"\n\
             measure = \"households\"\nbasis = \"stock\"\nunit = \"count\"\nmin = \"{least}\"\n"
        )
    });
    text.push_str(&blocks.concat());
    text
}

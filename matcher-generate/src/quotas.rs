//! Quotas and targets of a town, and the ledger of what the year has signed so far.
//!
//! Bands, targets and prices are the town's own decisions: examples to discuss, none is a recommendation. What the law asks is named.

use matcher_core::tables::rows::{LedgerRow, QuotaRow, ResidenceRow, Tables};

use crate::draw::{Draw, Stream};

/// The parts of a quota that differ from one to the next; the rest is filled in by [`quota`].
#[derive(Debug, Clone, Copy)]
struct Short<'a> {
    id: &'a str,
    scope: &'a str,
    group: &'a str,
    /// `stock`, `flow` or `run`.
    basis: &'a str,
    /// Denominator of a share; empty = a count.
    of: &'a str,
    min: &'a str,
    target: &'a str,
    max: &'a str,
    /// Points per unit below, above, for the first unit from the target, and what each further one adds.
    price: [&'a str; 4],
    legal_basis: &'a str,
    author: &'a str,
}

const NOTHING: Short<'static> = Short {
    id: "",
    scope: "*",
    group: "*",
    basis: "stock",
    of: "dwellings",
    min: "",
    target: "",
    max: "",
    price: ["", "", "", ""],
    legal_basis: "projet social de la résidence",
    author: "bailleur",
};

/// CCH, art. L441-1: a quarter of the leases outside priority districts for the poorest quarter; half of those inside for the others.
const LAW_OF_THE_YEAR: &str = "CCH, art. L441-1 (loi n° 2017-86 du 27 janvier 2017, Egalité et citoyenneté)";
const CONVENTION: &str = "CCH, art. L441-1 et R441-5 ; convention de réservation en flux";

fn quota(short: Short<'_>) -> QuotaRow {
    let text = str::to_owned;
    let hard = short.price.iter().all(|price| price.is_empty());
    QuotaRow {
        line: 0,
        id: text(short.id),
        version: text("1"),
        valid_from: text("2025-01-01"),
        valid_to: if short.basis == "flow" { text("2025-12-31") } else { String::new() },
        legal_basis: text(short.legal_basis),
        author: text(short.author),
        scope: text(short.scope),
        group: text(short.group),
        measure: text(if short.group.contains("person_age") { "persons" } else { "households" }),
        basis: text(short.basis),
        unit: text(if short.of.is_empty() { "count" } else { "share" }),
        denominator: text(short.of),
        min: text(short.min),
        target: text(short.target),
        max: text(short.max),
        rounding: text(if hard { "legal" } else { "" }),
        penalty_below: text(short.price[0]),
        penalty_above: text(short.price[1]),
        target_penalty: text(short.price[2]),
        target_penalty_step: text(short.price[3]),
    }
}

/// Quotas of a town of any size: age targets per residence, the law of the year, the State's part.
pub(crate) fn plain(tables: &Tables, seed: u64) -> (Vec<QuotaRow>, Vec<LedgerRow>) {
    let mut quotas = vec![
        Short { id: "young", scope: "residence=*", group: "age=..29", target: "20", price: ["", "", "8000", "4000"], ..NOTHING },
        Short { id: "seniors", scope: "residence=*", group: "age=65..", target: "30", price: ["", "", "8000", "4000"], ..NOTHING },
        Short { min: "25", price: ["20000", "", "", ""], ..STATE },
        Short { price: ["30000", "", "", ""], ..POOREST },
    ];
    if tables.residences.iter().any(|r| r.priority_district) {
        quotas.push(Short { price: ["30000", "", "", ""], ..OTHERS_IN_DISTRICTS });
    }
    with_ledger(tables, &quotas, seed)
}

const POOREST: Short<'static> = Short {
    id: "poorest-quarter",
    scope: "priority_district=no",
    group: "income_quartile=1",
    basis: "flow",
    of: "leases",
    min: "25",
    legal_basis: LAW_OF_THE_YEAR,
    author: "conférence intercommunale du logement",
    ..NOTHING
};
const OTHERS_IN_DISTRICTS: Short<'static> =
    Short { id: "districts-mixed", scope: "priority_district=yes", group: "income_quartile=2..4", min: "50", ..POOREST };
const STATE: Short<'static> =
    Short { id: "state", group: "right=prefet", basis: "flow", of: "leases", legal_basis: CONVENTION, author: "préfecture", ..NOTHING };

/// Quotas of the demo town: every form the language has, several of them over the same homes.
pub(crate) fn demo(tables: &Tables, seed: u64) -> (Vec<QuotaRow>, Vec<LedgerRow>) {
    let mut quotas = Vec::new();
    let empty = ResidenceRow {
        line: 0,
        id: String::new(),
        name: String::new(),
        territory: String::new(),
        programme: String::new(),
        priority_district: false,
        ceiling_zone: String::new(),
        lat: None,
        lon: None,
        lift: false,
    };
    let new = tables.residences.last().unwrap_or(&empty);
    let targets: Vec<(String, String, &str)> = tables
        .residences
        .iter()
        .filter(|r| r.id != new.id && small_vacancies(tables, &r.id) >= 2)
        .map(|r| (format!("seniors-{}", r.id), format!("residence={}", r.id), if r.lift { "30" } else { "22" }))
        .collect();
    for (id, scope, target) in &targets {
        quotas.push(Short { id, scope, group: "age=65..", target, price: ["", "", "8000", "4000"], ..NOTHING });
    }
    quotas.push(Short {
        id: "young",
        scope: "residence=* & programme=chers_voisins",
        group: "age=..29",
        target: "18",
        price: ["", "", "8000", "4000"],
        ..NOTHING
    });
    let in_new = format!("residence={}", new.id);
    let [staircase, other, last] = ["A", "B", "C"].map(|letter| format!("staircase={}/{letter}", new.id));
    let school = format!("territory={}", new.territory);
    let band = Short { scope: &in_new, price: ["15000", "15000", "", ""], ..NOTHING };
    quotas.extend([
        Short { id: "new-seniors", group: "age=65..", min: "30", max: "40", ..band },
        Short { id: "new-young", group: "age=..29", min: "15", max: "25", ..band },
        Short { id: "new-poorest", group: "income_quartile=1", min: "15", max: "23", price: ["12000", "12000", "", ""], ..band },
        Short { id: "new-better-off", group: "income_quartile=3..4", min: "30", max: "45", price: ["12000", "12000", "", ""], ..band },
        Short { id: "new-charter", group: "charter=yes", min: "70", price: ["8000", "", "", ""], ..band },
    ]);
    for (id, scope) in [("new-A-young", &staircase), ("new-B-young", &other), ("new-C-young", &last)] {
        quotas.push(Short { id, scope, group: "age=..29", of: "", min: "5", price: ["10000", "", "", ""], ..NOTHING });
    }
    quotas.extend([
        Short {
            id: "school-places",
            scope: &school,
            group: "person_age=3..10",
            basis: "run",
            of: "",
            max: "34",
            price: ["", "7000", "", ""],
            legal_basis: "convention avec la commune : places d'école du quartier",
            author: "commune",
            ..NOTHING
        },
        POOREST,
        Short { price: ["25000", "", "", ""], ..OTHERS_IN_DISTRICTS },
        Short { min: "25", max: "28", price: ["20000", "20000", "", ""], ..STATE },
        Short {
            id: "action-logement",
            group: "right=action_logement",
            min: "38",
            price: ["12000", "", "", ""],
            author: "Action Logement",
            ..STATE
        },
        Short {
            id: "dalo",
            group: "tag=dalo",
            of: "",
            min: "30",
            legal_basis: "CCH, art. L441-2-3 (loi n° 2007-290 du 5 mars 2007)",
            ..STATE
        },
        Short { id: "transfers", group: "transfer=yes", basis: "run", of: "offers", min: "12", price: ["9000", "", "", ""], ..NOTHING },
    ]);
    with_ledger(tables, &quotas, seed)
}

/// Homes of up to three rooms to be let in a residence: where there are hardly any, no target can be steered at this year's lettings.
fn small_vacancies(tables: &Tables, residence: &str) -> usize {
    tables.dwellings.iter().filter(|d| d.residence == residence && d.typology <= 3 && d.available_from.is_some()).count()
}

/// Rows, and for every flow quota what the first nine months have signed: a bit less of the group than the quota asks for.
fn with_ledger(tables: &Tables, quotas: &[Short<'_>], seed: u64) -> (Vec<QuotaRow>, Vec<LedgerRow>) {
    let districts: Vec<&str> = tables.residences.iter().filter(|r| r.priority_district).map(|r| r.id.as_str()).collect();
    let (mut everywhere, mut inside) = (0, 0);
    for dwelling in tables.dwellings.iter().filter(|d| d.available_from.is_some()) {
        everywhere += 1;
        inside += i64::from(districts.binary_search(&dwelling.residence.as_str()).is_ok());
    }
    let mut ledger = Vec::new();
    for (index, short) in quotas.iter().filter(|short| short.basis == "flow").enumerate() {
        let mut draw = Draw::new(seed, Stream::Ledger, index);
        let vacant = match short.scope {
            "priority_district=yes" => inside,
            "priority_district=no" => everywhere - inside,
            _ => everywhere,
        };
        let signed = vacant * draw.between(55, 70) / 100;
        let wished = short.min.parse::<i64>().unwrap_or(0);
        let counted = if short.of.is_empty() { wished / 3 } else { signed * wished * draw.between(700, 850) / 100_000 };
        // Homes that will be given notice until the end of the year are expected beside those of this run.
        ledger.push(LedgerRow { line: 0, quota: short.id.to_owned(), counted, signed, expected: signed + vacant + vacant / 20 });
    }
    (quotas.iter().map(|short| quota(*short)).collect(), ledger)
}

//! Every text of the report, French first, English second; sentences with numbers are functions.

use crate::allocation::Status;
use crate::explain::Language;

/// A text in both languages.
pub(super) type Text = [&'static str; 2];

pub(super) const TITLE: Text = ["Proposition d’attribution", "Proposed allocation"];
pub(super) const TITLE_CONFLICT: Text = ["Aucune attribution possible", "No allocation is possible"];
pub(super) const NOTICE_TITLE: Text = ["Une personne décide", "A person decides"];
pub(super) const NOTICE: Text = [
    "Ce document est une proposition calculée. Il n’attribue aucun logement : la commission examine les candidatures, reste \
     libre de son choix et motive sa décision. Toute décision individuelle prise sur le fondement de ce traitement algorithmique \
     en porte la mention explicite ; la personne concernée peut demander les règles qui définissent ce traitement et les \
     principales caractéristiques de sa mise en œuvre (CRPA, art. L311-3-1 et R311-3-1-1 et suivants), obtenir une intervention humaine, donner \
     son point de vue et contester la décision (RGPD, art. 22).",
    "This document is a computed proposal. It allocates no dwelling: the commission examines the applications, remains free to \
     choose and gives the reasons of its decision. Every individual decision based on this algorithmic processing says so; the \
     person concerned may ask for the rules that define the processing and the main characteristics of its implementation (CRPA, \
     art. L311-3-1 and R311-3-1-1 ff.), obtain human intervention, express a point of view and contest the decision (GDPR, art. 22).",
];
pub(super) const NOTICE_SHORT: Text = [
    "Ceci est une proposition calculée : une personne décide (CRPA, art. L311-3-1 ; RGPD, art. 22).",
    "This is a computed proposal: a person decides (CRPA, art. L311-3-1; GDPR, art. 22).",
];
pub(super) const IDS_ONLY: Text =
    ["Ménages et logements figurent par identifiant seulement.", "Households and dwellings are shown by their ids only."];

// --- At a glance -----------------------------------------------------------------------------------------------------
pub(super) const GLANCE: Text = ["En bref", "At a glance"];
pub(super) const FILLED: Text = ["logements proposés", "dwellings offered"];
pub(super) const SERVED: Text = ["ménages avec une proposition", "households with an offer"];
pub(super) const QUOTAS_MET: Text = ["quotas et cibles tenus", "quotas and targets met"];
pub(super) const GAP: Text = ["écart à la meilleure solution possible, au plus", "gap to the best possible solution, at most"];
pub(super) const GAP_SHORT: Text = ["Écart, au plus", "Gap, at most"];
pub(super) const QUOTAS_MET_HEAD: Text = ["Quotas et cibles tenus", "Quotas and targets met"];
pub(super) const SUITABILITY: Text = ["Adéquation", "Suitability"];
pub(super) const PENALTIES: Text = ["Pénalités des quotas et cibles manqués", "Penalties of missed quotas and targets"];
pub(super) const AFFINITIES: Text = ["Points d’affinité entre ménages", "Affinity points between households"];
pub(super) const OBJECTIVE: Text = ["Valeur totale", "Total value"];
pub(super) const BOUND: Text = ["Aucune attribution ne vaut plus de", "No allocation is worth more than"];
pub(super) const POINTS: Text = ["points", "points"];
pub(super) const STATUS: Text = ["Statut", "Status"];
pub(super) const NUMBERS: Text = ["Valeur de la proposition, en points", "Value of the proposal, in points"];
pub(super) const UNKNOWN: Text = ["inconnu", "unknown"];

/// What the status means.
pub(super) const fn status(status: Status) -> Text {
    match status {
        Status::Optimal => ["optimale : aucune autre attribution ne vaut plus", "optimal: no other allocation is worth more"],
        Status::GapLimit => ["arrêtée à l’écart demandé, qui est prouvé", "stopped at the requested gap, which is proved"],
        Status::TimeLimit => {
            ["arrêtée à la limite de temps : la meilleure attribution trouvée", "stopped at the time limit: the best allocation found"]
        }
        Status::StepLimit => {
            ["arrêtée à la limite de calcul : la meilleure attribution trouvée", "stopped at the step limit: the best allocation found"]
        }
        Status::Cancelled => ["arrêtée sur demande : la meilleure attribution trouvée", "stopped on request: the best allocation found"],
        Status::Infeasible => ["impossible : des quotas obligatoires se contredisent", "infeasible: hard quotas contradict each other"],
        Status::Unknown => ["arrêtée avant toute attribution", "stopped before any allocation was known"],
    }
}

/// Short name of the status, for the badge.
pub(super) const fn status_name(status: Status) -> Text {
    match status {
        Status::Optimal => ["Optimum prouvé", "Proved optimum"],
        Status::GapLimit => ["Écart prouvé", "Proved gap"],
        Status::TimeLimit => ["Limite de temps", "Time limit"],
        Status::StepLimit => ["Limite de calcul", "Step limit"],
        Status::Cancelled => ["Interrompu", "Cancelled"],
        Status::Infeasible => ["Impossible", "Infeasible"],
        Status::Unknown => ["Sans réponse", "No answer"],
    }
}

/// How the bound is proved, in plain words. `proof` is the certificate's kind, `sets` the number of price sets.
pub(super) fn proof(lang: Language, proof: Option<&str>, sets: usize) -> String {
    let cases = match (lang, sets) {
        (Language::English, 1) => "1 case".into(),
        (Language::English, _) => format!("{} cases", lang.number(sets as i128)),
        (Language::French, _) => format!("{} cas", lang.number(sets as i128)),
    };
    match (proof, lang) {
        (Some("prices"), Language::French) => {
            "La borne est prouvée par des prix : chaque logement, chaque ménage et chaque quota reçoit un prix, \
             et aucune paire possible ne vaut plus que les prix qu’elle paie ; aucune attribution ne peut donc valoir plus que leur \
             somme. Un vérificateur indépendant a refait ce calcul en nombres entiers."
                .into()
        }
        (Some("prices"), Language::English) => {
            "The bound is proved by prices: each dwelling, household and quota gets a price, and no possible pair is \
             worth more than the prices it pays; so no allocation can be worth more than their sum. An independent checker has \
             repeated this calculation in whole numbers."
                .into()
        }
        (Some("tree"), Language::French) if sets == 1 => {
            "La borne est prouvée par un jeu de prix, au-dessus desquels aucune attribution ne peut aller. Un vérificateur \
             indépendant a refait ce calcul en nombres entiers."
                .into()
        }
        (Some("tree"), Language::English) if sets == 1 => {
            "The bound is proved by one set of prices, above which no allocation can go. An independent checker has repeated this \
             calculation in whole numbers."
                .into()
        }
        (Some("tree"), Language::French) => format!(
            "La borne est prouvée cas par cas : {cases} qui couvrent toutes les possibilités, chacun avec ses propres prix, au-dessus \
             desquels aucune attribution de ce cas ne peut aller. Un vérificateur indépendant a refait ce calcul en nombres entiers."
        ),
        (Some("tree"), Language::English) => format!(
            "The bound is proved case by case: {cases} that cover every possibility, each with its own prices, above which no \
             allocation of that case can go. An independent checker has repeated this calculation in whole numbers."
        ),
        (Some("infeasible"), Language::French) => format!(
            "L’impossibilité est prouvée ({cases}) et chaque quota cité est nécessaire à la contradiction : sans lui, les autres \
             peuvent être tenus. Un vérificateur indépendant a refait ce calcul en nombres entiers."
        ),
        (Some("infeasible"), Language::English) => format!(
            "The impossibility is proved ({cases}), and each quota named is needed for it: without it the others can hold. An \
             independent checker has repeated this calculation in whole numbers."
        ),
        (_, Language::French) => {
            "Rien n’est prouvé : le calcul a été arrêté avant. La valeur de l’attribution a été recalculée par un vérificateur \
             indépendant."
                .into()
        }
        (_, Language::English) => {
            "Nothing is proved: the calculation was stopped before. An independent checker has recomputed what the allocation is worth."
                .into()
        }
    }
}

/// How many eligible pairs stood in the problem, where it was not all of them.
pub(super) fn part(lang: Language, in_problem: usize, all: usize) -> String {
    let [in_problem, all] = [in_problem, all].map(|n| lang.number(n as i128));
    match lang {
        Language::French => format!(
            "{in_problem} des {all} paires éligibles figurent dans le problème ; la borne vaut pour toutes : les autres paires ont été \
             évaluées aux mêmes prix, et aucune ne vaut plus que les prix qu’elle paie."
        ),
        Language::English => format!(
            "{in_problem} of {all} eligible pairs stand in the problem; the bound holds for all: the other pairs were held against the \
             same prices, and none is worth more than the prices it pays."
        ),
    }
}

/// The whole in one sentence.
pub(super) fn glance(lang: Language, filled: usize, vacancies: usize, applicants: usize, residences: usize) -> String {
    let [filled, vacancies, applicants, residences] = [filled, vacancies, applicants, residences].map(|n| lang.number(n as i128));
    match lang {
        Language::French => format!(
            "{filled} des {vacancies} logements à attribuer sont proposés, pour {applicants} ménages demandeurs et {residences} résidences."
        ),
        Language::English => format!(
            "{filled} of {vacancies} dwellings to allocate are offered, for {applicants} applicant households and {residences} residences."
        ),
    }
}

pub(super) const EMPTY: Text = [
    "Il n’y a rien à attribuer : aucun logement ou aucun ménage dans les données.",
    "There is nothing to allocate: no dwelling or no household in the data.",
];

// --- Mix -------------------------------------------------------------------------------------------------------------
pub(super) const MIX: Text = ["Mélange des âges par résidence", "Age mix by residence"];
pub(super) const MIX_ABOUT: Text = [
    "Ménages selon l’âge de la personne de référence, en part des logements de la résidence. « Avant » : les ménages en place ; \
     « après » : avec les propositions, sans ceux qui déménagent.",
    "Households by age of the reference person, as a share of the residence’s dwellings. “Before”: households in place; “after”: \
     with the offers, without those who move out.",
];
pub(super) const BEFORE: Text = ["avant", "before"];
pub(super) const AFTER: Text = ["après", "after"];
pub(super) const AIM: Text = ["fourchette visée", "target band"];
pub(super) const RESIDENCE: Text = ["Résidence", "Residence"];
pub(super) const AGES: Text = ["Âges", "Ages"];
pub(super) const MIX_TABLE: Text = ["Les mêmes données en nombre de ménages", "The same data in numbers of households"];
pub(super) const HELD: Text = ["tenu", "met"];
pub(super) const MISSED: Text = ["manqué", "missed"];
pub(super) const NO_AIM: Text = ["sans cible", "no target"];

/// Size of a residence under its name.
pub(super) fn residence_size(lang: Language, dwellings: u32, filled: usize, vacancies: usize) -> String {
    match lang {
        Language::French => format!("{dwellings} logements, {filled} proposés sur {vacancies} à attribuer"),
        Language::English => format!("{dwellings} dwellings, {filled} offered of {vacancies} to allocate"),
    }
}

/// A minimum, a target and a maximum, as counts.
pub(super) fn bounds(lang: Language, min: Option<i64>, target: (Option<i64>, Option<i64>), max: Option<i64>) -> String {
    let range = |low: Option<i64>, high: Option<i64>| match (low, high) {
        (Some(low), Some(high)) if low == high => lang.number(low),
        (Some(low), Some(high)) => match lang {
            Language::French => format!("{} à {}", lang.number(low), lang.number(high)),
            Language::English => format!("{} to {}", lang.number(low), lang.number(high)),
        },
        (Some(low), None) => format!("{} {}", lang.of(["au moins", "at least"]), lang.number(low)),
        (None, Some(high)) => format!("{} {}", lang.of(["au plus", "at most"]), lang.number(high)),
        (None, None) => String::new(),
    };
    let (bounds, target) = (range(min, max), range(target.0, target.1));
    let cible = lang.of(["cible", "target"]);
    match (bounds.is_empty(), target.is_empty()) {
        (_, true) => bounds,
        (true, false) => format!("{cible} {target}"),
        (false, false) => format!("{bounds}, {cible} {target}"),
    }
}

/// How far a quota is missed.
pub(super) fn missed_by(lang: Language, away: i64) -> String {
    match lang {
        Language::French => format!("manqué de {}", lang.number(away)),
        Language::English => format!("missed by {}", lang.number(away)),
    }
}

// --- Quotas ----------------------------------------------------------------------------------------------------------
pub(super) const QUOTAS: Text = ["Quotas et cibles", "Quotas and targets"];
pub(super) const QUOTAS_ABOUT: Text = [
    "« Prix » : ce que coûte, en points, la dernière unité exigée par le quota ; 0 quand il ne gêne pas. Les décomptes comprennent \
     les ménages en place (stock) ou les baux déjà signés dans la période (flux).",
    "“Price”: what the last unit asked for by the quota costs, in points; 0 where it does not bind. Counts include the households \
     in place (stock) or the leases already signed in the period (flow).",
];
pub(super) const QUOTA: Text = ["Quota", "Quota"];
pub(super) const EVERYWHERE: Text = ["partout", "everywhere"];
pub(super) const EVERYBODY: Text = ["tous les ménages", "all households"];
pub(super) const ASKED: Text = ["Exigé", "Asked"];
pub(super) const COUNT_BEFORE: Text = ["Avant", "Before"];
pub(super) const COUNT_AFTER: Text = ["Après", "After"];
pub(super) const COUNT_USUAL: Text = ["Pratique usuelle", "Usual practice"];
pub(super) const RESULT: Text = ["Résultat", "Result"];
pub(super) const PENALTY: Text = ["Pénalité", "Penalty"];
pub(super) const PRICE: Text = ["Prix", "Price"];
pub(super) const BASIS: Text = ["Base légale", "Legal basis"];
pub(super) const AUTHOR: Text = ["Auteur", "Author"];
pub(super) const LEGAL_BASIS: Text = ["Base légale · auteur", "Legal basis · author"];
pub(super) const HARD: Text = ["obligatoire", "hard"];
pub(super) const PRICED: Text = ["chiffré", "priced"];
pub(super) const INHERITED: Text = ["hérité, non aggravé", "inherited, not worsened"];
pub(super) const STILL_OPEN: Text = ["à tenir par les baux à venir", "left to later leases"];
pub(super) const NO_QUOTAS: Text = ["La politique n’a ni quota ni cible.", "The policy has neither quota nor target."];

// --- Offers, shortlists ----------------------------------------------------------------------------------------------
pub(super) const OFFERS: Text = ["Propositions", "Offers"];
pub(super) const DWELLING: Text = ["Logement", "Dwelling"];
pub(super) const TYPOLOGY: Text = ["Type", "Type"];
pub(super) const HOUSEHOLD: Text = ["Ménage", "Household"];
pub(super) const POINTS_HEAD: Text = ["Points", "Points"];
pub(super) const CHOICE: Text = ["Choix", "Choice"];
pub(super) const STRENGTHS: Text = ["Ce qui compte le plus", "What counts most"];
pub(super) const PINNED: Text = ["décidé d’avance", "decided beforehand"];
pub(super) const NO_OFFERS: Text = ["Aucune proposition.", "No offer."];
pub(super) const SHORTLISTS: Text = ["Listes de candidats par logement", "Shortlists per dwelling"];
pub(super) const SHORTLISTS_ABOUT: Text = [
    "Les ménages que la commission peut examiner, le plus indiqué d’abord (CCH, art. R441-3 : au moins trois demandes par logement, sauf insuffisance \
     de candidats). « Écart » : estimation, par les prix, de ce que l’ensemble perdrait en points si ce ménage était retenu. Les \
     égalités sont départagées par le tirage publié.",
    "The households the commission may examine, the most indicated first (CCH, art. R441-3: at least three applications per dwelling, unless there are too few \
     candidates). “Behind”: an estimate, by the prices, of the points the whole would lose if this household were chosen. Ties are \
     broken by the published draw.",
];
pub(super) const RANK: Text = ["Rang", "Rank"];
pub(super) const BEHIND: Text = ["Écart", "Behind"];
pub(super) const CANDIDATES: Text = ["Candidats", "Candidates"];
pub(super) const OFFERED_HERE: Text = ["proposé ici", "offered here"];
pub(super) const OFFERED_ELSEWHERE: Text = ["proposé en", "offered"];
pub(super) const NOTE: Text = ["Remarque", "Note"];

/// How many candidates a dwelling has, and whether they are fewer than asked for.
pub(super) fn candidates(lang: Language, candidates: usize, wanted: usize) -> String {
    let number = lang.count(candidates);
    let text = match (lang, candidates) {
        (Language::French, 0) => return "aucun candidat".into(),
        (Language::English, 0) => return "no candidate".into(),
        (Language::French, 1) => "1 candidat".to_owned(),
        (Language::English, 1) => "1 candidate".to_owned(),
        (Language::French, _) => format!("{number} candidats"),
        (Language::English, _) => format!("{number} candidates"),
    };
    match lang {
        Language::French if candidates < wanted => format!("{text}, moins que les {wanted} demandés"),
        Language::English if candidates < wanted => format!("{text}, fewer than the {wanted} asked for"),
        _ => text,
    }
}

// --- Unassigned, empty -----------------------------------------------------------------------------------------------
pub(super) const UNASSIGNED: Text = ["Ménages sans proposition", "Households without an offer"];
pub(super) const LEFT_EMPTY: Text = ["Logements sans proposition", "Dwellings without an offer"];
pub(super) const REASON: Text = ["Raison", "Reason"];
pub(super) const OPEN: Text = ["Ouverts", "Open"];
pub(super) const CLOSEST: Text = ["Au plus près", "Closest"];
pub(super) const MISSING: Text = ["Manque", "Short"];
pub(super) const NONE_UNASSIGNED: Text = ["Tous les ménages ont une proposition.", "Every household has an offer."];
pub(super) const NONE_EMPTY: Text = ["Tous les logements sont proposés.", "Every dwelling is offered."];
pub(super) const RULES_MOST: Text = ["Règles qui écartent le plus", "Rules that refuse most"];

/// Heading of a group of households with one reason.
pub(super) fn households(lang: Language, count: usize) -> String {
    match (lang, count) {
        (Language::French, 0 | 1) => format!("{count} ménage"),
        (Language::English, 1) => "1 household".into(),
        (Language::French, _) => format!("{} ménages", lang.number(count as i128)),
        (Language::English, _) => format!("{} households", lang.number(count as i128)),
    }
}

pub(super) const ALONE: Text = ["Règles qui, à elles seules, écartent tous les logements", "Rules that alone refuse every dwelling"];
pub(super) const COLUMNS: Text = [
    "« Ouverts » : logements que les règles n’écartent pas ; « manque » : points qui manquent au plus près.",
    "“Open”: dwellings the rules do not refuse; “short”: points missing where the household comes closest.",
];

// --- Usual practice --------------------------------------------------------------------------------------------------
pub(super) const COMPARISON: Text = ["Comparaison avec la pratique usuelle", "Comparison with the usual practice"];
pub(super) const COMPARISON_ABOUT: Text = [
    "Avec les mêmes données, la pratique usuelle : dans l’ordre strict des points, puis de l’ancienneté, puis du tirage, chaque ménage prend \
     le premier logement qui convient dans l’ordre de ses choix ; les quotas sont ignorés.",
    "With the same data, the usual practice: in strict order of points, then waiting time, then the draw, each household takes the \
     first dwelling that fits in its order of choice; quotas are ignored.",
];
pub(super) const MEASURE: Text = ["Mesure", "Measure"];
pub(super) const PROPOSAL: Text = ["Proposition", "Proposal"];
pub(super) const DIFFERENCE: Text = ["Différence", "Difference"];
pub(super) const DWELLINGS_FILLED: Text = ["Logements proposés", "Dwellings offered"];
pub(super) const WHO_DIFFERS: Text = ["Pour qui cela change", "For whom it differs"];
pub(super) const NOTHING: Text = ["rien", "nothing"];
pub(super) const HARD_BROKEN: Text = ["Quotas obligatoires enfreints", "Hard quotas broken"];
pub(super) const QUOTAS_MISSED: Text = ["Quotas et cibles manqués", "Quotas and targets missed"];

/// How many households get something else.
pub(super) fn differ(lang: Language, other: usize, gained: usize, lost: usize) -> String {
    let [other, gained, lost] = [other, gained, lost].map(|n| lang.number(n as i128));
    match lang {
        Language::French => format!(
            "Par rapport à la pratique usuelle, {gained} ménages ont une proposition qu’ils n’auraient pas eue, {lost} n’en ont pas alors \
             qu’ils en auraient eu une, {other} ont un autre logement."
        ),
        Language::English => format!(
            "Against the usual practice, {gained} households have an offer they would not have had, {lost} have none where they would \
             have had one, {other} have another dwelling."
        ),
    }
}

// --- Conflict --------------------------------------------------------------------------------------------------------
pub(super) const CONFLICT: Text = ["Les quotas qui se contredisent", "The quotas that contradict each other"];
pub(super) const CONFLICT_ABOUT: Text = [
    "Aucune attribution ne respecte tous les quotas obligatoires. Ceux-ci ne peuvent pas tenir ensemble ; chacun est nécessaire à la \
     contradiction : en assouplissant un seul d’entre eux, les autres de la liste peuvent être tenus.",
    "No allocation meets every hard quota. These cannot hold together, and each is needed for the contradiction: where one of them \
     is relaxed, the others of the list can hold.",
];
pub(super) const WHAT_TO_DO: Text = [
    "Que faire : assouplir une borne, donner une pénalité au quota au lieu de le rendre obligatoire, ouvrir davantage de logements ou de candidats \
     concernés, puis relancer. D’autres contradictions peuvent alors apparaître.",
    "What to do: relax a bound, give the quota a penalty instead of making it hard, open more of the dwellings or candidates \
     concerned, then run again. Further contradictions may then appear.",
];

// --- Provenance ------------------------------------------------------------------------------------------------------
pub(super) const PROVENANCE: Text = ["Sur quoi ce calcul repose", "What this calculation rests on"];
pub(super) const PROVENANCE_ABOUT: Text = [
    "Les mêmes données, la même politique et la même graine donnent la même proposition, octet pour octet ; « matcher verify » la refait.",
    "The same data, policy and seed give the same proposal, byte for byte; “matcher verify” repeats it.",
];
pub(super) const REFERENCE_DATE: Text = ["Date de référence", "Reference date"];
pub(super) const POLICY: Text = ["Politique", "Policy"];
pub(super) const VERSION: Text = ["version", "version"];
pub(super) const DECIDED_BY: Text = ["décidée par", "decided by"];
pub(super) const SEED: Text = ["Graine publique du tirage", "Published seed of the draw"];
pub(super) const ENGINE: Text = ["Moteur", "Engine"];
pub(super) const PROBLEM_HASH: Text = ["Empreinte du problème", "Hash of the problem"];
pub(super) const POLICY_HASH: Text = ["Empreinte de la politique", "Hash of the policy"];
pub(super) const CRITERIA_USED: Text = ["Critères et poids", "Criteria and weights"];
pub(super) const CRITERION: Text = ["Critère", "Criterion"];
pub(super) const WEIGHT: Text = ["Poids", "Weight"];
pub(super) const SPREAD: Text = ["Part des différences", "Share of differences"];
pub(super) const SOURCE: Text = ["Source", "Source"];
pub(super) const RULES_USED: Text = ["Règles appliquées", "Rules applied"];
pub(super) const RULE: Text = ["Règle", "Rule"];
pub(super) const WARNINGS: Text = ["Avertissements", "Warnings"];
pub(super) const DOMINATES: Text = [
    "Ce critère décide presque seul : il fait plus de 99 % des différences d’adéquation, les autres poids ne comptent guère.",
    "This criterion decides almost alone: it makes more than 99 % of the differences in suitability, the other weights hardly count.",
];

/// Number of a page, or of the rows that follow elsewhere.
pub(super) fn rows_elsewhere(lang: Language, shown: usize, all: usize, file: &str) -> String {
    let [shown, all] = [shown, all].map(|n| lang.number(n as i128));
    match lang {
        Language::French => format!("Les {shown} premières lignes sur {all} ; toutes sont dans {file}."),
        Language::English => format!("The first {shown} rows of {all}; all of them are in {file}."),
    }
}

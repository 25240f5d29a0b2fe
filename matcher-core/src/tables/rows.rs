//! One struct per table; a field is a column. Texts are ids or codes, numbers are in the unit of their type.
//!
//! `line` is the line of the file the row came from, so that later findings can name it.

use serde::{Deserialize, Serialize};

use crate::units::{CentiSquareMetres, CentiUnits, CentsPerMonth, CentsPerYear, Date, MicroDegrees};

/// A text of a row of which there are many: up to 23 bytes stand in the row itself, as nearly all ids and codes do.
pub type Text = smol_str::SmolStr;

/// Everything that was read, with ids checked against each other.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tables {
    /// `residences.csv`
    pub residences: Vec<ResidenceRow>,
    /// `dwellings.csv`
    pub dwellings: Vec<DwellingRow>,
    /// `authorisations.csv`: what earmarks rest on.
    pub authorisations: Vec<AuthorisationRow>,
    /// `households.csv`: applicants and residents.
    pub households: Vec<HouseholdRow>,
    /// `persons.csv`
    pub persons: Vec<PersonRow>,
    /// `places.csv`: care, school, work, family of a household.
    pub places: Vec<PlaceRow>,
    /// `tenancies.csv`: who lives where now.
    pub tenancies: Vec<TenancyRow>,
    /// `affinities.csv`
    pub affinities: Vec<AffinityRow>,
    /// `help.csv`: voluntary.
    pub help: Vec<HelpRow>,
    /// `quotas.csv`
    pub quotas: Vec<QuotaRow>,
    /// `ledger.csv`: what the period has already signed.
    pub ledger: Vec<LedgerRow>,
    /// `ceilings.csv`: replaces the built-in income ceilings where given.
    pub ceilings: Vec<CeilingRow>,
}

/// A building or group run as one community.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResidenceRow {
    /// Line of the file.
    pub line: u64,
    /// Stable id.
    pub id: String,
    /// Shown to people; free text.
    pub name: String,
    /// Neighbourhood or commune, the code that scopes use.
    pub territory: String,
    /// `chers_voisins`, `cocoon_ages`, ...; free code.
    pub programme: String,
    /// Lies in a priority district (QPV).
    pub priority_district: bool,
    /// Zone of the income ceilings: `paris_communes_limitrophes`, `ile_de_france`, `autres_regions`.
    pub ceiling_zone: String,
    /// Latitude.
    pub lat: Option<MicroDegrees>,
    /// Longitude.
    pub lon: Option<MicroDegrees>,
    /// Has a lift.
    pub lift: bool,
}

/// How the building of a dwelling was financed: decides its income ceiling.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Financing {
    /// Prêt locatif aidé d'intégration.
    #[serde(rename = "PLAI")]
    Plai,
    /// Prêt locatif à usage social.
    #[serde(rename = "PLUS")]
    Plus,
    /// Prêt locatif social.
    #[serde(rename = "PLS")]
    Pls,
    /// No ceiling.
    #[serde(rename = "free")]
    Free,
}

impl Financing {
    /// All of them, in the order of files.
    pub const ALL: [Self; 4] = [Self::Plai, Self::Plus, Self::Pls, Self::Free];

    /// As files write it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Plai => "PLAI",
            Self::Plus => "PLUS",
            Self::Pls => "PLS",
            Self::Free => "free",
        }
    }
}

/// How a dwelling can be reached and used without steps.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Accessibility {
    /// There are steps.
    None,
    /// Reached without a step.
    StepFree,
    /// Step-free and fitted (shower, doors, kitchen) for reduced mobility.
    Adapted,
}

impl Accessibility {
    /// All of them, in the order of files.
    pub const ALL: [Self; 3] = [Self::None, Self::StepFree, Self::Adapted];

    /// As files write it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::StepFree => "step_free",
            Self::Adapted => "adapted",
        }
    }
}

/// One home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DwellingRow {
    /// Line of the file.
    pub line: u64,
    /// Stable id.
    pub id: Text,
    /// Id of its residence.
    pub residence: Text,
    /// Code of the staircase; may be empty.
    pub staircase: Text,
    /// 0 = ground floor; may be negative.
    pub floor: i64,
    /// 1 for T1 ... 6 for T6 and above.
    pub typology: u8,
    /// Main rooms.
    pub rooms: u8,
    /// Living area.
    pub area_m2: CentiSquareMetres,
    /// Rent without charges.
    pub rent_eur_month: CentsPerMonth,
    /// Charges.
    pub charges_eur_month: CentsPerMonth,
    /// How it was financed.
    pub financing: Financing,
    /// Step-free access.
    pub accessibility: Accessibility,
    /// Right holder (`prefet`, `action_logement`, ...); empty = not reserved.
    pub reservation: Text,
    /// Id of the authorisation that lets it be offered first to some people; empty = none.
    pub earmark: Text,
    /// To be allocated from this date; `None` = not vacant in this run.
    pub available_from: Option<Date>,
}

/// An authorisation that allows a dwelling to be offered first to people of an age or with a need
/// (ASV law art. 20; ELAN art. 109 and decree of 4 August 2021).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AuthorisationRow {
    /// Line of the file.
    pub line: u64,
    /// Stable id.
    pub id: String,
    /// The household's reference person must be at least so old; `None` = no limit.
    pub min_age: Option<i64>,
    /// ... and at most so old.
    pub max_age: Option<i64>,
    /// A need code that somebody of the household must have, or meets the age; empty = age alone decides.
    pub need: String,
    /// The law or act it rests on; never empty.
    pub legal_basis: String,
    /// Who authorised it.
    pub author: String,
    /// First day.
    pub valid_from: Date,
    /// Last day; `None` = open.
    pub valid_to: Option<Date>,
}

/// An applicant household, or a household that lives in a residence now, or both (a transfer).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HouseholdRow {
    /// Line of the file.
    pub line: u64,
    /// Stable id, without personal content.
    pub id: Text,
    /// Asks for a dwelling in this run.
    pub applying: bool,
    /// Category of the income ceilings, 1 to 6; above 6 each number is one more person.
    pub category: u8,
    /// Reference tax income (RFR).
    pub income_eur_year: CentsPerYear,
    /// Consumption units (OECD scale).
    pub consumption_units: CentiUnits,
    /// Monthly resources without housing benefit.
    pub resources_eur_month: CentsPerMonth,
    /// Estimate of the housing benefit; `None` = not estimated.
    pub housing_benefit_eur_month: Option<CentsPerMonth>,
    /// Points of the grid (cotation).
    pub points: i64,
    /// Date of the application; `None` for residents who do not apply.
    pub waiting_since: Option<Date>,
    /// Codes of priority grounds (`dalo`, ...).
    pub priority_tags: Vec<Text>,
    /// Set by the provider after its own checks; the engine never sees why.
    pub admissible: bool,
    /// Has signed, or wishes to sign, the charter of neighbours.
    pub charter_interest: bool,
    /// Residences wished, first choice first; empty = anywhere.
    pub choices: Vec<Text>,
    /// Residences or territories refused.
    pub exclusions: Vec<Text>,
    /// Right holders whose reserved dwellings the household may have.
    pub rights: Vec<Text>,
    /// The dwelling the household lives in now, if it is one of `dwellings.csv`; empty otherwise.
    pub current_dwelling: Text,
}

/// A person of a household.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PersonRow {
    /// Line of the file.
    pub line: u64,
    /// Household id.
    pub household: Text,
    /// Born on; either this or `age`.
    pub birth_date: Option<Date>,
    /// Age on the reference date, where no birth date is given.
    pub age: Option<i64>,
    /// What the person is in the household.
    pub role: Role,
    /// Need codes (`step_free`, `ground_floor`, ...); never a diagnosis.
    pub needs: Vec<Text>,
}

/// What a person is in a household.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// The reference person: exactly one per household.
    Reference,
    /// Spouse or partner: shares a bedroom with the reference person.
    Partner,
    /// Child of the household, of any age.
    Child,
    /// Anybody else.
    Other,
}

impl Role {
    /// All of them, in the order of files.
    pub const ALL: [Self; 4] = [Self::Reference, Self::Partner, Self::Child, Self::Other];

    /// As files write it.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Reference => "reference",
            Self::Partner => "partner",
            Self::Child => "child",
            Self::Other => "other",
        }
    }
}

/// A place that matters to a household.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlaceRow {
    /// Line of the file.
    pub line: u64,
    /// Household id.
    pub household: Text,
    /// `care`, `school`, `work`, `family`.
    pub kind: Text,
    /// Latitude.
    pub lat: MicroDegrees,
    /// Longitude.
    pub lon: MicroDegrees,
}

/// A household living in a dwelling now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TenancyRow {
    /// Line of the file.
    pub line: u64,
    /// Dwelling id.
    pub dwelling: Text,
    /// Household id.
    pub household: Text,
    /// First day.
    pub since: Option<Date>,
    /// Last day, where notice was given: the tenancy no longer counts from the day after.
    pub until: Option<Date>,
}

/// Points earned when two applicant households live in the same residence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AffinityRow {
    /// Line of the file.
    pub line: u64,
    /// One household.
    pub household_a: Text,
    /// The other.
    pub household_b: Text,
    /// >= 0.
    pub points: i64,
}

/// Help a household offers to neighbours, or needs from them; always voluntary.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HelpRow {
    /// Line of the file.
    pub line: u64,
    /// Household id.
    pub household: Text,
    /// Code of the skill (`errands`, `childcare`, `company`, `computer`, ...).
    pub skill: Text,
    /// Offers it, otherwise needs it.
    pub offers: bool,
    /// Hours per week, 1 to 168.
    pub hours_week: i64,
}

/// A quota or target as people write it; `quotas.csv` and `[[quota]]` of a policy share this form.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct QuotaRow {
    /// Line of the file; 0 in a policy.
    #[serde(skip)]
    pub line: u64,
    /// Stable id.
    pub id: String,
    /// Version of the rule's text.
    pub version: String,
    /// First day, `YYYY-MM-DD`.
    pub valid_from: String,
    /// Last day; empty = open.
    pub valid_to: String,
    /// The law, decree or agreement it rests on. A hard quota on age is refused without one.
    pub legal_basis: String,
    /// Who decided it.
    pub author: String,
    /// Filter on dwellings: `*`, or `residence=R1`, `territory=T`, `staircase=R1/A`, `financing=PLAI|PLUS & reservation=prefet`, ...
    pub scope: String,
    /// Filter on households: `*`, `age=60..74`, `income_quartile=1`, `tag=dalo`, ...; with measure `persons`: `person_age=75..`.
    pub group: String,
    /// `households` or `persons`.
    pub measure: String,
    /// `stock` (tenancies count), `flow` (the ledger counts) or `run` (only what this run decides).
    pub basis: String,
    /// `count` or `share` (per cent with decimals) of the denominator.
    pub unit: String,
    /// For shares: `dwellings` of the scope, `leases` expected in the period (ledger), or `offers` of this run.
    pub denominator: String,
    /// At least; a decimal number; empty = none.
    pub min: String,
    /// Wished value of a target; empty = none.
    pub target: String,
    /// At most; empty = none.
    pub max: String,
    /// `legal` (minima up, maxima down), `outward` (minima down, maxima up) or `nearest`; empty = legal for hard, outward for priced.
    pub rounding: String,
    /// Points lost per unit below the minimum; empty = hard.
    pub penalty_below: String,
    /// Points lost per unit above the maximum; empty = hard.
    pub penalty_above: String,
    /// For a target: points lost for the first unit away from it.
    pub target_penalty: String,
    /// For a target: points added per further unit (convex); empty = 0.
    pub target_penalty_step: String,
}

/// What the period has already signed for one flow quota.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LedgerRow {
    /// Line of the file.
    pub line: u64,
    /// Quota id.
    pub quota: String,
    /// Leases (or persons) of the group already signed in the scope.
    pub counted: i64,
    /// All leases already signed in the scope.
    pub signed: i64,
    /// All leases expected in the whole period in the scope.
    pub expected: i64,
}

/// An income ceiling.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CeilingRow {
    /// Line of the file.
    pub line: u64,
    /// The financing.
    pub financing: Financing,
    /// Household category, 1 to 6; 7 = added per further person.
    pub category: u8,
    /// Zone.
    pub zone: String,
    /// First day.
    pub valid_from: Date,
    /// Last day; `None` = until the next row of the same financing, category and zone.
    pub valid_to: Option<Date>,
    /// The ceiling.
    pub ceiling_eur_year: CentsPerYear,
}

//! Residences and dwellings: the whole park, and those to allocate.

use std::collections::BTreeMap;

use crate::error::{Place as At, Report};
use crate::ids::{DwellingIndex, ResidenceIndex};
use crate::tables::rows::{Accessibility, AuthorisationRow, DwellingRow, Tables};
use crate::units::Date;

use super::build::{by_id, unknown};
use super::{Authorisation, Dwellings, ParkDwelling, Residence, Run};

/// Where people live or will: everything in the order (residence id, dwelling id).
pub(super) struct Park<'t> {
    pub(super) residences: Vec<Residence>,
    pub(super) sizes: Vec<u32>,
    pub(super) all: Vec<ParkDwelling>,
    pub(super) dwellings: Dwellings,
    rows: Vec<&'t DwellingRow>,
    by_residence: BTreeMap<&'t str, ResidenceIndex>,
    by_territory: BTreeMap<&'t str, Vec<ResidenceIndex>>,
    by_dwelling: BTreeMap<&'t str, usize>,
}

impl<'t> Park<'t> {
    pub(super) fn new(tables: &'t Tables, date: Date, report: &mut Report) -> Self {
        let residence_rows = by_id(&tables.residences, "residences.csv", |row| (&row.id, row.line), report);
        let by_residence: BTreeMap<&str, ResidenceIndex> =
            residence_rows.keys().enumerate().map(|(position, &id)| (id, ResidenceIndex::new(position))).collect();
        let mut by_territory: BTreeMap<&str, Vec<ResidenceIndex>> = BTreeMap::new();
        for (id, row) in &residence_rows {
            if let (false, Some(&residence)) = (row.territory.is_empty(), by_residence.get(id)) {
                by_territory.entry(&row.territory).or_default().push(residence);
            }
        }
        let residences = residence_rows.values().map(|row| Residence {
            id: row.id.clone(),
            name: row.name.clone(),
            territory: row.territory.clone(),
            programme: row.programme.clone(),
            priority_district: row.priority_district,
            ceiling_zone: row.ceiling_zone.clone(),
            position: row.lat.zip(row.lon),
            lift: row.lift,
            run: Run::new(0..0),
        });
        let mut park = Self {
            residences: residences.collect(),
            sizes: vec![0; by_residence.len()],
            all: Vec::new(),
            dwellings: Dwellings::default(),
            rows: Vec::new(),
            by_residence,
            by_territory,
            by_dwelling: BTreeMap::new(),
        };
        park.add_dwellings(tables, date, report);
        park
    }

    fn add_dwellings(&mut self, tables: &'t Tables, date: Date, report: &mut Report) {
        let authorisations = by_id(&tables.authorisations, "authorisations.csv", |row| (&row.id, row.line), report);
        let rows = by_id(&tables.dwellings, "dwellings.csv", |row| (&row.id, row.line), report);
        let mut placed: Vec<(ResidenceIndex, &DwellingRow)> = Vec::new();
        for row in rows.into_values() {
            match self.by_residence.get(row.residence.as_str()) {
                Some(&residence) => placed.push((residence, row)),
                None => unknown(At::file("dwellings.csv").row(row.line).column("residence"), &row.residence, "residences.csv", report),
            }
        }
        // Rows came by id, so a stable sort by residence gives the order (residence, dwelling).
        placed.sort_by_key(|&(residence, _)| residence);
        let mut start = 0;
        for (residence, row) in placed {
            let Some(home) = self.residences.get_mut(residence.index()) else { continue };
            if home.run.is_empty() {
                start = self.dwellings.len();
            }
            let authorisation = authorisation(row, &authorisations, date, report);
            let vacancy = row.available_from.map(|from| self.dwellings.push(row, residence, home.lift, authorisation, from));
            home.run = Run::new(start..self.dwellings.len());
            if row.accessibility != Accessibility::None && row.floor > 0 && !home.lift {
                let at = At::file("dwellings.csv").row(row.line).column("accessibility");
                let cause = "the dwelling is step-free above the ground floor of a residence without lift";
                report.warning("E1312", at, cause, "correct accessibility, floor or lift if the ground does not explain it");
            }
            if let Some(size) = self.sizes.get_mut(residence.index()) {
                *size += 1;
            }
            self.by_dwelling.insert(&row.id, self.all.len());
            self.rows.push(row);
            self.all.push(ParkDwelling {
                id: row.id.to_string(),
                residence,
                staircase: row.staircase.to_string(),
                typology: row.typology,
                financing: row.financing,
                accessibility: row.accessibility,
                reservation: row.reservation.to_string(),
                earmark: row.earmark.to_string(),
                vacancy,
            });
        }
    }

    /// The residence with this id.
    pub(super) fn residence(&self, id: &str) -> Option<ResidenceIndex> {
        self.by_residence.get(id).copied()
    }

    /// The residences meant by an id or a territory, in order.
    pub(super) fn residences_of(&self, code: &str) -> Vec<ResidenceIndex> {
        let mut found = self.by_territory.get(code).cloned().unwrap_or_default();
        found.extend(self.residence(code));
        found
    }

    /// Position in the park of the dwelling with this id.
    pub(super) fn position(&self, dwelling: &str) -> Option<usize> {
        self.by_dwelling.get(dwelling).copied()
    }

    /// The row and the entry of a dwelling of the park.
    pub(super) fn dwelling(&self, position: usize) -> Option<(&'t DwellingRow, &ParkDwelling)> {
        self.rows.get(position).copied().zip(self.all.get(position))
    }

    /// The row of a dwelling to allocate.
    pub(super) fn vacancy_row(&self, position: usize) -> Option<&'t DwellingRow> {
        self.position(self.dwellings.id.get(position)?).and_then(|at| self.rows.get(at)).copied()
    }
}

impl Dwellings {
    fn push(
        &mut self,
        row: &DwellingRow,
        residence: ResidenceIndex,
        lift: bool,
        earmark: Option<Authorisation>,
        available_from: Date,
    ) -> DwellingIndex {
        let index = DwellingIndex::new(self.len());
        self.id.push(row.id.to_string());
        self.residence.push(residence);
        self.staircase.push(row.staircase.to_string());
        self.floor.push(row.floor);
        self.lift.push(lift);
        self.typology.push(row.typology);
        self.rooms.push(i64::from(row.rooms));
        self.area.push(row.area_m2);
        self.rent.push(row.rent_eur_month);
        self.charges.push(row.charges_eur_month);
        self.financing.push(row.financing);
        self.accessibility.push(row.accessibility);
        self.reservation.push(row.reservation.to_string());
        self.earmark.push(earmark);
        self.available_from.push(available_from);
        index
    }
}

/// The authorisation that the dwelling's earmark names, where it holds on `date`.
fn authorisation(
    row: &DwellingRow,
    authorisations: &BTreeMap<&str, &AuthorisationRow>,
    date: Date,
    report: &mut Report,
) -> Option<Authorisation> {
    if row.earmark.is_empty() {
        return None;
    }
    let at = At::file("dwellings.csv").row(row.line).column("earmark");
    let Some(found) = authorisations.get(row.earmark.as_str()) else {
        unknown(at, &row.earmark, "authorisations.csv", report);
        return None;
    };
    if found.valid_from > date || found.valid_to.is_some_and(|last| last < date) {
        if row.available_from.is_some() {
            let cause = format!("the authorisation {} does not hold on {date}", found.id);
            report.warning("E1313", at, cause, "the dwelling is offered without earmark; correct the dates or remove the earmark");
        }
        return None;
    }
    Some(Authorisation {
        id: found.id.clone(),
        min_age: found.min_age,
        max_age: found.max_age,
        need: found.need.clone(),
        legal_basis: found.legal_basis.clone(),
    })
}

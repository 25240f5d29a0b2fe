//! A small town as text, in which one cell after the other is spoilt.

use std::collections::BTreeMap;

use crate::error::{Error, Finding, Report};
use crate::tables::parse;
use crate::tables::rows::Tables;

const FILES: [(&str, &str); 12] = [
    (
        "residences.csv",
        "id,name,territory,programme,priority_district,ceiling_zone,lat,lon,lift\n\
         R1,Les Tilleuls,gerland,chers_voisins,no,autres_regions,45.73,4.83,yes\n\
         R2,Le Parc,bron,,yes,outre_mer,,,no\n",
    ),
    (
        "dwellings.csv",
        "id,residence,staircase,floor,typology,rooms,area_m2,rent_eur_month,charges_eur_month,financing,accessibility,reservation,earmark,available_from\n\
         D1,R1,A,0,2,2,47.5,380.25,60,PLAI,adapted,,AUT,2026-02-01\n\
         D2,R1,B,3,3,3,66,512,80,PLUS,none,prefet,,2026-01-15\n\
         D3,R2,,1,4,4,82,640,95,PLS,step_free,action_logement,,\n",
    ),
    (
        "authorisations.csv",
        "id,min_age,max_age,need,legal_basis,author,valid_from,valid_to\n\
         AUT,65,,step_free,ASV art. 20,prefet du Rhone,2025-01-01,2030-12-31\n",
    ),
    (
        "households.csv",
        "id,applying,category,income_eur_year,consumption_units,resources_eur_month,housing_benefit_eur_month,points,waiting_since,priority_tags,admissible,charter_interest,choices,exclusions,rights,current_dwelling\n\
         H1,yes,1,9876.5,1,1234.56,210,35,2023-04-05,dalo,yes,yes,R1|R2,,prefet|action_logement,\n\
         H2,yes,4,31999,2.1,2750,,0,2024-06-07,,yes,no,,bron,,D3\n\
         H3,no,2,18000,1.5,1600,,,,,yes,no,,,,\n",
    ),
    (
        "persons.csv",
        "household,birth_date,age,role,needs\n\
         H1,1951-03-04,,reference,step_free|ground_floor\n\
         H2,1988-02-29,,reference,\n\
         H2,,36,partner,\n\
         H2,2015-09-10,,child,\n\
         H3,,70,reference,\n",
    ),
    ("places.csv", "household,kind,lat,lon\nH1,care,45.74,4.85\n"),
    ("tenancies.csv", "dwelling,household,since,until\nD3,H2,2019-05-01,\nD2,H3,,2026-01-14\n"),
    ("affinities.csv", "household_a,household_b,points\nH1,H2,20\n"),
    ("help.csv", "household,skill,offers,hours_week\nH1,company,no,4\nH2,errands,yes,2\n"),
    (
        "quotas.csv",
        "id,version,valid_from,valid_to,legal_basis,author,scope,group,measure,basis,unit,denominator,min,target,max,rounding,penalty_below,penalty_above,target_penalty,target_penalty_step\n\
         Q1,1,2026-01-01,,CCH L441-1,EPCI,*,income_quartile=1,households,flow,share,leases,25,,,legal,,,,\n",
    ),
    ("ledger.csv", "quota,counted,signed,expected\nQ1,3,20,100\n"),
    ("ceilings.csv", "financing,category,zone,valid_from,valid_to,ceiling_eur_year\nPLUS,1,outre_mer,2026-01-01,,25165\n"),
];

/// The files of a town, to be changed before they are read.
#[derive(Clone)]
pub(super) struct Town {
    pub(super) files: BTreeMap<String, Vec<u8>>,
}

pub(super) fn town() -> Town {
    Town { files: FILES.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect() }
}

impl Town {
    pub(super) fn file(mut self, name: &str, content: impl Into<Vec<u8>>) -> Self {
        self.files.insert(name.to_owned(), content.into());
        self
    }

    pub(super) fn without(mut self, name: &str) -> Self {
        self.files.remove(name).unwrap();
        self
    }

    pub(super) fn text(&self, name: &str) -> String {
        String::from_utf8(self.files[name].clone()).unwrap()
    }

    /// The same with `from` replaced once by `to` in a file; `from` must be there.
    pub(super) fn change(self, name: &str, from: &str, to: &str) -> Self {
        let text = self.text(name);
        assert!(text.contains(from), "{name} has no {from}");
        let text = text.replacen(from, to, 1);
        self.file(name, text)
    }

    /// The same with rows added to a file.
    pub(super) fn add(self, name: &str, rows: &str) -> Self {
        let text = self.text(name) + rows;
        self.file(name, text)
    }

    pub(super) fn read(&self) -> Result<(Tables, Report), Error> {
        parse(&self.files)
    }

    pub(super) fn tables(&self) -> Tables {
        match self.read() {
            Ok((tables, _)) => tables,
            Err(error) => panic!("{error}"),
        }
    }

    pub(super) fn errors(&self) -> Vec<Finding> {
        match self.read() {
            Ok(_) => Vec::new(),
            Err(Error::Input { report }) => report.errors,
            Err(error) => panic!("{error}"),
        }
    }

    /// Asserts that exactly these errors are found: code, file, row, column (0 and "" = none).
    #[track_caller]
    pub(super) fn finds(&self, expected: &[(&str, &str, u64, &str)]) {
        let errors = self.errors();
        let found: Vec<_> =
            errors.iter().map(|f| (f.code, f.file.as_str(), f.row.unwrap_or(0), f.column.as_deref().unwrap_or(""))).collect();
        assert_eq!(found, expected, "{errors:#?}");
    }
}

#[test]
fn the_town_is_sound() {
    let (tables, warnings) = town().read().unwrap();
    assert_eq!((tables.households.len(), tables.persons.len(), warnings), (3, 5, Report::default()));
}

//! From the files of a folder to rows, each cell checked by itself; what was lost on the way is remembered.

use std::collections::BTreeMap;
use std::path::PathBuf;

use crate::error::{Error, Place, Report};

use super::names;
use super::rows::{
    AffinityRow, AuthorisationRow, CeilingRow, DwellingRow, HelpRow, HouseholdRow, LedgerRow, PersonRow, PlaceRow, QuotaRow, ResidenceRow,
    Tables, TenancyRow,
};
use super::schema::{Kind, Record};
use super::sheet::{self, Input, Options, Row, Sheet};

/// The files of a folder by name, each with its path.
pub(super) type Inputs<'a> = BTreeMap<String, (Input<'a>, PathBuf)>;

/// The rows of one table that could be read.
pub(super) struct Loaded<R> {
    pub(super) rows: Vec<R>,
    /// Every row of the file is there.
    pub(super) whole: bool,
    /// Ids of rows that could not be read but whose id could: they are not unknown.
    pub(super) lost: Vec<String>,
    /// Every row that is not there has its id in `lost`: an id that is in neither list is unknown.
    pub(super) traced: bool,
}

/// All tables as far as they could be read.
pub(super) struct Draft {
    pub(super) residences: Loaded<ResidenceRow>,
    pub(super) dwellings: Loaded<DwellingRow>,
    pub(super) authorisations: Loaded<AuthorisationRow>,
    pub(super) households: Loaded<HouseholdRow>,
    pub(super) persons: Loaded<PersonRow>,
    pub(super) places: Loaded<PlaceRow>,
    pub(super) tenancies: Loaded<TenancyRow>,
    pub(super) affinities: Loaded<AffinityRow>,
    pub(super) help: Loaded<HelpRow>,
    pub(super) quotas: Loaded<QuotaRow>,
    pub(super) ledger: Loaded<LedgerRow>,
    pub(super) ceilings: Loaded<CeilingRow>,
}

impl Draft {
    /// Reads every table of `files`.
    ///
    /// # Errors
    /// [`Error::Io`] where a file cannot be read.
    pub(super) fn read(files: &Inputs<'_>, options: Options, report: &mut Report) -> Result<Self, Error> {
        Ok(Self {
            residences: table(files, options, report)?,
            dwellings: table(files, options, report)?,
            authorisations: table(files, options, report)?,
            households: table(files, options, report)?,
            persons: table(files, options, report)?,
            places: table(files, options, report)?,
            tenancies: table(files, options, report)?,
            affinities: table(files, options, report)?,
            help: table(files, options, report)?,
            quotas: table(files, options, report)?,
            ledger: table(files, options, report)?,
            ceilings: table(files, options, report)?,
        })
    }

    pub(super) fn into_tables(self) -> Tables {
        Tables {
            residences: self.residences.rows,
            dwellings: self.dwellings.rows,
            authorisations: self.authorisations.rows,
            households: self.households.rows,
            persons: self.persons.rows,
            places: self.places.rows,
            tenancies: self.tenancies.rows,
            affinities: self.affinities.rows,
            help: self.help.rows,
            quotas: self.quotas.rows,
            ledger: self.ledger.rows,
            ceilings: self.ceilings.rows,
        }
    }
}

impl<R> Default for Loaded<R> {
    /// Of a file without rows.
    fn default() -> Self {
        Self { rows: Vec::new(), whole: true, lost: Vec::new(), traced: true }
    }
}

impl<R> Loaded<R> {
    /// Adds what later rows of the file gave.
    fn append(&mut self, mut later: Self) {
        self.rows.append(&mut later.rows);
        self.lost.append(&mut later.lost);
        self.whole &= later.whole;
        self.traced &= later.traced;
    }
}

fn table<R: Record + Send>(files: &Inputs<'_>, options: Options, report: &mut Report) -> Result<Loaded<R>, Error> {
    let Some((input, path)) = files.get(R::TABLE.file) else {
        let mut absent = Loaded::default();
        if R::TABLE.required {
            report.error("E1000", Place::file(R::TABLE.file), "the file is missing", "add it");
            (absent.whole, absent.traced) = (false, false);
        }
        return Ok(absent);
    };
    let each = |part: &mut Loaded<R>, row: &Row<'_>, report: &mut Report| {
        if let Some(row) = R::from_row(row, report) {
            part.rows.push(row);
            return;
        }
        part.whole = false;
        match id::<R>(row) {
            Some(id) => part.lost.push(id),
            None => part.traced = false,
        }
    };
    let sheet = Sheet { file: R::TABLE.file, options, columns: R::COLUMNS };
    let (mut loaded, handed_out) =
        sheet::gather(sheet, *input, report, each, Loaded::append).map_err(|source| Error::Io { path: path.clone(), source })?;
    loaded.whole &= handed_out;
    loaded.traced &= handed_out;
    Ok(loaded)
}

/// The id of a row that could not be read otherwise; ids stand in the first column.
fn id<R: Record>(row: &Row<'_>) -> Option<String> {
    let has_id = R::TABLE.fields.first().is_some_and(|field| field.kind == Kind::Id);
    (has_id && names::id_fault(row.raw(0)).is_none()).then(|| names::normal(row.raw(0)).into_owned())
}

//! The files of a problem directory, written row by row.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufWriter, ErrorKind, Result, Write};
use std::path::Path;
use std::rc::Rc;

use crate::plan::digits;

use super::homes::City;
use super::quotas::{Look, Row, group_name, groups};
use super::seekers::Seeker;

/// Opens a file of the directory by its name.
pub(super) type Open<'a> = dyn FnMut(&'static str) -> Result<Box<dyn Write>> + 'a;

const NAMES: [&str; 8] =
    ["arcs.csv", "dwellings.csv", "groups.csv", "scopes.csv", "quotas.csv", "weights.csv", "affinities.csv", "tiers.csv"];

/// Makes the folder, without the files of another problem: a file that is there is part of the problem.
pub(super) fn clear(dir: &Path) -> Result<()> {
    std::fs::create_dir_all(dir)?;
    for name in NAMES {
        match std::fs::remove_file(dir.join(name)) {
            Err(e) if e.kind() != ErrorKind::NotFound => return Err(e),
            _ => {}
        }
    }
    Ok(())
}

/// A file of the folder, buffered.
pub(super) fn on_disk(dir: &Path, name: &str) -> Result<Box<dyn Write>> {
    Ok(Box::new(BufWriter::with_capacity(1 << 20, File::create(dir.join(name))?)))
}

/// Files in memory.
#[derive(Debug, Default)]
pub(super) struct Memory(Rc<RefCell<BTreeMap<&'static str, Vec<u8>>>>);

struct InMemory(Rc<RefCell<BTreeMap<&'static str, Vec<u8>>>>, &'static str);

impl Memory {
    pub(super) fn file(&self, name: &'static str) -> Box<dyn Write> {
        Box::new(InMemory(Rc::clone(&self.0), name))
    }

    pub(super) fn files(self) -> BTreeMap<&'static str, Vec<u8>> {
        self.0.take()
    }
}

impl Write for InMemory {
    fn write(&mut self, bytes: &[u8]) -> Result<usize> {
        self.0.borrow_mut().entry(self.1).or_default().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> Result<()> {
        Ok(())
    }
}

/// The files while they are written.
pub(super) struct Sheets {
    arcs: Box<dyn Write>,
    dwellings: Box<dyn Write>,
    /// Groups, scopes and quotas; none in a plain problem.
    steered: Option<[Box<dyn Write>; 3]>,
    affinities: Option<Box<dyn Write>>,
    /// Digits of dwellings and households in their ids: the order of ids is the order of numbers.
    home_digits: usize,
    digits: usize,
    line: String,
}

impl Sheets {
    pub(super) fn new(open: &mut Open<'_>, steered: bool, homes: usize, households: usize) -> Result<Self> {
        let mut opened = |name, header: &str| {
            let mut file = open(name)?;
            file.write_all(header.as_bytes())?;
            Ok::<_, std::io::Error>(file)
        };
        let (arcs, dwellings) = (opened("arcs.csv", "household,dwelling,score\n")?, opened("dwellings.csv", "dwelling,residence\n")?);
        let steered = if steered {
            let quotas = "quota,scope,group,min,max,penalty_below,penalty_above\n";
            Some([opened("groups.csv", "household,group\n")?, opened("scopes.csv", "dwelling,scope\n")?, opened("quotas.csv", quotas)?])
        } else {
            None
        };
        Ok(Self { arcs, dwellings, steered, affinities: None, home_digits: digits(homes), digits: digits(households), line: String::new() })
    }

    /// The dwellings, and the scopes they are in.
    pub(super) fn homes(&mut self, city: &City) -> Result<()> {
        for (number, home) in city.homes.iter().enumerate() {
            writeln!(self.dwellings, "d{number:0width$},r{}", home.site, width = self.home_digits)?;
            if let Some([_, scopes, _]) = &mut self.steered {
                writeln!(scopes, "d{number:0width$},sector-{}", city.sites[home.site].sector, width = self.home_digits)?;
                if home.step_free {
                    writeln!(scopes, "d{number:0width$},step-free-homes", width = self.home_digits)?;
                }
            }
        }
        Ok(())
    }

    pub(super) fn arc(&mut self, household: usize, home: usize, points: i64) -> Result<()> {
        self.line.clear();
        padded('h', household, self.digits, &mut self.line);
        self.line.push(',');
        padded('d', home, self.home_digits, &mut self.line);
        self.line.push(',');
        self.line.push_str(&points.to_string());
        self.line.push('\n');
        self.arcs.write_all(self.line.as_bytes())
    }

    pub(super) fn groups(&mut self, household: usize, seeker: &Seeker) -> Result<()> {
        let Some([file, ..]) = &mut self.steered else { return Ok(()) };
        for group in groups(seeker) {
            writeln!(file, "h{household:0width$},{}", group_name(group), width = self.digits)?;
        }
        Ok(())
    }

    pub(super) fn quotas(&mut self, rows: &[Row]) -> Result<()> {
        let Some([.., file]) = &mut self.steered else { return Ok(()) };
        let bound = |number: Option<i64>| number.map(|n| n.to_string()).unwrap_or_default();
        for (number, row) in rows.iter().enumerate() {
            let scope = match row.look {
                Look::Everywhere => "*".to_owned(),
                Look::Site(site) => format!("r{site}"),
                Look::Sector(sector) => format!("sector-{sector}"),
                Look::StepFree => "step-free-homes".to_owned(),
            };
            let [min, max, below, above] = [row.min, row.max, row.below, row.above].map(bound);
            writeln!(file, "q{number},{scope},{},{min},{max},{below},{above}", group_name(row.group))?;
        }
        Ok(())
    }

    pub(super) fn affinities(&mut self, open: &mut Open<'_>, pairs: &[(u32, u32, i64)]) -> Result<()> {
        let mut file = open("affinities.csv")?;
        file.write_all(b"household_a,household_b,points\n")?;
        for (a, b, points) in pairs {
            writeln!(file, "h{a:0width$},h{b:0width$},{points}", width = self.digits)?;
        }
        self.affinities = Some(file);
        Ok(())
    }

    /// Everything reaches the disk, or the error is said.
    pub(super) fn finish(mut self) -> Result<()> {
        self.arcs.flush()?;
        self.dwellings.flush()?;
        self.steered.iter_mut().flatten().chain(&mut self.affinities).try_for_each(Write::flush)
    }
}

/// A letter and a number with leading zeros; faster than `format!`, for it is done tens of millions of times.
fn padded(letter: char, number: usize, width: usize, line: &mut String) {
    line.push(letter);
    let mut power = 10usize.saturating_pow(width.saturating_sub(1) as u32);
    while power > 0 {
        line.push(char::from(b'0' + (number / power % 10) as u8));
        power /= 10;
    }
}

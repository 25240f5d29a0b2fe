//! Empty tables with every column explained, from the registry.

use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use crate::error::Error;

use super::cell::wanted;
use super::codes::CODES;
use super::schema::{Field, Kind, TABLES, Table};
use super::sheet::Limits;
use super::{format, number, sheet};

/// Writes every table with its header and no row into the folder `dir`, which is made if it is not there, and a `README.md` that explains
/// each column in French and English.
///
/// # Errors
/// [`Error::Io`]; a file that is there already is never written over, and then nothing is written.
pub fn template(dir: &Path) -> Result<(), Error> {
    let mut files: Vec<(&str, String)> = TABLES.iter().map(|table| (table.file, header(table))).collect();
    files.push(("README.md", readme()));
    std::fs::create_dir_all(dir).map_err(|source| Error::Io { path: dir.into(), source })?;
    for (name, _) in &files {
        let path = dir.join(name);
        if path.symlink_metadata().is_ok() {
            return Err(Error::Io { path, source: std::io::ErrorKind::AlreadyExists.into() });
        }
    }
    for (name, text) in files {
        let path = dir.join(name);
        let written = std::fs::File::create_new(&path).and_then(|mut file| file.write_all(text.as_bytes()));
        written.map_err(|source| Error::Io { path, source })?;
    }
    Ok(())
}

fn header(table: &Table) -> String {
    let mut text = String::new();
    sheet::line(table.fields.iter().map(|field| field.column.name), &mut text);
    text
}

/// Every table and column in Markdown, French then English; the documentation shows the same.
pub fn readme() -> String {
    let mut text = String::new();
    for language in [0, 1] {
        let _ = write!(text, "{}", Chapter(language));
    }
    text
}

/// What a column of this kind holds, in the words of a language: 0 French, 1 English.
pub(crate) fn holds(kind: &Kind, language: usize) -> String {
    Chapter(language).holds(kind)
}

/// The explanation in one language: 0 French, 1 English.
struct Chapter(usize);

impl Chapter {
    fn say<'a>(&self, words: [&'a str; 2]) -> &'a str {
        words.get(self.0).copied().unwrap_or_default()
    }

    fn row(&self, field: &Field) -> String {
        let filled = if field.column.required { ["oui", "yes"] } else { ["non", "no"] };
        format!("| `{}` | {} | {} | {} |", field.column.name, self.say(filled), self.holds(&field.kind), self.say(field.about))
    }

    fn holds(&self, kind: &Kind) -> String {
        let list = |codes: &[&str]| codes.iter().map(|code| format!("`{code}`")).collect::<Vec<_>>().join(", ");
        match kind {
            Kind::Number { places, min, max, unit } => {
                let number = match (places, self.0) {
                    (0, 0) => "nombre entier".to_owned(),
                    (0, _) => "whole number".to_owned(),
                    (_, 0) => format!("nombre, {places} décimales au plus"),
                    _ => format!("number, at most {places} decimals"),
                };
                let (min, max) = (number::print(*min, *places), number::print(*max, *places));
                let unit = self.say(unit.name());
                let comma = if unit.is_empty() { "" } else { ", " };
                self.say(["{number}{comma}{unit}, de {min} à {max}", "{number}{comma}{unit}, {min} to {max}"])
                    .replace("{number}", &number)
                    .replace("{comma}", comma)
                    .replace("{unit}", unit)
                    .replace("{min}", &min)
                    .replace("{max}", &max)
            }
            Kind::Choice(codes) => list(codes),
            Kind::Typology => self.say(["`1` à `6` ou `T1` à `T6`", "`1` to `6` or `T1` to `T6`"]).into(),
            _ if self.0 == 1 => wanted(kind).replace('|', "\\|"),
            Kind::Id => "identifiant".into(),
            Kind::Reference(file) => format!("identifiant de {file}"),
            Kind::References(file) => format!("identifiants de {file}, séparés par \\|"),
            Kind::Label => "nom".into(),
            Kind::Labels => "noms ou identifiants, séparés par \\|".into(),
            Kind::Code => "code : minuscules a à z, chiffres, _ - .".into(),
            Kind::Codes => "codes séparés par \\|".into(),
            Kind::Text => "texte".into(),
            Kind::Flag => "`yes` ou `no` (`oui`, `non`)".into(),
            Kind::Day => "jour, AAAA-MM-JJ".into(),
        }
    }
}

impl std::fmt::Display for Chapter {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let say = |words| self.say(words);
        writeln!(f, "# {}\n", say(["Les tables", "The tables"]))?;
        writeln!(
            f,
            "{}\n",
            say([
                "Un fichier CSV par table : UTF-8, virgule entre les cellules, point décimal, noms de colonnes en première ligne, dans n'importe quel ordre. Une colonne dont les cellules peuvent être vides peut manquer. \
                 Une colonne inconnue est refusée : ni nom, ni nationalité, ni sexe, ni diagnostic.",
                "One CSV file per table: UTF-8, a comma between cells, a decimal point, the column names in the first line, in any order. A column whose cells may be empty may be left out. \
                 An unknown column is refused: no name, no nationality, no sex, no diagnosis.",
            ])
        )?;
        let limits = Limits::TABLES;
        writeln!(
            f,
            "{}\n",
            say([
                "Un identifiant est un texte court, écrit partout de la même façon : sans espace autour, sans | ni caractère invisible, et il ne commence pas par = + - @ '. \
                 Un fichier tient {rows} lignes et {bytes} Gio au plus, une cellule {cell} Kio.",
                "An id is a short text, written the same way everywhere: no blanks around it, no | and nothing invisible in it, and it does not begin with = + - @ '. \
                 A file holds at most {rows} rows and {bytes} GiB, a cell {cell} KiB.",
            ])
            .replace("{rows}", &limits.rows.to_string())
            .replace("{bytes}", &(limits.bytes >> 30).to_string())
            .replace("{cell}", &(limits.cell_bytes >> 10).to_string())
        )?;
        writeln!(
            f,
            "{}\n\n```toml\ndelimiter = \";\"\ndecimal_comma = true\nencoding = \"windows-1252\"\n```\n",
            say([
                "Pour des fichiers enregistrés autrement par un tableur, déclarez-le dans `format.toml` (il vaut pour tous les CSV du dossier) :",
                "For files that a spreadsheet saved in another way, declare it in `format.toml` (it holds for every CSV of the folder):",
            ])
            .replace("`format.toml`", &format!("`{}`", format::FILE))
        )?;
        for table in TABLES {
            let optional = if table.required { "" } else { say([" (facultatif)", " (optional)"]) };
            writeln!(f, "## {}{optional}\n\n{}\n", table.file, say(table.about))?;
            writeln!(
                f,
                "| {} |\n|---|---|---|---|",
                say(["colonne | à remplir | contenu | sens", "column | must be filled | holds | meaning"])
            )?;
            for field in table.fields {
                writeln!(f, "{}", self.row(field))?;
            }
            writeln!(f)?;
        }
        writeln!(
            f,
            "## {}\n\n| {} |\n|---|---|---|",
            say(["Constats", "Findings"]),
            say(["code | sens | que faire", "code | meaning | what to do"])
        )?;
        for code in CODES {
            let cells = [code.code, say(code.meaning), say(code.action)].map(|cell| cell.replace('|', "\\|"));
            writeln!(f, "| {} |", cells.join(" | "))?;
        }
        writeln!(f)
    }
}

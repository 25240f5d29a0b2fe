//! Every kind of change in words: what the command line shows and docs/scenarios.md holds.

use std::fmt::Write as _;

use crate::eligibility::Language;
use crate::tables::{self, schema};

use super::changes::CHANGES;
use super::keys::{Form, Key};

/// Every kind of change with its keys and an example, in Markdown.
///
/// ```
/// use matcher_core::{eligibility::Language, scenario};
/// let text = scenario::catalogue(Language::English);
/// assert!(text.contains("### `add_lift`") && text.contains("A residence gets a lift"));
/// ```
pub fn catalogue(language: Language) -> String {
    let mut text = String::new();
    let titles = ["clé | obligatoire | contenu | sens", "key | must be there | holds | meaning"];
    for kind in CHANGES {
        let _ = write!(text, "### `{}`\n\n{}.\n\n", kind.code, language.of(kind.summary));
        let _ = writeln!(text, "| {} |\n|---|---|---|---|", language.of(titles));
        for key in kind.keys {
            let _ = writeln!(text, "{}", line(key, language));
        }
        let _ = write!(text, "\n```toml\n[[change]]\nkind = \"{}\"\n{}\n```\n\n", kind.code, kind.example);
    }
    text.truncate(text.trim_end().len());
    text.push('\n');
    text
}

fn line(key: &Key, language: Language) -> String {
    let required = language.of(if key.required { ["oui", "yes"] } else { ["non", "no"] });
    // A bar would end the cell of the table.
    let means = language.of(key.means).replace('|', "\\|");
    format!("| `{}` | {required} | {} | {means} |", key.name, holds(key.form, language))
}

fn holds(form: Form, language: Language) -> String {
    let of = |texts: [&str; 2]| language.of(texts).to_owned();
    match form {
        Form::Setting => of([
            "nombre entier, `true` ou `false`, texte, ou liste de textes",
            "a whole number, `true` or `false`, a text, or a list of texts",
        ]),
        Form::Texts(texts) => of(texts),
        Form::Cell { kind, .. } => match kind {
            schema::Kind::Flag => of(["`true` ou `false`", "`true` or `false`"]),
            schema::Kind::References(file) => {
                of(["identifiant, ou liste d'identifiants, de {file}", "an id, or a list of ids, of {file}"]).replace("{file}", file)
            }
            schema::Kind::Labels => of(["nom, ou liste de noms ou d'identifiants", "a name, or a list of names or ids"]),
            schema::Kind::Codes => of(["code, ou liste de codes", "a code, or a list of codes"]),
            kind => tables::holds(&kind, usize::from(language == Language::English)),
        },
    }
}

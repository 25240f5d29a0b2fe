//! The registry of columns, and what is made from it.

use std::collections::BTreeMap;

use crate::tables::schema::{Kind, TABLES};
use crate::tables::{readme, rows::Tables, template};

#[test]
fn columns_are_explained_in_two_languages_and_named_once() {
    for table in TABLES {
        assert!(table.about.iter().all(|text| text.ends_with('.')), "{}", table.file);
        let mut names: Vec<_> = table.fields.iter().map(|field| field.column.name).collect();
        assert!(table.fields.iter().all(|field| field.about.iter().all(|text| text.len() > 2)), "{}", table.file);
        names.sort_unstable();
        assert!(names.windows(2).all(|pair| pair[0] != pair[1]), "{}", table.file);
        for field in table.fields {
            assert_ne!(field.about[0].is_empty(), !field.about[1].is_empty(), "{} {}", table.file, field.column.name);
            // An id is the first column of its table: a row that cannot be read is traced by it.
            assert!(field.kind != Kind::Id || field.column.name == table.fields[0].column.name, "{}", table.file);
        }
    }
}

#[test]
fn no_column_asks_for_what_must_not_be_used() {
    for name in TABLES.iter().flat_map(|table| table.fields).map(|field| field.column.name) {
        for word in ["nation", "origin", "sex", "gender", "diagnos", "religion", "phone", "mail", "surname"] {
            assert!(!name.contains(word), "{name}");
        }
    }
}

/// Rows of tables cannot refer to each other in a circle: the tables themselves do not, not even through others.
#[test]
fn fault_16_no_cycle_of_references_can_be_written() {
    let mut open: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for table in TABLES {
        let named = table.fields.iter().filter_map(|field| match field.kind {
            Kind::Reference(file) | Kind::References(file) => Some(file),
            _ => None,
        });
        open.insert(table.file, named.collect());
    }
    // Take away tables that refer to none that is left, until nothing is left.
    while let Some(done) = open.iter().find(|(_, named)| named.iter().all(|file| !open.contains_key(file))).map(|(file, _)| *file) {
        open.remove(done);
    }
    assert!(open.is_empty(), "these tables refer to each other in a circle: {open:?}");
}

#[test]
fn the_template_reads_as_an_empty_town_and_explains_every_column() {
    let dir = tempfile::tempdir().unwrap();
    template(dir.path()).unwrap();
    let (tables, report) = crate::tables::read(dir.path()).unwrap();
    assert!(tables == Tables::default() && report.warnings.is_empty());
    let text = std::fs::read_to_string(dir.path().join("README.md")).unwrap();
    assert_eq!(text, readme());
    for table in TABLES {
        for field in table.fields {
            for about in field.about {
                assert!(text.contains(about), "{about}");
            }
            assert_eq!(text.matches(&format!("| `{}` |", field.column.name)).count() % 2, 0);
        }
    }
    assert!(text.lines().filter(|line| line.starts_with('|')).all(|line| line.replace("\\|", "").matches('|').count() >= 4));
}

#[test]
fn the_page_of_the_documentation_is_the_one_of_the_template() {
    let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/tables.md");
    let committed = std::fs::read_to_string(&path).unwrap();
    assert!(committed == readme(), "docs/tables.md is older than the registry: `matcher template DIR` writes it as DIR/README.md");
}

#[test]
fn the_template_never_writes_over_a_file() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::write(dir.path().join("quotas.csv"), "mine").unwrap();
    assert!(template(dir.path()).unwrap_err().to_string().contains("quotas.csv"));
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 1, "nothing is written");
    assert_eq!(std::fs::read_to_string(dir.path().join("quotas.csv")).unwrap(), "mine");
}

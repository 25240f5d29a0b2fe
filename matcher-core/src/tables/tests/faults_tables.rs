//! The catalogue of bad input, 1 to 28: tables.

use std::fmt::Write as _;

use crate::error::Report;
use crate::problem::read_files;
use crate::tables::rows::Tables;
use crate::tables::sheet::{self, Column, Format, Limits, Options};

use super::sample::without_lines;
use super::town::town;

#[test]
fn fault_1_empty_file_has_no_header() {
    for content in ["", "\u{feff}", "\n\r\n"] {
        town().file("places.csv", content).finds(&[("E1001", "places.csv", 0, "")]);
    }
}

#[test]
fn fault_1_a_forgotten_header_is_not_printed() {
    let errors = town().file("places.csv", "H1,care,45.74,4.85\n").errors();
    assert_eq!((errors[0].code, errors[0].row, errors[0].column.as_deref()), ("E1001", Some(1), None));
}

#[test]
fn fault_2_header_only_is_no_row() {
    let header = |name: &str| town().text(name).lines().next().unwrap().to_owned();
    let mut empty = town();
    for name in town().files.keys() {
        // With the end of the line and without.
        empty = empty.file(name, if name == "help.csv" { header(name) } else { header(name) + "\r\n" });
    }
    assert!(empty.tables() == Tables::default());
}

#[test]
fn fault_3_missing_column_is_named() {
    town().file("places.csv", "household,kind\nH1,care\n").finds(&[("E1002", "places.csv", 0, "lat"), ("E1002", "places.csv", 0, "lon")]);
    // A column whose cells may be empty may be missing.
    let tables = town().file("affinities.csv", "points,household_b,household_a\n20,H2,H1\n").tables();
    assert_eq!(tables.affinities[0].household_a, "H1");
}

#[test]
fn fault_3_missing_file_is_named() {
    // The tables that name its rows are not blamed for it.
    town().without("residences.csv").finds(&[("E1000", "residences.csv", 0, "")]);
}

#[test]
fn fault_4_unknown_column_is_refused_by_name_with_the_reason() {
    let spoilt = town().change("persons.csv", "household,", "nationality,household,");
    let errors = spoilt.errors();
    assert_eq!((errors[0].code, errors[0].column.as_deref()), ("E1003", Some("nationality")));
    assert!(errors[0].action.contains("must not be used"));
    assert_eq!(errors.len(), 1, "what depends on the refused file is not blamed");
    // A column of another spelling is another column: nothing is guessed.
    town().change("help.csv", "skill", "Skill").finds(&[("E1003", "help.csv", 0, "Skill"), ("E1002", "help.csv", 0, "skill")]);
}

#[test]
fn fault_4_unknown_table_is_refused_by_name() {
    town().file("affinity.csv", "a,b\n").finds(&[("E1006", "affinity.csv", 0, "")]);
    town().file("Help.CSV", "").finds(&[("E1006", "Help.CSV", 0, "")]);
    assert!(town().file("policy.toml", "anything").read().is_ok(), "what is no table is none of the import's business");
}

#[test]
fn fault_5_column_twice() {
    town().change("places.csv", "lon\nH1,care,45.74,4.85", "lon,lat\nH1,care,45.74,4.85,45.74").finds(&[("E1005", "places.csv", 0, "lat")]);
}

#[test]
fn fault_6_permuted_columns_give_the_same_rows() {
    let mut permuted = town();
    for name in town().files.keys() {
        let reversed: String = town().text(name).lines().map(|line| line.split(',').rev().collect::<Vec<_>>().join(",") + "\n").collect();
        permuted = permuted.file(name, reversed);
    }
    assert!(permuted.tables() == town().tables());
}

#[test]
fn fault_7_row_too_short_or_too_long_is_named_by_its_number() {
    town().add("places.csv", "H1,work,45.7\nH1,work,45.7,4.8,0\n\nH2,school,45.7,4.8\nH3,family\n").finds(&[
        ("E1007", "places.csv", 3, ""),
        ("E1007", "places.csv", 4, ""),
        ("E1007", "places.csv", 7, ""),
    ]);
    town().add("places.csv", ",,,\n").finds(&[("E1008", "places.csv", 3, "")]);
}

#[test]
fn fault_8_duplicate_household_id_names_both_rows() {
    let row = town().text("households.csv").lines().nth(1).unwrap().to_owned() + "\n";
    let spoilt = town().add("households.csv", &row).add("households.csv", &row);
    spoilt.finds(&[("E1009", "households.csv", 5, "id"), ("E1009", "households.csv", 6, "id")]);
    let errors = spoilt.errors();
    assert!(errors[0].cause.contains("row 2") && errors[1].cause.contains("row 5"), "{errors:#?}");
}

#[test]
fn fault_9_duplicate_dwelling_id_names_both_rows() {
    let row = town().text("dwellings.csv").lines().nth(3).unwrap().to_owned() + "\n";
    let spoilt = town().add("dwellings.csv", &row);
    spoilt.finds(&[("E1009", "dwellings.csv", 5, "id")]);
    assert!(spoilt.errors()[0].cause.contains("row 4"));
    for (name, row) in [("residences.csv", 1), ("authorisations.csv", 1), ("quotas.csv", 1)] {
        let row = town().text(name).lines().nth(row).unwrap().to_owned() + "\n";
        assert_eq!(town().add(name, &row).errors()[0].code, "E1009", "{name}");
    }
}

#[test]
fn fault_10_confusable_ids_name_both_rows() {
    for (one, other) in [("ha", "HA"), ("Ha b", "ha\u{a0}b"), ("\u{e9}", "e\u{301}".to_uppercase().as_str())] {
        let row = town().text("households.csv").lines().nth(3).unwrap().to_owned() + "\n";
        let spoilt = town()
            .add("households.csv", &row.replace("H3,", &format!("{one},")))
            .add("households.csv", &row.replace("H3,", &format!("{other},")))
            .add("persons.csv", &format!("{one},,30,reference,\n{other},,30,reference,\n"));
        let errors = spoilt.errors();
        let confused: Vec<_> = errors.iter().map(|f| (f.code, f.row)).collect();
        assert!(confused.contains(&("E1010", Some(6))), "{one} {other}: {confused:?}");
        assert!(errors.iter().any(|f| f.cause.contains("row 5")), "{errors:#?}");
    }
    town().change("households.csv", "H3,", " H3,").finds(&[("E1010", "households.csv", 4, "id")]);
    town().change("households.csv", "H3,", "\"H3\u{3000}\",").finds(&[("E1010", "households.csv", 4, "id")]);
}

#[test]
fn fault_10_confusable_names_of_territories_and_staircases() {
    town()
        .change("residences.csv", ",bron,", ",Gerland,")
        .finds(&[("E1011", "households.csv", 3, "exclusions"), ("E1010", "residences.csv", 3, "territory")]);
    town().change("dwellings.csv", "R1,B,", "R1,a,").finds(&[("E1010", "dwellings.csv", 3, "staircase")]);
    // Each residence has staircases of its own.
    assert!(town().change("dwellings.csv", "R2,,", "R2,a,").read().is_ok());
}

#[test]
fn fault_11_unknown_ids_are_named_by_file_row_and_column() {
    for (file, from, to, row, column) in [
        ("dwellings.csv", "D1,R1,", "D1,R9,", 2, "residence"),
        ("dwellings.csv", ",AUT,", ",AUX,", 2, "earmark"),
        ("households.csv", "R1|R2", "R1|R9", 2, "choices"),
        ("households.csv", ",bron,", ",lyon,", 3, "exclusions"),
        ("places.csv", "H1,", "H9,", 2, "household"),
        ("affinities.csv", "H1,", "H9,", 2, "household_a"),
        ("affinities.csv", ",H2,", ",H9,", 2, "household_b"),
        ("help.csv", "H2,", "H9,", 3, "household"),
        ("persons.csv", "H3,,70,reference", "H3,,70,reference,\nH9,,70,reference", 7, "household"),
    ] {
        town().change(file, from, to).finds(&[("E1011", file, row, column)]);
    }
    town()
        .change("tenancies.csv", "D3,H2", "D9,H9")
        .change("households.csv", ",D3", ",")
        .finds(&[("E1011", "tenancies.csv", 2, "dwelling"), ("E1011", "tenancies.csv", 2, "household")]);
}

#[test]
fn fault_11_an_id_that_only_looks_alike_is_said_to() {
    let errors = town().change("places.csv", "H1,", "h1,").errors();
    assert!(errors[0].code == "E1011" && errors[0].cause.contains("row 2 differs only"), "{errors:#?}");
}

#[test]
fn fault_11_a_row_at_fault_makes_no_further_findings() {
    // The household cannot be read, and yet its persons, tenancy and affinity name a household that is there.
    town().change("households.csv", "31999", "much").finds(&[("E1044", "households.csv", 3, "income_eur_year")]);
    // Here not even its id can be read.
    town().change("households.csv", "H2,", "\"H2,").finds(&[("E1024", "households.csv", 3, "")]);
}

#[test]
fn fault_12_same_pair_twice_in_either_order() {
    for row in ["H1,H2,5\n", "H1,H2,20\n", "H2,H1,20\n"] {
        let spoilt = town().add("affinities.csv", row);
        spoilt.finds(&[("E1012", "affinities.csv", 3, "")]);
        assert!(spoilt.errors()[0].cause.contains("row 2"));
    }
    town().add("help.csv", "H1,company,yes,1\n").finds(&[("E1012", "help.csv", 4, "")]);
    town().add("places.csv", "H1,care,45.740,4.85\n").finds(&[("E1012", "places.csv", 3, "")]);
    town().add("ledger.csv", "Q1,0,0,0\n").finds(&[("E1012", "ledger.csv", 3, "")]);
    town().add("ceilings.csv", "PLUS,1,outre_mer,2026-01-01,,1\n").finds(&[("E1012", "ceilings.csv", 3, "")]);
}

#[test]
fn fault_12_same_arc_twice_in_a_raw_problem() {
    for score in [7, 8] {
        let arcs = format!("household,dwelling,score\nh,d,7\nh,d,{score}\n");
        let files = [("arcs.csv", arcs.into_bytes()), ("dwellings.csv", b"dwelling,residence\nd,r\n".to_vec())].into();
        assert!(read_files(&files).unwrap_err().to_string().contains("E1060"));
    }
}

#[test]
fn fault_13_two_folders_know_nothing_of_each_other() {
    let other = town().change("households.csv", "9876.5", "1");
    assert_eq!(town().tables().households[0].income_eur_year.0, 987_650);
    assert_eq!(other.tables().households[0].income_eur_year.0, 100);
}

#[test]
fn fault_14_household_without_admissible_dwelling_is_accepted() {
    let tables = town().change("households.csv", "dalo,yes", "dalo,no").change("households.csv", "R1|R2,,", ",R1|bron,").tables();
    assert!(!tables.households[0].admissible);
}

#[test]
fn fault_15_dwelling_without_candidate_is_accepted() {
    assert!(town().change("dwellings.csv", "D2,R1,B,3,3,3", "D2,R1,B,3,6,30").read().is_ok());
}

#[test]
fn fault_17_self_affinity() {
    town().add("affinities.csv", "H1,H1,3\n").finds(&[("E1017", "affinities.csv", 3, "household_b")]);
}

#[test]
fn fault_18_household_of_nobody_or_of_two_hundred() {
    town().change("persons.csv", "H3,,70,reference,\n", "").finds(&[("E1018", "households.csv", 4, "id")]);
    let thirty = "H3,,30,other,\n".repeat(29);
    assert!(town().add("persons.csv", &thirty).read().is_ok());
    town().add("persons.csv", &thirty).add("persons.csv", "H3,,30,other,\n").finds(&[("E1018", "households.csv", 4, "id")]);
    town().add("persons.csv", &thirty.repeat(7)).finds(&[("E1018", "households.csv", 4, "id")]);
}

#[test]
fn fault_19_birth_dates_that_are_none() {
    for date in [
        "2023-02-31",
        "2023-02-29",
        "1900-02-29",
        "2024-13-01",
        "2024-00-10",
        "2024-01-00",
        "0001-01-01",
        "1899-12-31",
        "2201-01-01",
        "0000-00-00",
    ] {
        town().change("persons.csv", "1951-03-04", date).finds(&[("E1019", "persons.csv", 2, "birth_date")]);
    }
}

#[test]
fn fault_20_a_birth_date_of_29_february_and_ages_are_kept_exactly() {
    let tables = town().tables();
    assert_eq!(tables.persons[1].birth_date.unwrap().to_string(), "1988-02-29");
    assert_eq!((tables.persons[2].age, tables.persons[2].birth_date), (Some(36), None));
}

#[test]
fn fault_21_only_iso_dates() {
    for date in [
        "04/03/1951",
        "4.3.1951",
        "51-03-04",
        "1951-3-4",
        "19510304",
        "1951-03-04T00:00:00",
        "1951/03/04",
        "+1951-03-04",
        "-951-03-04",
        "١٩٥١-٠٣-٠٤",
        "18690",
        "1951-W10-7",
    ] {
        town().change("persons.csv", "1951-03-04", date).finds(&[("E1020", "persons.csv", 2, "birth_date")]);
    }
    // Blanks around a day say nothing.
    assert!(town().change("persons.csv", "1951-03-04", " 1951-03-04 ").read().is_ok());
}

#[test]
fn fault_22_capacity_0_is_accepted_in_a_raw_problem() {
    let files =
        [("arcs.csv", b"household,dwelling,score\nh,d,7\n".to_vec()), ("dwellings.csv", b"dwelling,residence,capacity\nd,r,0\n".to_vec())];
    assert_eq!(read_files(&files.into()).unwrap().dwellings()[0].capacity, 0);
}

#[test]
fn fault_23_line_ends_and_quoted_newlines_read_alike() {
    let name = |line_end: &str| format!("\"Les{line_end}\"\"Tilleuls\"\", bloc A\"");
    let with = |line_end: &str, in_cell: &str| {
        let mut files = town();
        for file in town().files.keys() {
            let text = town().text(file).replace('\n', line_end);
            files = files.file(file, text.replace("Les Tilleuls", &name(in_cell)));
        }
        files.tables()
    };
    let plain = with("\n", "\n");
    assert_eq!(plain.residences[0].name, "Les\n\"Tilleuls\", bloc A");
    assert_eq!(plain.residences[1].line, 4, "rows are named by the line where they begin");
    assert!(with("\r\n", "\r\n") == plain);
    assert!(with("\r", "\n") == plain);
    assert!(with("\n\r\n", "\r\n").residences[1].name == "Le Parc");
    assert!(without_lines(with("\n\n", "\n")) == without_lines(plain), "empty lines are no rows");
}

#[test]
fn fault_24_unclosed_quote_is_reported_at_its_line() {
    // The rest of the file is read: the other fault is found, and nothing else.
    town()
        .change("persons.csv", "H2,,36", "\"H2,,36")
        .change("persons.csv", "2015-09-10", "10/09/2015")
        .finds(&[("E1024", "persons.csv", 4, ""), ("E1020", "persons.csv", 5, "birth_date")]);
    // Closed by a quote that was to open the next cell.
    town()
        .change("help.csv", "H1,company", "\"H1,company")
        .change("help.csv", "H2,errands", "H2,\"errands\"")
        .finds(&[("E1024", "help.csv", 2, "")]);
    town().change("help.csv", "company", "com\"pany").finds(&[("E1004", "help.csv", 2, "")]);
    town().change("help.csv", "company", "\"com\"pany").finds(&[("E1024", "help.csv", 2, "")]);
    town().change("help.csv", "yes,2\n", "yes,\"2").finds(&[("E1024", "help.csv", 3, "")]);
}

#[test]
fn fault_24_many_unclosed_quotes_cost_linear_time() {
    let read = |rows: usize| {
        let text = "a,b\n".to_owned() + &"\"x\"\"\n".repeat(rows);
        let mut report = Report::default();
        let columns = [Column::required("a"), Column::required("b")];
        let options = Options { format: Format::default(), limits: Limits::TABLES };
        sheet::read("t.csv", text.as_bytes(), options, &columns, &mut report, |_, _| {});
        report.error_count()
    };
    // A quadratic reader would look at 10^11 bytes.
    assert_eq!(read(200_000), 200_000);
}

#[test]
fn fault_25_delimiters_are_taken_only_as_declared() {
    for (delimiter, declared) in [(";", "delimiter = \";\""), ("\t", "delimiter = \"\\t\"")] {
        let mut other = town();
        for name in town().files.keys() {
            other = other.file(name, town().text(name).replace(',', delimiter));
        }
        let expected: Vec<_> = town().files.keys().map(|name| ("E1025", name.clone())).collect();
        let found: Vec<_> = other.errors().iter().map(|f| (f.code, f.file.clone())).collect();
        assert_eq!(found, expected);
        assert!(other.file("format.toml", declared).tables() == town().tables());
    }
    let errors = town().file("format.toml", "delimiter = \";\"").errors();
    assert_eq!((errors[0].code, errors.len()), ("E1025", 12));
}

#[test]
fn fault_25_a_declaration_is_read_strictly() {
    for (text, row, column) in [
        ("delimiter = \":\"", 0, "delimiter"),
        ("encoding = \"latin-9\"", 0, "encoding"),
        ("\ndecimal_coma = true", 2, ""),
        ("decimal_comma = \"yes\"", 1, ""),
        ("delimiter", 1, ""),
    ] {
        town().file("format.toml", text).finds(&[("E1037", "format.toml", row, column)]);
    }
}

#[test]
fn fault_26_decimal_comma_only_as_declared() {
    town().change("dwellings.csv", "380.25", "\"380,25\"").finds(&[("E1026", "dwellings.csv", 2, "rent_eur_month")]);
    let mut comma = town().file("format.toml", "decimal_comma = true\ndelimiter = \";\"\n");
    for name in town().files.keys() {
        let text = town().text(name).replace("art. 20", "art # 20").replace(',', ";").replace('.', ",").replace("art # 20", "art. 20");
        comma = comma.file(name, text);
    }
    assert!(comma.tables() == town().tables());
    comma.clone().change("dwellings.csv", "380,25", "380.25").finds(&[("E1026", "dwellings.csv", 2, "rent_eur_month")]);
    // Bounds of quotas are texts, and yet numbers: one spelling whatever the file's.
    assert_eq!(comma.change("quotas.csv", ";25;", ";33,30;").tables().quotas[0].min, "33.3");
}

#[test]
fn fault_27_too_many_rows_or_bytes_are_refused_before_reading_on() {
    let text = "a\n".to_owned() + &"1\n".repeat(10);
    let read = |limits: Limits| {
        let (mut report, mut rows) = (Report::default(), 0);
        let options = Options { format: Format::default(), limits };
        let whole = sheet::read("t.csv", text.as_bytes(), options, &[Column::required("a")], &mut report, |_, _| rows += 1);
        (report.errors.iter().map(|f| f.code).collect::<Vec<_>>(), rows, whole)
    };
    assert_eq!(read(Limits { rows: 10, ..Limits::TABLES }), (vec![], 10, true));
    assert_eq!(read(Limits { rows: 9, ..Limits::TABLES }), (vec!["E1027"], 9, false));
    assert_eq!(read(Limits { bytes: 21, ..Limits::TABLES }), (vec!["E1027"], 0, false));
}

#[test]
fn fault_27_a_file_above_the_limit_is_refused_by_its_size_alone() {
    let dir = tempfile::tempdir().unwrap();
    // A hole of 3 GiB: its size is known, its bytes are never read.
    std::fs::File::create(dir.path().join("help.csv")).unwrap().set_len(3 << 30).unwrap();
    let error = crate::tables::read(dir.path()).unwrap_err().to_string();
    assert!(error.contains("E1027 help.csv"), "{error}");
}

#[test]
fn fault_27_findings_of_a_million_rows_are_counted_not_kept() {
    let mut rows = String::new();
    for _ in 0..5_000 {
        writeln!(rows, "H1,care,north,west").unwrap();
    }
    let errors = town().add("places.csv", &rows).change("help.csv", "company", "Company").errors();
    assert_eq!(errors.len(), 1_002);
    assert_eq!((errors[0].file.as_str(), errors[1].row), ("help.csv", Some(3)));
    assert_eq!((errors[1001].code, errors[1001].row), ("E1099", None), "the count closes the file");
    assert!(errors[1001].cause.contains("9000 more"), "{}", errors[1001].cause);
    let shown = town().add("places.csv", &rows).read().unwrap_err().to_string();
    assert!(shown.starts_with("errors in the input: 10000\n"), "{}", &shown[..40]);
}

#[test]
fn fault_28_one_cell_of_10_mib() {
    let long = "x".repeat(10 << 20);
    town().change("residences.csv", "Le Parc", &long).finds(&[("E1028", "residences.csv", 3, "name")]);
    town().change("residences.csv", "Le Parc", &format!("\"{long}\n{long}\"")).finds(&[("E1028", "residences.csv", 3, "name")]);
    assert!(town().change("residences.csv", "Le Parc", &long[..64 << 10]).read().is_ok());
}

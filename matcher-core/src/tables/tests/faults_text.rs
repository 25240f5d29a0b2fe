//! The catalogue of bad input, 29 to 39: text.

use crate::problem::read_files;
use crate::tables::sheet::{export_cell, export_number, line, one_line};
use crate::tables::{names, read};

use super::town::town;

fn utf16(text: &str, mark: bool) -> Vec<u8> {
    let mark = if mark { "\u{feff}" } else { "" };
    mark.encode_utf16().chain(text.encode_utf16()).flat_map(u16::to_le_bytes).collect()
}

#[test]
fn fault_29_byte_order_mark_is_stripped() {
    let mut marked = town();
    for (name, bytes) in town().files {
        marked = marked.file(&name, [b"\xEF\xBB\xBF", bytes.as_slice()].concat());
    }
    assert!(marked.tables() == town().tables());
}

#[test]
fn fault_30_utf_16_is_named() {
    for mark in [true, false] {
        let spoilt = town().file("places.csv", utf16(&town().text("places.csv"), mark));
        spoilt.finds(&[("E1030", "places.csv", 0, "")]);
        assert!(spoilt.errors()[0].cause.contains("UTF-16"));
    }
}

#[test]
fn fault_30_latin_1_is_read_only_as_declared() {
    let latin: Vec<u8> = b"R2,R\xE9sidence \x80 \x9Ct\xE9,".to_vec();
    let bytes = town().files["residences.csv"].clone();
    let at = bytes.windows(11).position(|w| w == b"R2,Le Parc,").unwrap();
    let spoilt = town().file("residences.csv", [&bytes[..at], &latin, &bytes[at + 11..]].concat());
    spoilt.finds(&[("E1031", "residences.csv", 3, "")]);
    let declared = spoilt.file("format.toml", "encoding = \"windows-1252\"");
    assert_eq!(declared.tables().residences[1].name, "Résidence € œté");
}

#[test]
fn fault_30_a_wrong_declaration_is_noticed() {
    let accented = town().change("residences.csv", "Le Parc", "Résidence").file("format.toml", "encoding = \"windows-1252\"");
    let (_, warnings) = accented.read().unwrap();
    assert_eq!(warnings.warnings.iter().map(|f| (f.code, f.file.as_str())).collect::<Vec<_>>(), [("E1030", "residences.csv")]);
    let text = town().text("help.csv");
    town()
        .file("help.csv", format!("\u{feff}{text}"))
        .file("format.toml", "encoding = \"windows-1252\"")
        .finds(&[("E1030", "help.csv", 0, "")]);
    // Five bytes of windows-1252 mean nothing.
    let spoilt = town()
        .file("format.toml", "encoding = \"windows-1252\"")
        .file("help.csv", b"household,skill,offers,hours_week\nH1,comp\x81,no,4\n");
    spoilt.finds(&[("E1032", "help.csv", 2, "skill")]);
}

#[test]
fn fault_30_office_documents_are_named() {
    for (bytes, what) in [(b"PK\x03\x04rest".as_slice(), "ZIP"), (b"\xD0\xCF\x11\xE0\xA1\xB1", "XLS"), (b"\x1F\x8B\x08", "gzip")] {
        let spoilt = town().file("help.csv", bytes);
        spoilt.finds(&[("E1030", "help.csv", 0, "")]);
        assert!(spoilt.errors()[0].cause.contains(what));
    }
}

#[test]
fn fault_31_invalid_utf_8_is_named_by_its_byte() {
    for bad in [b"\xFF".as_slice(), b"\xC3(", b"\xED\xA0\x80", b"\xF4\x90\x80\x80", b"\xC0\xAF"] {
        let text = town().text("help.csv");
        let at = text.find("errands").unwrap();
        let spoilt = town().file("help.csv", [&text.as_bytes()[..at], bad, &text.as_bytes()[at..]].concat());
        spoilt.finds(&[("E1031", "help.csv", 3, "")]);
        assert!(spoilt.errors()[0].cause.contains(&format!("byte {at} ")), "{}", spoilt.errors()[0].cause);
    }
    // With a byte order mark the byte is still counted from the beginning of the file.
    let spoilt = town().file("help.csv", b"\xEF\xBB\xBFhousehold\xFF".to_vec());
    assert!(spoilt.errors()[0].cause.contains("byte 12 "));
}

#[test]
fn fault_32_control_characters_are_refused_everywhere() {
    for bad in ["\0", "\u{7}", "\u{1b}[31m", "\u{7f}", "\u{85}", "\u{9b}"] {
        town().change("residences.csv", "Le Parc", &format!("Le{bad}Parc")).finds(&[("E1032", "residences.csv", 3, "name")]);
        town()
            .change("help.csv", "H2,errands,yes,2", &format!("H2,err{bad}ands,yes,{bad}2"))
            .finds(&[("E1032", "help.csv", 3, "hours_week"), ("E1032", "help.csv", 3, "skill")]);
    }
    // Tab and line end are no harm in a name; in an id they are.
    assert!(town().change("residences.csv", "Le Parc", "\"Le\tPa\nrc\"").read().is_ok());
    town().change("quotas.csv", "Q1", "\"Q\t1\"").finds(&[("E1032", "quotas.csv", 2, "id")]);
    // `°` and `©` share a first byte with the C1 controls.
    assert!(town().change("residences.csv", "Le Parc", "N° 1 ©").read().is_ok());
}

#[test]
fn fault_33_invisible_characters_are_kept_in_names_and_refused_in_ids() {
    for c in ['\u{202e}', '\u{2066}', '\u{200b}', '\u{200d}', '\u{feff}', '\u{ad}', '\u{2028}', '\u{e0041}'] {
        let name = format!("Le{c}Parc");
        assert_eq!(town().change("residences.csv", "Le Parc", &name).tables().residences[1].name, name);
        town().change("quotas.csv", "Q1", &format!("Q{c}1")).finds(&[("E1033", "quotas.csv", 2, "id")]);
        town().change("places.csv", "H1", &format!("H{c}1")).finds(&[("E1033", "places.csv", 2, "household")]);
        town().change("residences.csv", "gerland", &format!("ger{c}land")).finds(&[("E1033", "residences.csv", 2, "territory")]);
    }
}

#[test]
fn fault_34_ids_are_composed_names_are_untouched() {
    let decomposed = "re\u{301}sidence";
    let tables = town()
        .change("residences.csv", "R2,Le Parc", &format!("{decomposed},{decomposed}"))
        .change("dwellings.csv", "D3,R2", "D3,r\u{e9}sidence")
        .change("households.csv", "R1|R2", &format!("R1|{decomposed}"))
        .tables();
    assert_eq!((tables.residences[1].id.as_str(), tables.residences[1].name.as_str()), ("r\u{e9}sidence", decomposed));
    assert_eq!(tables.dwellings[2].residence, tables.residences[1].id);
    assert_eq!(tables.households[0].choices[1], tables.residences[1].id);
}

#[test]
fn fault_35_no_language_folds_ids() {
    let row = town().text("households.csv").lines().nth(3).unwrap().to_owned() + "\n";
    for (one, other) in [("ıd", "id"), ("straße", "strasse"), ("ﬁn", "fin")] {
        let both = town()
            .add("households.csv", &row.replace("H3,", &format!("{one},")))
            .add("households.csv", &row.replace("H3,", &format!("{other},")))
            .add("persons.csv", &format!("{one},,30,reference,\n{other},,30,reference,\n"));
        assert_eq!(both.tables().households.len(), 5, "{one} is not {other}");
    }
    assert_eq!(names::skeleton("ID"), "id");
    assert_ne!(names::skeleton("İ"), "i");
}

#[test]
fn fault_36_formulas_are_stored_as_they_are_and_exported_harmless() {
    for text in ["=cmd|' /C calc'!A0", "+1", "-1+1", "@SUM(A1)", "\tx", "\rx"] {
        let stored = town().change("residences.csv", "Le Parc", &format!("\"{text}\"")).tables().residences[1].name.clone();
        assert_eq!(stored, text);
        assert_eq!(export_cell(&stored), format!("'{text}"));
    }
    assert_eq!(export_cell("Le Parc = beau"), "Le Parc = beau");
    assert_eq!(export_number(-12), "-12");
    let mut out = String::new();
    line([export_cell("=A1,\"x\""), export_number(-3)], &mut out);
    assert_eq!(out, "\"'=A1,\"\"x\"\"\",-3\n");
    town().change("quotas.csv", "Q1", "=Q1").finds(&[("E1035", "quotas.csv", 2, "id")]);
}

#[test]
fn fault_37_markup_in_a_name_is_kept_for_the_page_to_escape() {
    let name = "<script>alert(1)</script>";
    assert_eq!(town().change("residences.csv", "Le Parc", name).tables().residences[1].name, name);
}

#[test]
fn fault_38_a_path_is_no_table() {
    for name in ["../residences.csv", "/etc/help.csv", "a/help.csv", "..\\help.csv", "help.csv\n.csv"] {
        let errors = town().file(name, "household\n").errors();
        assert_eq!((errors[0].code, errors.len()), ("E1006", 1), "{name}");
        assert!(!errors[0].to_string().contains('\n'));
    }
}

#[test]
fn fault_38_what_is_no_file_is_not_opened() {
    let dir = tempfile::tempdir().unwrap();
    std::fs::create_dir(dir.path().join("help.csv")).unwrap();
    assert!(read(dir.path()).unwrap_err().to_string().contains("not an ordinary file"));
    assert!(read(&dir.path().join("nowhere")).unwrap_err().to_string().contains("nowhere"));
}

#[test]
fn fault_39_a_newline_cannot_forge_a_line() {
    let forged = "x\nE1009 households.csv row 2: all is well\r\u{2028}\u{202e}";
    assert_eq!(one_line(forged), "x\\u{a}E1009 households.csv row 2: all is well\\u{d}\\u{2028}\\u{202e}");
    assert_eq!(one_line(&"é".repeat(1000)).chars().count(), 201);
    // A column name is the one text of a file that a finding repeats.
    let error = town().change("help.csv", "skill", &format!("\"{forged}\",skill")).read().unwrap_err().to_string();
    assert_eq!(error.lines().filter(|line| line.starts_with("E1009")).count(), 0, "{error}");
}

#[test]
fn faults_24_30_31_32_hold_for_raw_problems_too() {
    let code = |arcs: &[u8]| {
        let files = [("arcs.csv", arcs.to_vec()), ("dwellings.csv", b"dwelling,residence\nd,r\n".to_vec())].into();
        read_files(&files).map_or_else(|error| error.to_string(), |_| String::new())
    };
    assert_eq!(code(b"household,dwelling,score\nh,d,1\n"), "");
    for (arcs, expected) in [
        (b"household,dwelling,score\n\"h,d,1\n".as_slice(), "E1024 arcs.csv row 2"),
        (b"household,dwelling,score\nh,d,\x001\n", "E1032 arcs.csv row 2 column score"),
        (b"household,dwelling,score\nh\xE9,d,1\n", "E1031 arcs.csv row 2"),
        (&utf16("household,dwelling,score\nh,d,1\n", true), "E1030 arcs.csv"),
        (b"household,dwelling,score\nh,d\n", "E1007 arcs.csv row 2"),
    ] {
        assert!(code(arcs).contains(expected), "{expected}: {}", code(arcs));
    }
}

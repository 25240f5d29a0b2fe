//! Rows against each other: tenancies, vacancies, households, authorisations, ceilings.

use super::town::town;

#[test]
fn one_tenancy_at_a_time_in_a_dwelling() {
    let spoilt = town().add("tenancies.csv", "D3,H3,2026-02-01,\n");
    spoilt.finds(&[("E1072", "tenancies.csv", 4, "dwelling")]);
    assert!(spoilt.errors()[0].cause.contains("row 2"));
    // The day after the last day is free.
    assert!(town().change("tenancies.csv", "D3,H2,2019-05-01,", "D3,H2,2019-05-01,\nD3,H1,2001-01-01,2019-04-30").read().is_ok());
    town().change("tenancies.csv", "D3,H2,2019-05-01,", "D3,H2,2019-05-01,\nD3,H1,2001-01-01,2019-05-01").finds(&[(
        "E1072",
        "tenancies.csv",
        2,
        "dwelling",
    )]);
    // A long tenancy hides a short one from the next.
    town()
        .change(
            "tenancies.csv",
            "D2,H3,,2026-01-14",
            "D2,H3,2000-01-01,2020-12-31\nD2,H3,2001-01-01,2002-01-01\nD2,H1,2010-01-01,2011-01-01",
        )
        .finds(&[
            ("E1072", "tenancies.csv", 4, "dwelling"),
            ("E1073", "tenancies.csv", 4, "household"),
            ("E1072", "tenancies.csv", 5, "dwelling"),
        ]);
}

#[test]
fn a_household_lives_in_one_dwelling_at_a_time() {
    town().add("tenancies.csv", "D1,H3,,2020-01-01\n").finds(&[("E1073", "tenancies.csv", 3, "household")]);
}

#[test]
fn a_dwelling_is_not_let_and_vacant_at_once() {
    town().change("tenancies.csv", "2026-01-14", "2026-01-15").finds(&[("E1074", "tenancies.csv", 3, "until")]);
    town().change("tenancies.csv", "2026-01-14", "").finds(&[("E1074", "tenancies.csv", 3, "until")]);
}

#[test]
fn current_dwelling_agrees_with_the_tenancies() {
    let place = [("E1075", "households.csv", 3, "current_dwelling")];
    town().change("households.csv", ",D3", ",").finds(&place);
    town().change("households.csv", ",D3", ",D1").finds(&place);
    town().change("tenancies.csv", "D3,H2,2019-05-01,\n", "").finds(&place);
    // A resident who does not apply is known by the tenancy alone, and one who left need not say so.
    assert!(town().change("households.csv", "H2,yes", "H2,no").change("households.csv", ",D3", ",").read().is_ok());
    assert!(town().change("households.csv", ",D3", ",").change("tenancies.csv", "2019-05-01,", "2019-05-01,2025-12-31").read().is_ok());
    // Where a tenancy cannot be read its absence says nothing.
    town().change("tenancies.csv", "2019-05-01", "1 May 2019").finds(&[("E1020", "tenancies.csv", 2, "since")]);
}

#[test]
fn exactly_one_reference_person() {
    town().change("persons.csv", "H2,,36,partner", "H2,,36,reference").finds(&[("E1070", "households.csv", 3, "id")]);
    town().change("persons.csv", "29,,reference", "29,,other").finds(&[("E1070", "households.csv", 3, "id")]);
    // One that cannot be read may be the reference person.
    town().change("persons.csv", "29,,reference", "30,,reference").finds(&[("E1019", "persons.csv", 3, "birth_date")]);
}

#[test]
fn birth_date_or_age_never_both_never_none() {
    town().change("persons.csv", "1951-03-04,,", "1951-03-04,74,").finds(&[("E1071", "persons.csv", 2, "age")]);
    town().change("persons.csv", "1951-03-04,,", ",,").finds(&[("E1071", "persons.csv", 2, "birth_date")]);
}

#[test]
fn an_earmark_rests_on_an_authorisation_and_never_on_a_prefect_s_dwelling() {
    town().change("dwellings.csv", "adapted,,AUT", "adapted,prefet,AUT").finds(&[("E1077", "dwellings.csv", 2, "earmark")]);
    for spelling in ["Prefet", "préfet", "prefet "] {
        let spoilt = town().change("dwellings.csv", "adapted,,AUT", &format!("adapted,{spelling},AUT"));
        assert!(matches!(spoilt.errors()[0].code, "E1036" | "E1077"), "{spelling} does not slip through");
    }
    town().without("authorisations.csv").finds(&[("E1011", "dwellings.csv", 2, "earmark")]);
    town().change("authorisations.csv", "ASV art. 20", "").finds(&[("E1042", "authorisations.csv", 2, "legal_basis")]);
    town().change("authorisations.csv", "65,,step_free", ",,").finds(&[("E1078", "authorisations.csv", 2, "")]);
    town().change("authorisations.csv", "65,,", "65,60,").finds(&[("E1079", "authorisations.csv", 2, "min_age")]);
}

#[test]
fn last_days_come_after_first_days() {
    town().change("authorisations.csv", "2030-12-31", "2024-12-31").finds(&[("E1076", "authorisations.csv", 2, "valid_to")]);
    town().change("tenancies.csv", ",,2026-01-14", ",2026-01-15,2026-01-14").finds(&[("E1076", "tenancies.csv", 3, "until")]);
    town().change("quotas.csv", "2026-01-01,,", "2026-01-01,2025-12-31,").finds(&[("E1076", "quotas.csv", 2, "valid_to")]);
    town().change("ceilings.csv", "2026-01-01,,", "2026-01-01,2025-12-31,").finds(&[("E1076", "ceilings.csv", 2, "valid_to")]);
}

#[test]
fn residences_lie_somewhere_or_nowhere() {
    town().change("residences.csv", "45.73,4.83", ",4.83").finds(&[("E1080", "residences.csv", 2, "lat")]);
    town().change("residences.csv", "45.73,4.83", "90.000001,4.83").finds(&[("E1043", "residences.csv", 2, "lat")]);
    town().change("places.csv", "45.74,4.85", "-90.1,180.1").finds(&[("E1043", "places.csv", 2, "lat"), ("E1043", "places.csv", 2, "lon")]);
}

#[test]
fn zones_have_ceilings() {
    town().change("residences.csv", "outre_mer", "outremer").finds(&[("E1083", "residences.csv", 3, "ceiling_zone")]);
    town().without("ceilings.csv").finds(&[("E1083", "residences.csv", 3, "ceiling_zone")]);
}

#[test]
fn a_typology_is_a_number_with_or_without_its_letter() {
    assert_eq!(town().change("dwellings.csv", "A,0,2,2", "A,0,T2,2").tables().dwellings[0].typology, 2);
    for text in ["0", "7", "T0", "T22", "F", "T", "2 pièces"] {
        town().change("dwellings.csv", "A,0,2,2", &format!("A,0,{text},2")).finds(&[("E1046", "dwellings.csv", 2, "typology")]);
    }
}

#[test]
fn what_households_wish_makes_sense() {
    town().change("households.csv", "2023-04-05", "").finds(&[("E1081", "households.csv", 2, "waiting_since")]);
    town().change("households.csv", "R1|R2,,", "R1|R2,R2,").finds(&[("E1082", "households.csv", 2, "exclusions")]);
    town().change("households.csv", "R1|R2", "R1|R1").finds(&[("E1047", "households.csv", 2, "choices")]);
    town().change("households.csv", "R1|R2", "R1|").finds(&[("E1047", "households.csv", 2, "choices")]);
    assert_eq!(town().change("households.csv", "R1|R2", "R2 | R1").tables().households[0].choices, ["R2", "R1"]);
    let many: Vec<String> = (0..1_001).map(|n| format!("x{n}")).collect();
    town().change("households.csv", ",dalo,", &format!(",{},", many.join("|"))).finds(&[("E1047", "households.csv", 2, "priority_tags")]);
    assert!(town().change("households.csv", ",dalo,", &format!(",{},", many[1..].join("|"))).read().is_ok());
    town().change("residences.csv", ",gerland,", ",R2,").finds(&[("E1062", "residences.csv", 2, "territory")]);
}

#[test]
fn an_affinity_of_a_household_that_does_not_apply_is_a_warning() {
    let (_, report) = town().add("affinities.csv", "H3,H1,3\n").read().unwrap();
    let found: Vec<_> = report.warnings.iter().map(|f| (f.code, f.row, f.column.as_deref())).collect();
    assert_eq!(found, [("E1090", Some(3), Some("household_a"))]);
}

#[test]
fn cells_that_must_be_filled_and_codes() {
    town().change("help.csv", "H1,company,no,4", ",,,").finds(&[("E1008", "help.csv", 2, "")]);
    town()
        .change("help.csv", "H1,company,no,4", ",company,,4")
        .finds(&[("E1041", "help.csv", 2, "household"), ("E1042", "help.csv", 2, "offers")]);
    town().change("help.csv", "company", "Company, too").finds(&[("E1007", "help.csv", 2, "")]);
    town().change("help.csv", "company", "compañía").finds(&[("E1036", "help.csv", 2, "skill")]);
    town().change("help.csv", ",no,4", ",maybe,0").finds(&[("E1043", "help.csv", 2, "hours_week"), ("E1045", "help.csv", 2, "offers")]);
    town().change("persons.csv", "partner", "husband").finds(&[("E1046", "persons.csv", 4, "role")]);
    for (yes, no) in [("oui", "non"), ("1", "0"), ("TRUE", "False"), ("VRAI", "faux"), ("Yes", " no ")] {
        let tables = town().change("help.csv", ",no,", &format!(",{no},")).change("help.csv", ",yes,", &format!(",{yes},")).tables();
        assert_eq!((tables.help[0].offers, tables.help[1].offers), (false, true), "{yes} {no}");
    }
}

#[test]
fn everything_is_found_in_one_go_in_the_order_of_file_row_and_column() {
    town()
        .change("dwellings.csv", "PLAI", "plai")
        .change("dwellings.csv", "D3,R2", "D3,R7")
        .change("persons.csv", "1951-03-04", "1951")
        .change("persons.csv", "1988-02-29", "1988-02-30")
        .change("help.csv", "H1,company,no,4", "H1,company,perhaps,x")
        .without("residences.csv")
        .finds(&[
            ("E1046", "dwellings.csv", 2, "financing"),
            ("E1040", "help.csv", 2, "hours_week"),
            ("E1045", "help.csv", 2, "offers"),
            ("E1020", "persons.csv", 2, "birth_date"),
            ("E1019", "persons.csv", 3, "birth_date"),
            ("E1000", "residences.csv", 0, ""),
        ]);
}

use std::collections::BTreeMap;
use std::path::PathBuf;

use matcher_core::tables::rows::Role;

use super::*;
use crate::Size;

fn plans() -> impl Iterator<Item = Plan> {
    // The larger sizes take seconds and are made the same way.
    [Size::XS, Size::S, Size::M].map(Plan::size).into_iter().chain([Plan::demo()])
}

fn folder(name: &str) -> PathBuf {
    std::env::temp_dir().join(format!("matcher-town-{name}-{}", std::process::id()))
}

/// Name and bytes of every file of a folder.
fn files(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = std::fs::read_dir(dir).unwrap().map(Result::unwrap);
    entries.map(|entry| (entry.file_name().into_string().unwrap(), std::fs::read(entry.path()).unwrap())).collect()
}

#[test]
fn sizes_are_as_promised_and_households_whole() {
    for (plan, seed) in plans().flat_map(|plan| (0..3).map(move |seed| (plan.clone(), seed))) {
        let Tables { households, dwellings, persons, residences, .. } = generate(&plan, seed).tables;
        let place = format!("{} seed {seed}", plan.name);
        assert_eq!(households.iter().filter(|h| h.applying).count(), plan.applicants, "{place}");
        assert_eq!(households.iter().filter(|h| h.applying && !h.current_dwelling.is_empty()).count(), plan.transfers, "{place}");
        assert_eq!(dwellings.iter().filter(|d| d.available_from.is_some()).count(), plan.vacancies(), "{place}");
        let adapted = dwellings.iter().filter(|d| d.earmark.ends_with("ASV")).count();
        assert_eq!(adapted, plan.new_residences * plan.adapted, "{place}");
        assert!(residences.iter().all(|r| r.lat.is_some() && r.lon.is_some()), "{place}");
        let references: Vec<&str> = persons.iter().filter(|p| p.role == Role::Reference).map(|p| p.household.as_str()).collect();
        let ids: Vec<&str> = households.iter().map(|h| h.id.as_str()).collect();
        assert_eq!(references, ids, "{place}");
    }
}

#[test]
fn what_is_written_while_it_is_made_is_the_town() {
    for (plan, seed) in plans().zip(3..) {
        let (one, other) = (folder(&format!("whole-{seed}")), folder(&format!("streamed-{seed}")));
        let town = generate(&plan, seed);
        town.write(&one).unwrap();
        // A folder with another town in it.
        std::fs::create_dir_all(&other).unwrap();
        std::fs::write(other.join("ledger.csv"), "old").unwrap();
        let counts = write_town(&plan, seed, &other).unwrap();
        assert_eq!(counts, TownCounts::of(&town.tables, town.tables.households.len(), town.tables.persons.len()), "{}", plan.name);
        let written = files(&other);
        if plan.demo {
            assert!(written.contains_key("policy-conflict.toml"));
        }
        assert_eq!(files(&one), written, "{}", plan.name);
        std::fs::remove_dir_all(&one).unwrap();
        std::fs::remove_dir_all(&other).unwrap();
    }
}

#[test]
fn twenty_towns_are_read_as_they_were_written() {
    for seed in 0..20 {
        let plan = match seed % 4 {
            0 => Plan::size(Size::S),
            1 => Plan::demo(),
            _ => Plan::size(Size::XS),
        };
        let (town, dir) = (generate(&plan, seed), folder(&format!("read-{seed}")));
        town.write(&dir).unwrap();
        let (tables, report) = matcher_core::tables::read(&dir).unwrap_or_else(|error| panic!("seed {seed}: {error}"));
        let policies = std::iter::once(&town.policy).chain(town.more_policies.iter().map(|(_, text)| text));
        for text in policies {
            let policy = matcher_core::policy::parse(text, "policy.toml").unwrap_or_else(|error| panic!("seed {seed}: {error}"));
            assert_eq!(policy.reference_date.as_deref(), Some("2025-10-01"), "seed {seed}");
        }
        std::fs::remove_dir_all(&dir).unwrap();
        assert_eq!(report.to_string(), "", "seed {seed}");
        assert_eq!(format!("{tables:?}"), format!("{:?}", town.tables), "seed {seed}");
    }
}

#[test]
fn the_same_seed_gives_the_same_bytes() {
    let write = |seed: u64, name: &str| {
        let dir = folder(name);
        generate(&Plan::size(Size::XS), seed).write(&dir).unwrap();
        let written = files(&dir);
        std::fs::remove_dir_all(&dir).unwrap();
        written
    };
    assert_eq!(write(3, "one"), write(3, "two"));
    assert_ne!(write(3, "three")["households.csv"], write(4, "four")["households.csv"]);
}

#[test]
fn the_committed_demo_town_is_the_generator_s() {
    let dir = folder("demo");
    demo().write(&dir).unwrap();
    let made = files(&dir);
    std::fs::remove_dir_all(&dir).unwrap();
    let committed = files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../matcher-core/data/demo-town"));
    let names = |files: &BTreeMap<String, Vec<u8>>| files.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(&made), names(&committed));
    for (name, bytes) in &made {
        assert!(committed[name] == *bytes, "{name} differs; write it anew with the example demo_town");
    }
    let size: usize = committed.values().map(Vec::len).sum();
    assert!(size < 600_000, "{size} bytes");
}

/// Ages of persons as shares of all, in per mille.
fn shares(ages: impl Iterator<Item = (i64, u64)>, bands: &[i64]) -> Vec<u64> {
    let mut counts = vec![0; bands.len()];
    for (age, persons) in ages {
        counts[bands.iter().rposition(|from| *from <= age).unwrap()] += persons;
    }
    let all: u64 = counts.iter().sum();
    counts.into_iter().map(|count| count * 1000 / all).collect()
}

#[test]
fn the_persons_of_a_town_have_ages_near_the_pyramid() {
    let bands = [0, 18, 30, 45, 60, 75];
    let france = shares((0..).zip(crate::PYRAMID), &bands);
    for (plan, seed) in [(Plan::size(Size::M), 0), (Plan::size(Size::M), 1), (Plan::demo(), 1)] {
        let Tables { persons, .. } = generate(&plan, seed).tables;
        let age = |birth: Date| plan.date.since(birth).unwrap().get_days() / 365;
        let ages = persons.iter().map(|p| (p.age.unwrap_or_else(|| i64::from(age(p.birth_date.unwrap()))), 1));
        let town = shares(ages, &bands);
        for ((from, town), france) in bands.iter().zip(&town).zip(&france) {
            // Social homes have more children and fewer old people than the country: up to ten points in a band.
            assert!(town.abs_diff(*france) <= 100, "{} seed {seed}, from {from}: {town} for {france} per mille", plan.name);
        }
    }
}

#[test]
fn a_fifth_to_a_third_of_the_tenants_are_65_and_older() {
    for seed in 0..3 {
        let plan = Plan::size(Size::M);
        let Tables { persons, tenancies, .. } = generate(&plan, seed).tables;
        let tenants: std::collections::BTreeSet<&str> = tenancies.iter().map(|t| t.household.as_str()).collect();
        let references = persons.iter().filter(|p| p.role == Role::Reference && tenants.contains(p.household.as_str()));
        let latest_birth = plan.date.saturating_sub(65.years());
        let old = references.filter(|p| p.age.is_some_and(|age| age >= 65) || p.birth_date.is_some_and(|day| day <= latest_birth)).count();
        assert!((200..=330).contains(&(old * 1000 / tenants.len())), "seed {seed}: {old} of {}", tenants.len());
    }
}

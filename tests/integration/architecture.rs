//! The order of the modules: each uses only modules listed above it.

use std::path::{Path, PathBuf};

fn core() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../matcher-core/src")
}

fn rust_files(path: &Path) -> Vec<PathBuf> {
    if path.is_file() {
        return vec![path.to_owned()];
    }
    let mut files: Vec<PathBuf> = std::fs::read_dir(path).unwrap().flat_map(|entry| rust_files(&entry.unwrap().path())).collect();
    files.retain(|file| file.extension().is_some_and(|extension| extension == "rs"));
    files.sort();
    files
}

/// Names of the modules in the order of lib.rs.
fn modules() -> Vec<String> {
    let lib = std::fs::read_to_string(core().join("lib.rs")).unwrap();
    lib.lines().filter_map(|line| Some(line.strip_prefix("pub mod ")?.strip_suffix(';')?.to_owned())).collect()
}

/// `crate::name` of every path in a line of code, also inside `use crate::{a, b}`.
fn uses(line: &str) -> Vec<String> {
    let code = line.split("//").next().unwrap_or_default();
    let mut names = Vec::new();
    for rest in code.split("crate::").skip(1) {
        let list = rest.strip_prefix('{').map_or(rest, |list| list.split('}').next().unwrap_or(list));
        let items: Vec<&str> = if rest.starts_with('{') { list.split(',').collect() } else { vec![list] };
        names
            .extend(items.iter().map(|item| item.trim().split(|c: char| !c.is_alphanumeric() && c != '_').next().unwrap_or("").to_owned()));
    }
    names
}

#[test]
fn a_module_uses_only_modules_above_it() {
    let modules = modules();
    assert!(modules.len() > 10, "{modules:?}");
    let mut wrong = Vec::new();
    for (rank, module) in modules.iter().enumerate() {
        let folder = core().join(module);
        let path = if folder.is_dir() { folder } else { core().join(format!("{module}.rs")) };
        for file in rust_files(&path).iter().filter(|file| !file.to_string_lossy().contains("test")) {
            let text = std::fs::read_to_string(file).unwrap();
            // Tests may look anywhere.
            let text = text.split("#[cfg(test)]").next().unwrap_or_default();
            for (number, line) in text.lines().enumerate() {
                for used in uses(line).iter().filter_map(|name| modules.iter().position(|m| m == name)).filter(|&used| used > rank) {
                    wrong.push(format!("{}:{}: {module} uses {}, which stands below it", file.display(), number + 1, modules[used]));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_parts_of_a_line_are_seen() {
    assert_eq!(uses("use crate::solve::solve; // crate::report"), ["solve"]);
    assert_eq!(uses("use crate::{model::Model, policy};"), ["model", "policy"]);
}

#[test]
fn no_file_is_longer_than_six_hundred_lines() {
    for folder in ["matcher-core/src", "matcher-verify/src", "matcher-generate/src", "matcher-grpc", "matcher-cli/src", "tests", "benches"]
    {
        let files = rust_files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..").join(folder));
        for file in files.into_iter().filter(|file| !file.to_string_lossy().contains("generated/")) {
            let lines = std::fs::read_to_string(&file).unwrap().lines().count();
            assert!(lines <= 600, "{}: {lines} lines; look for the seam", file.display());
        }
    }
}

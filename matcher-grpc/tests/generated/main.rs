//! The committed code and the `OpenAPI` file are what the protos give; `MATCHER_REGENERATE=1 cargo test -p matcher-grpc --test generated` writes it.

#![expect(clippy::unwrap_used, clippy::panic, reason = "a test says by panicking what is wrong")]

mod openapi;

use std::path::{Path, PathBuf};

use prost::Message as _;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_owned()
}

/// Every proto file, by path below `proto/`.
fn protos() -> Vec<String> {
    let folder = root().join("../proto/matcher/v1");
    let names = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap());
    let mut paths: Vec<String> = names.map(|name| format!("matcher/v1/{name}")).collect();
    paths.sort();
    paths
}

/// The files to commit, by name: the code, the descriptors that reflection and the JSON side answer from, and the JSON side as `OpenAPI`.
fn generated() -> Vec<(&'static str, Vec<u8>)> {
    let includes = [root().join("../proto")];
    let compile = |comments: bool| {
        let mut compiler = protox::Compiler::new(&includes).unwrap();
        compiler.include_source_info(comments).include_imports(true);
        compiler.open_files(protos()).unwrap();
        compiler.file_descriptor_set()
    };
    let out = tempfile::tempdir().unwrap();
    tonic_prost_build::configure().build_transport(false).out_dir(out.path()).compile_fds(compile(true)).unwrap();
    let code = std::fs::read(out.path().join("matcher.v1.rs")).unwrap();
    vec![("matcher.v1.rs", code), ("matcher.v1.bin", compile(false).encode_to_vec()), ("openapi.json", openapi::openapi(&compile(true)))]
}

#[test]
fn the_committed_code_is_what_the_protos_give() {
    assert!(protos().len() >= 4, "the protos are found");
    for (name, bytes) in generated() {
        let path = root().join("src/generated").join(name);
        if std::env::var_os("MATCHER_REGENERATE").is_some() {
            std::fs::write(&path, &bytes).unwrap();
        }
        assert!(std::fs::read(&path).is_ok_and(|committed| committed == bytes), "{name} is stale; see the head of this file");
    }
}

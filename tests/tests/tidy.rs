//! Holds the rules of ARCHITECTURE.md: who may import whom, and what no file may contain.
#![allow(clippy::unwrap_used)]

use std::{
    fs,
    path::{Path, PathBuf},
};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned()
}

/// Every file below a folder with this ending, with its text.
fn files(folder: &str, ending: &str) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root().join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap_or_else(|error| panic!("{}: {error}", folder.display())) {
            let path = entry.unwrap().path();
            if path.is_symlink() || ["node_modules", "target", "dist"].iter().any(|made| path.ends_with(made)) {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == ending) {
                let name = path.strip_prefix(root()).unwrap().display().to_string();
                found.push((name, fs::read_to_string(&path).unwrap()));
            }
        }
    }
    assert!(!found.is_empty(), "{folder} has no .{ending} files: the rule would hold nothing");
    found
}

/// The lines of code: no comments, no unit tests.
fn code(text: &str) -> impl Iterator<Item = &str> {
    let end = text.find("#[cfg(test)]").unwrap_or(text.len());
    text[..end].lines().filter(|line| !line.trim_start().starts_with("//"))
}

fn refuse(folder: &str, but: &[&str], words: &[&str], why: &str) {
    let mut broken = Vec::new();
    for (name, text) in files(folder, "rs") {
        if but.iter().any(|allowed| name.starts_with(allowed)) || name.contains("/tests") {
            continue;
        }
        for line in code(&text) {
            if words.iter().any(|word| line.contains(word)) {
                broken.push(format!("{name}: {}", line.trim()));
            }
        }
    }
    assert!(broken.is_empty(), "{why}:\n{}", broken.join("\n"));
}

const LEASE: &str = "orchestrator/src/lease";
const STAGES: &str = "orchestrator/src/stages";

#[test]
fn the_lease_is_pure() {
    let words = [
        "tokio::",
        "sqlx::",
        "bollard::",
        "std::fs",
        "std::env",
        "std::net",
        "SystemTime",
        "Instant::now",
        "crate::store",
        "crate::ports",
        "crate::stages",
    ];
    refuse(LEASE, &[], &words, "lease has no I/O and no clock");
}

#[test]
fn scaling_is_pure_and_knows_nothing_of_ours() {
    let worlds = ["tokio::", "sqlx::", "std::fs", "std::env", "std::net", "SystemTime", "Instant::now", "alloy::"];
    let ours = ["lease", "store", "ports", "stages", "api", "cli"].map(|room| format!("crate::{room}"));
    let words: Vec<&str> = worlds.into_iter().chain(ours.iter().map(String::as_str)).collect();
    refuse("orchestrator/src/scaling", &[], &words, "scaling has no I/O, no clock, and nothing of the chain");
}

#[test]
fn sql_stays_in_the_store() {
    refuse("orchestrator/src", &["orchestrator/src/store"], &["sqlx::"], "the store is the only folder with SQL");
}

#[test]
fn each_foreign_world_has_one_port() {
    refuse("orchestrator/src", &["orchestrator/src/ports/docker"], &["bollard::"], "only ports/docker knows bollard");
    let cgroups = ["orchestrator/src/ports/cgroup"];
    refuse("orchestrator/src", &cgroups, &["\"/sys/fs/cgroup"], "only ports/cgroup knows the cgroup files");
    let stages = ["alloy::providers", "alloy::transports", "alloy::signers"];
    refuse(STAGES, &[], &stages, "stages reach the chain through ports::ethereum");
    refuse(
        STAGES,
        &[],
        &["ports::inside", "ports::signature"],
        "a lease's inside is for whom its tenant lets, not for stages",
    );
}

#[test]
fn stages_never_import_one_another() {
    let names = ["chain", "clearing", "container", "meter", "proof", "scale", "settlement"];
    for (name, text) in files(STAGES, "rs") {
        for line in code(&text) {
            for other in names.iter().filter(|other| !name.contains(*other)) {
                let imports = line.contains(&format!("stages::{other}")) || line.contains(&format!("super::{other}::"));
                assert!(!imports, "{name} imports stage {other}: {line}");
            }
        }
    }
}

#[test]
fn the_store_and_the_ports_know_no_stage() {
    for folder in ["orchestrator/src/store", "orchestrator/src/ports"] {
        refuse(
            folder,
            &[],
            &["crate::stages", "crate::api", "crate::cli", "crate::wiring"],
            "they stand below the stages",
        );
    }
    refuse(
        "orchestrator/src/driver.rs".trim_end_matches("/driver.rs"),
        &["orchestrator/src/wiring.rs", "orchestrator/src/stages"],
        &["crate::stages", "stages::{"],
        "only wiring knows the stages by name",
    );
}

#[test]
fn the_gateway_knows_the_store_and_no_stage() {
    let words = ["stages", "api", "cli", "wiring", "config", "scaling"].map(|room| format!("crate::{room}"));
    let words: Vec<&str> = words.iter().map(String::as_str).chain(["stages::{", "bollard::", "sqlx::"]).collect();
    refuse(
        "orchestrator/src/gateway",
        &[],
        &words,
        "the gateway reads the store and answers the stages through a port",
    );
}

/// It reads the clock, the chain's word on a signature, the gateway's counts and a lease's inside, each through a port that
/// can do nothing else; and it starts what runs in a shell, which is the tenant's own hand.
#[test]
fn the_api_has_no_hands() {
    const API: &str = "orchestrator/src/api";
    let words =
        ["crate::stages", "crate::gateway", "bollard::", "alloy::providers", "alloy::transports", "alloy::signers"];
    refuse(API, &[], &words, "the API cannot act");
    let ports = ["clock", "gate", "inside", "signature"];
    let mut used = Vec::new();
    for (name, text) in files(API, "rs").into_iter().filter(|(name, _)| !name.contains("/tests")) {
        let code: String = code(&text).flat_map(|line| [line.trim(), " "]).collect();
        for (at, _) in code.match_indices("ports::") {
            let rest = &code[at + "ports::".len()..];
            let group = rest.strip_prefix('{').map_or(rest, |rest| &rest[..closing(rest)]);
            let named: Vec<&str> = if rest.starts_with('{') { outer(group) } else { vec![group] };
            for path in named {
                let port: String = path.trim().chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect();
                assert!(ports.contains(&port.as_str()), "{name} imports ports::{port}: the API cannot act");
                used.push(port);
            }
        }
    }
    assert!(ports.iter().all(|port| used.iter().any(|used| used == port)), "a port that is not used is not let in");
    // And what it may ask of them: the gate's counts, not its gates.
    refuse(API, &[], &["gate::Gate", "dyn Gate", ".drain("], "the API asks only what changes nothing");
}

/// Where the brace closes that was opened before a text.
fn closing(text: &str) -> usize {
    let mut depth = 1;
    let end = text.char_indices().find(|(_, c)| {
        depth += i32::from(*c == '{') - i32::from(*c == '}');
        depth == 0
    });
    end.map_or(text.len(), |(at, _)| at)
}

/// The parts between the commas that stand in no brace.
fn outer(group: &str) -> Vec<&str> {
    let mut depth = 0;
    let parts = group.split(|c: char| {
        depth += i32::from(c == '{') - i32::from(c == '}');
        c == ',' && depth == 0
    });
    parts.filter(|part| !part.trim().is_empty()).collect()
}

#[test]
fn only_config_reads_the_environment() {
    let but = ["orchestrator/src/config.rs"];
    refuse(
        "orchestrator/src",
        &but,
        &["env::var", "env::vars", "std::env::", "dotenvy::"],
        "only config.rs reads the environment",
    );
}

#[test]
fn no_unwrap_and_nothing_unfinished() {
    for folder in ["orchestrator/src", "anvil/src", "solidity/bindings", "sample/src"] {
        let words = [".unwrap()", "todo!(", "unimplemented!(", "dbg!(", "TODO", "FIXME"];
        refuse(folder, &[], &words, "bad input gets an error, and nothing is left for later");
    }
}

#[test]
fn no_file_grows_beyond_reading() {
    let mut long = Vec::new();
    for (folder, ending) in [
        ("orchestrator", "rs"),
        ("solidity/src", "sol"),
        ("solidity/bindings", "rs"),
        ("anvil", "rs"),
        ("tests", "rs"),
        ("sample", "rs"),
        ("web", "ts"),
        ("web", "tsx"),
        ("web", "css"),
    ] {
        // What is generated is not read.
        for (name, text) in files(folder, ending).into_iter().filter(|(name, _)| !name.contains("/__generated__/")) {
            if text.lines().count() > 500 {
                long.push(format!("{name}: {} lines", text.lines().count()));
            }
        }
    }
    assert!(long.is_empty(), "one above 500 lines asks to be two:\n{}", long.join("\n"));
}

#[test]
fn nobody_is_identified_by_tx_origin() {
    for (name, text) in files("solidity/src", "sol") {
        assert!(!code(&text).any(|line| line.contains("tx.origin")), "{name} reads tx.origin");
        // The market may call itself for its caller, and a part hands on what it does not know to the next, for good.
        let itself = ["address(this).delegatecall(", "functionDelegateCall(address(this), "];
        let borrows = |line: &str| {
            let others = itself.iter().fold(line.to_owned(), |line, call| line.replace(call, ""));
            others.to_lowercase().contains("delegatecall")
        };
        let part = name.ends_with("abstracts/Part.sol");
        assert!(part || !code(&text).any(borrows), "{name} is upgradeable or borrows code");
    }
}

#[test]
fn the_page_renders_no_foreign_markup_and_calls_nobody() {
    for ending in ["ts", "tsx"] {
        for (name, text) in files("web/src", ending) {
            for line in code(&text).filter(|_| !name.contains(".test.")) {
                let markup =
                    ["dangerouslySetInnerHTML", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write"];
                assert!(!markup.iter().any(|word| line.contains(word)), "{name} makes markup of text: {line}");
                let abi = line.contains("solidity/") || line.contains("orchestrator/");
                assert!(!(line.contains("import") && abi), "{name} imports from outside of the page: {line}");
            }
        }
    }
}

#[test]
fn no_room_is_called_after_nothing() {
    for (name, _) in files("orchestrator/src", "rs").into_iter().chain(files("web/src", "ts")) {
        for empty in ["utils", "helpers", "common", "manager"] {
            assert!(!name.contains(empty), "{name}: a name that says nothing collects everything");
        }
    }
}

//! What the manifests say: who imports whom, and the table of it in ARCHITECTURE.md.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    process::Command,
};

use cargo_metadata::{DependencyKind, MetadataCommand};

/// One crate of the orchestrator.
#[derive(Debug, Clone, Default)]
pub struct Member {
    pub description: String,
    /// Crates of this workspace that its code may name.
    pub ours: BTreeSet<String>,
    /// Crates from elsewhere that its code may name, with the features that its manifest adds.
    pub foreign: BTreeMap<String, BTreeSet<String>>,
}

/// The crates of the orchestrator by name, as their manifests say; tests' dependencies left out.
///
/// # Errors
/// Cargo cannot read the workspace.
pub fn members(root: &Path) -> Result<BTreeMap<String, Member>, String> {
    let mut command = MetadataCommand::new();
    command.manifest_path(root.join("Cargo.toml")).no_deps();
    let metadata = command.exec().map_err(|error| error.to_string())?;
    let names: BTreeSet<&str> = metadata.packages.iter().map(|package| package.name.as_str()).collect();
    let folder = root.join("orchestrator");
    let own = metadata.packages.iter().filter(|package| package.manifest_path.as_std_path().starts_with(&folder));
    let member = |package: &cargo_metadata::Package| {
        let mut member = Member { description: package.description.clone().unwrap_or_default(), ..Member::default() };
        for dependency in package.dependencies.iter().filter(|dependency| dependency.kind == DependencyKind::Normal) {
            if names.contains(dependency.name.as_str()) {
                member.ours.insert(dependency.name.clone());
            } else {
                member.foreign.insert(dependency.name.clone(), dependency.features.iter().cloned().collect());
            }
        }
        (package.name.to_string(), member)
    };
    Ok(own.map(member).collect())
}

/// The table between the markers of ARCHITECTURE.md, the crates from the bottom up.
pub fn table(members: &BTreeMap<String, Member>) -> String {
    let mut lines = vec!["| crate | what it is | may name, of ours |".to_owned(), "|---|---|---|".to_owned()];
    let mut left: Vec<&String> = members.keys().collect();
    let mut placed = BTreeSet::new();
    while !left.is_empty() {
        let ready =
            |name: &&String| members[*name].ours.iter().all(|of| placed.contains(of) || !members.contains_key(of));
        let next: Vec<&String> = left.iter().copied().filter(ready).collect();
        if next.is_empty() {
            break; // a circle, which Cargo refuses by itself
        }
        for name in &next {
            let member = &members[*name];
            let ours: Vec<String> = member.ours.iter().map(|name| format!("`{name}`")).collect();
            let ours = if ours.is_empty() { "nothing".to_owned() } else { ours.join(", ") };
            lines.push(format!("| [`{name}`](orchestrator/{name}) | {} | {ours} |", member.description));
        }
        placed.extend(next.iter().map(|name| (*name).clone()));
        left.retain(|name| !placed.contains(*name));
    }
    lines.join("\n") + "\n"
}

/// The text between the markers of a document, and the document with other text there.
pub fn between<'d>(document: &'d str, table: &str) -> Option<(&'d str, String)> {
    const BEGIN: &str = "<!-- crates:begin -->\n";
    const END: &str = "<!-- crates:end -->";
    let (before, rest) = document.split_once(BEGIN)?;
    let (now, after) = rest.split_once(END)?;
    Some((now, format!("{before}{BEGIN}{table}{END}{after}")))
}

/// A foreign crate that few may name.
pub struct World {
    pub name: &'static str,
    /// A feature of it that is meant, when not the crate as such.
    pub feature: Option<&'static str>,
    pub only: &'static [&'static str],
    pub why: &'static str,
}

/// Which crate may use which foreign world.
pub const WORLDS: [World; 9] = [
    World { name: "sqlx", feature: None, only: &["store"], why: "only the store has SQL" },
    World { name: "bollard", feature: None, only: &["adapters"], why: "only the adapters use Docker's client" },
    World {
        name: "alloy",
        feature: Some("provider-http"),
        only: &["adapters", "cli", "tidemark"],
        why: "stages and the API reach the chain through a port",
    },
    World {
        name: "alloy",
        feature: Some("signer-local"),
        only: &["adapters", "cli", "tidemark"],
        why: "no other crate can sign",
    },
    World { name: "axum", feature: None, only: &["api", "cli"], why: "only the API serves HTTP by axum" },
    World { name: "hyper", feature: None, only: &["gateway"], why: "only the gateway handles connections itself" },
    World { name: "clap", feature: None, only: &["cli", "tidemark"], why: "only the command line has flags" },
    World { name: "dotenvy", feature: None, only: &["tidemark"], why: "only the binary reads the environment" },
    World { name: "tracing-subscriber", feature: None, only: &["tidemark"], why: "only the binary says where logs go" },
];

/// Crates that name a foreign world that is not theirs.
pub fn beyond(members: &BTreeMap<String, Member>, worlds: &[World]) -> Vec<String> {
    let mut broken = Vec::new();
    for world in worlds {
        for (name, member) in members.iter().filter(|(name, _)| !world.only.contains(&name.as_str())) {
            let Some(features) = member.foreign.get(world.name) else { continue };
            if world.feature.is_none_or(|feature| features.contains(feature)) {
                broken.push(format!("{name} depends on {}: {}", world.name, world.why));
            }
        }
    }
    broken
}

/// Crates of ours that a crate may never name, with the reason.
pub const APART: [(&str, &[&str], &str); 7] = [
    ("lease", &["ports", "store", "driver"], "the lease is pure"),
    ("autoscaling", &["lease", "solidity", "ports", "store"], "autoscaling is independent of chain and lease"),
    ("store", &["ports", "adapters", "stages", "gateway", "api"], "the store is memory"),
    ("stages", &["adapters", "gateway", "api", "api-types", "cli"], "stages reach foreign worlds through ports alone"),
    (
        "gateway",
        &["adapters", "stages", "api", "cli", "autoscaling"],
        "the gateway reads the store and answers through a port",
    ),
    ("api", &["adapters", "stages", "gateway", "cli"], "the API cannot act on the chain or on Docker"),
    ("cli", &["adapters", "stages", "gateway", "store", "driver"], "the command line is a client like any other"),
];

/// Crates that depend on one that they may never name.
pub fn together(members: &BTreeMap<String, Member>, apart: &[(&str, &[&str], &str)]) -> Vec<String> {
    let mut broken = Vec::new();
    for (name, never, why) in apart {
        let Some(member) = members.get(*name) else {
            broken.push(format!("there is no crate {name}: mend the rule"));
            continue;
        };
        let named = never.iter().filter(|other| member.ours.contains(**other));
        broken.extend(named.map(|other| format!("{name} depends on {other}: {why}")));
    }
    broken
}

/// Everything that is compiled beneath a crate on its own, as `cargo tree` lists it.
///
/// # Errors
/// Cargo does not know the crate.
pub fn beneath(root: &Path, krate: &str) -> Result<BTreeSet<String>, String> {
    let arguments =
        ["tree", "--offline", "--edges", "normal", "--prefix", "none", "--format", "{lib}", "--package", krate];
    let output =
        Command::new(env!("CARGO")).args(arguments).current_dir(root).output().map_err(|error| error.to_string())?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    Ok(String::from_utf8_lossy(&output.stdout).lines().map(str::to_owned).collect())
}

/// Runtimes and worlds beneath a crate that is to be pure.
pub fn runtimes(beneath: &BTreeSet<String>) -> Vec<&'static str> {
    const RUNTIMES: [&str; 8] = ["tokio", "sqlx", "sqlx_core", "bollard", "hyper", "reqwest", "axum", "alloy_provider"];
    RUNTIMES.into_iter().filter(|runtime| beneath.contains(*runtime)).collect()
}

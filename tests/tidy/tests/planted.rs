//! Every rule refuses a violation that is planted, in each way in which it can be written.
#![allow(clippy::unwrap_used)]

use std::collections::{BTreeMap, BTreeSet};

use tidy::{
    dependencies::{self, APART, Member, WORLDS},
    root,
    rules::{self, Ban, ENVIRONMENT, IMPURE},
    source::Source,
};

fn parse(file: &str, text: &str) -> Source {
    Source::parse(file, text).unwrap()
}

fn refused(broken: &[String], wanted: &str) {
    assert!(broken.iter().any(|line| line.contains(wanted)), "{wanted} was not refused: {broken:?}");
}

const EVERYWHERE: &dyn Fn(&Source) -> bool = &|_| true;
const CLOCK: Ban = Ban { path: &["std", "time", "SystemTime"], why: "given" };

/// The same import, as people and formatters write it.
const IMPORTS: [&str; 9] = [
    "use std::time::SystemTime;",
    "use std::{\n    fmt,\n    time::{\n        Duration,\n        SystemTime,\n    },\n};",
    "use std::time::{self};\nfn f() { time::SystemTime::now(); }",
    "use std::time as t;\nfn f() { let _ = t::SystemTime::now(); }",
    "fn f() -> std::time::SystemTime { loop {} }",
    "mod inner { pub fn f() { ::std::time::SystemTime::now(); } }",
    "fn f() { println!(\"{:?}\", std::time::SystemTime::now()); }",
    "#[cfg(test)]\nmod tests { use super::*; }\nuse std::time::SystemTime;",
    "fn f() { use std::time::SystemTime as Clock; let _ = Clock::now(); }",
];

#[test]
fn an_import_is_seen_however_it_is_written() {
    for text in IMPORTS {
        let source = parse("orchestrator/lease/src/terms.rs", text);
        refused(&rules::banned(&[source], EVERYWHERE, &[CLOCK]), "SystemTime");
    }
}

#[test]
fn what_tests_import_is_theirs() {
    let text = "#[cfg(test)]\nmod tests { use std::time::SystemTime; }\n#[cfg(test)]\nuse std::time::SystemTime;";
    let source = parse("orchestrator/lease/src/terms.rs", text);
    assert!(rules::banned(&[source], EVERYWHERE, &[CLOCK]).is_empty());
}

#[test]
fn a_pure_crate_with_files_or_a_clock_is_refused() {
    for ban in &IMPURE {
        let text = format!("use {};", ban.path.join("::"));
        refused(
            &rules::banned(&[parse("orchestrator/lease/src/a.rs", &text)], EVERYWHERE, &IMPURE),
            &ban.path.join("::"),
        );
    }
}

#[test]
fn a_second_reader_of_the_environment_is_refused() {
    for text in
        ["use std::env;\nfn f() { env::var(\"A\").ok(); }", "fn f() { std::env::vars_os(); }", "use dotenvy::dotenv;"]
    {
        refused(&rules::banned(&[parse("orchestrator/cli/src/a.rs", text)], EVERYWHERE, &ENVIRONMENT), "environment");
    }
}

#[test]
fn a_stage_that_imports_another_is_refused() {
    let chain = || parse("orchestrator/stages/src/chain.rs", "pub struct Chain;");
    for text in [
        "use crate::chain::Chain;",
        "use crate::{\n    chain::Chain,\n};",
        "fn f() { crate::chain::f(); }",
        "use super::super::chain;",
    ] {
        let proof = parse("orchestrator/stages/src/proof/tree.rs", text);
        refused(&rules::stages_apart(&[chain(), proof]), "imports stage chain");
    }
    let proof = parse("orchestrator/stages/src/proof.rs", "use super::chain::Chain;");
    refused(&rules::stages_apart(&[chain(), proof]), "imports stage chain");
}

#[test]
fn a_circle_of_files_is_refused() {
    let a = parse("orchestrator/gateway/src/route.rs", "use crate::{body::Body, upstream};");
    let b = parse("orchestrator/gateway/src/body.rs", "use super::upstream::Ticket;");
    let c = parse("orchestrator/gateway/src/upstream.rs", "fn f() { crate::route::f(); }");
    refused(&rules::circles(&[a, b, c]), "import one another");
    // A module and its submodules count as one.
    let parent = parse("orchestrator/gateway/src/route.rs", "use crate::route::table::Table;");
    let child = parse("orchestrator/gateway/src/route/table.rs", "use super::Route;");
    assert!(rules::circles(&[parent, child]).is_empty());
}

#[test]
fn a_port_that_acts_is_refused_to_the_api() {
    let source = || parse("orchestrator/api/src/a.rs", "use ports::{\n    clock::Clock,\n    engine::Engine,\n};");
    refused(&rules::ports_of(&[source()], "api", &["clock"], "no hands"), "ports::engine");
    refused(&rules::ports_of(&[source()], "api", &["clock", "engine", "signature"], "no hands"), "no ports::signature");
    let glob = parse("orchestrator/api/src/a.rs", "use ports::*;");
    refused(&rules::ports_of(&[glob], "api", &[], "no hands"), "all of ports");
}

#[test]
fn a_second_type_of_the_same_name_is_refused() {
    let a = parse("orchestrator/api/src/a.rs", "pub struct Settings;");
    let b = parse("orchestrator/stages/src/chain.rs", "enum Settings {}");
    refused(&rules::named_once(&[a, b], &[]), "Settings is defined in");
}

#[test]
fn texts_files_and_names_are_refused() {
    let file = |name: &str, text: &str| vec![(name.to_owned(), text.to_owned())];
    refused(&rules::long(&file("a.rs", &"x\n".repeat(501)), 500), "501 lines");
    assert!(rules::long(&file("a.rs", &"x\n".repeat(500)), 500).is_empty());
    refused(&rules::containing(&file("a.sol", "  require(tx.origin == a);"), &["tx.origin"], "why"), "tx.origin");
    assert!(rules::containing(&file("a.sol", "  // never tx.origin"), &["tx.origin"], "why").is_empty());
    refused(&rules::unfinished(&file("a.rs", concat!("// TO", "DO: later"))), "later");
    refused(&rules::empty_names(&file("web/src/utils/a.ts", "")), "says nothing");
}

#[test]
fn manifests_that_name_too_much_are_refused() {
    let member = |ours: &[&str], foreign: &[(&str, &[&str])]| Member {
        ours: ours.iter().map(|name| (*name).to_owned()).collect(),
        foreign: foreign
            .iter()
            .map(|(name, features)| {
                ((*name).to_owned(), features.iter().map(|feature| (*feature).to_owned()).collect())
            })
            .collect(),
        ..Member::default()
    };
    for world in &WORLDS {
        let features: Vec<&str> = world.feature.into_iter().collect();
        let members = BTreeMap::from([("lease".to_owned(), member(&[], &[(world.name, &features)]))]);
        refused(&dependencies::beyond(&members, &WORLDS), world.name);
    }
    // Any crate may use the types of alloy alone.
    let members = BTreeMap::from([("lease".to_owned(), member(&[], &[("alloy", &["sol-types"])]))]);
    assert!(dependencies::beyond(&members, &WORLDS).is_empty());
    for (name, never, _) in &APART {
        for other in *never {
            let members = BTreeMap::from([((*name).to_owned(), member(&[other], &[]))]);
            refused(&dependencies::together(&members, &APART), &format!("{name} depends on {other}"));
        }
    }
}

#[test]
fn a_runtime_beneath_a_pure_crate_is_refused() {
    // Another crate of the workspace has what a pure one must not have.
    let beneath = dependencies::beneath(&root(), "adapters").unwrap();
    let found: BTreeSet<&str> = dependencies::runtimes(&beneath).into_iter().collect();
    assert!(found.is_superset(&BTreeSet::from(["tokio", "bollard", "hyper"])), "{found:?}");
    assert!(dependencies::beneath(&root(), "no-such-crate").is_err());
}

#[test]
fn a_stale_table_is_seen() {
    let document = "a\n<!-- crates:begin -->\nold\n<!-- crates:end -->\nb\n";
    let (now, updated) = dependencies::between(document, "new\n").unwrap();
    assert_eq!(now, "old\n");
    assert_eq!(updated, "a\n<!-- crates:begin -->\nnew\n<!-- crates:end -->\nb\n");
    assert!(dependencies::between("no markers", "new").is_none());
}

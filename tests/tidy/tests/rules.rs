//! Every rule, held against the tree.
#![allow(clippy::unwrap_used)]

use tidy::{
    dependencies::{self, APART, WORLDS},
    root,
    rules::{self, ENVIRONMENT, IMPURE},
    source::{self, Source},
};

fn kept(broken: Vec<String>) {
    assert!(broken.is_empty(), "\n{}", broken.join("\n"));
}

fn orchestrator() -> Vec<Source> {
    source::load(&root(), "orchestrator").unwrap()
}

#[test]
fn pure_crates_name_no_system_and_no_clock() {
    let pure = |source: &Source| ["lease", "autoscaling"].contains(&source.krate.as_str());
    kept(rules::banned(&orchestrator(), &pure, &IMPURE));
}

#[test]
fn nothing_is_compiled_beneath_a_pure_crate_that_has_a_runtime() {
    for krate in ["lease", "autoscaling"] {
        let beneath = dependencies::beneath(&root(), krate).unwrap();
        assert!(dependencies::runtimes(&beneath).is_empty(), "{krate}: {:?}", dependencies::runtimes(&beneath));
    }
}

#[test]
fn each_foreign_world_is_named_by_its_own_crates_alone() {
    kept(dependencies::beyond(&dependencies::members(&root()).unwrap(), &WORLDS));
}

#[test]
fn crates_that_must_not_know_each_other_do_not() {
    kept(dependencies::together(&dependencies::members(&root()).unwrap(), &APART));
}

#[test]
fn the_table_of_crates_is_what_the_manifests_say() {
    let document = std::fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let table = dependencies::table(&dependencies::members(&root()).unwrap());
    let (now, updated) = dependencies::between(&document, &table).expect("ARCHITECTURE.md has the markers");
    if std::env::var_os("BLESS").is_some() {
        std::fs::write(root().join("ARCHITECTURE.md"), updated).unwrap();
    } else {
        assert_eq!(now, table, "run `BLESS=1 cargo test --package tidy` to write the table anew");
    }
}

#[test]
fn only_the_binarys_config_reads_the_environment() {
    let others = |source: &Source| source.file != "orchestrator/tidemark/src/config.rs";
    kept(rules::banned(&orchestrator(), &others, &ENVIRONMENT));
}

#[test]
fn stages_never_import_one_another() {
    kept(rules::stages_apart(&orchestrator()));
}

#[test]
fn files_of_a_crate_do_not_import_one_another_in_circles() {
    kept(rules::circles(&orchestrator()));
}

/// The API reads the clock, a contract account's word on a signature, what comes in at the gateway, and what goes on in a
/// container; through none of them it can change anything but what a tenant types into its own shell.
#[test]
fn the_api_names_only_ports_that_cannot_act() {
    let allowed = ["clock", "container_io", "demand", "signature"];
    kept(rules::ports_of(&orchestrator(), "api", &allowed, "the API cannot act on the chain or on Docker"));
    let api = |source: &Source| source.krate == "api";
    let drain = rules::Ban { path: &["ports", "demand", "Upstreams"], why: "the API reads demand and drains nothing" };
    kept(rules::banned(&orchestrator(), &api, &[drain]));
}

#[test]
fn stages_do_not_look_inside_containers() {
    let stages = |source: &Source| source.krate == "stages";
    let bans = ["container_io", "signature"].map(|port| rules::Ban {
        path: if port == "signature" { &["ports", "signature"] } else { &["ports", "container_io"] },
        why: "logs and shells are for those whom the tenant lets in",
    });
    kept(rules::banned(&orchestrator(), &stages, &bans));
}

#[test]
fn a_type_name_has_one_meaning() {
    // Every crate's own error type and its shorthand.
    kept(rules::named_once(&orchestrator(), &["Error", "Result"]));
}

#[test]
fn no_file_grows_beyond_reading() {
    let mut broken = Vec::new();
    for (folder, endings) in [
        ("orchestrator", &["rs"][..]),
        ("solidity/src", &["sol"]),
        ("solidity/bindings", &["rs"]),
        ("anvil/src", &["rs"]),
        ("tests", &["rs"]),
        ("sample", &["rs"]),
        ("web", &["ts", "tsx", "css"]),
    ] {
        broken.extend(rules::long(&source::files(&root(), folder, endings).unwrap(), 500));
    }
    kept(broken);
}

#[test]
fn nothing_is_left_for_later() {
    for (folder, endings) in
        [("orchestrator", &["rs"][..]), ("solidity/src", &["sol"]), ("anvil/src", &["rs"]), ("web/src", &["ts", "tsx"])]
    {
        kept(rules::unfinished(&source::files(&root(), folder, endings).unwrap()));
    }
}

#[test]
fn names_say_what_is_inside() {
    for (folder, endings) in [("orchestrator", &["rs"][..]), ("tests", &["rs"]), ("web/src", &["ts", "tsx"])] {
        kept(rules::empty_names(&source::files(&root(), folder, endings).unwrap()));
    }
}

#[test]
fn contracts_know_their_caller_by_msg_sender_and_borrow_no_code() {
    let files = source::files(&root(), "solidity/src", &["sol"]).unwrap();
    kept(rules::containing(&files, &["tx.origin"], "identity is msg.sender"));
    // The market may call itself for its caller, and a part hands on what it does not know to the next, for good.
    let itself = ["address(this).delegatecall(", "functionDelegateCall(address(this), "];
    let others: Vec<_> = files
        .into_iter()
        .filter(|(name, _)| !name.ends_with("abstracts/Part.sol"))
        .map(|(name, text)| (name, itself.iter().fold(text, |text, call| text.replace(call, "")).to_lowercase()))
        .collect();
    kept(rules::containing(&others, &["delegatecall"], "the contracts are not upgradeable"));
}

#[test]
fn the_page_makes_no_markup_of_text() {
    let markup = ["dangerouslySetInnerHTML", "innerHTML", "outerHTML", "insertAdjacentHTML", "document.write"];
    let files = source::files(&root(), "web/src", &["ts", "tsx"]).unwrap();
    let pages: Vec<_> = files.into_iter().filter(|(name, _)| !name.contains(".test.")).collect();
    kept(rules::containing(&pages, &markup, "text stays text"));
}

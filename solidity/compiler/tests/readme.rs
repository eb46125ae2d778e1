//! The index of `README.md` is complete: it lists every function of the ABI, in the interface and contract that define it, and
//! the test file of every verb.

use std::{collections::BTreeSet, fs, path::Path};

use serde_json::Value;

const READ_ONLY: [&str; 2] = ["view", "pure"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("this crate is a folder of solidity/")
}

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

/// The names of the ABI's functions: those that change state, or those that only read.
fn functions(read_only: bool) -> BTreeSet<String> {
    let artifact: Value = serde_json::from_str(&text("abi/Market.json")).expect("an artifact is JSON");
    let entries = artifact["abi"].as_array().expect("an ABI is a list").iter();
    entries
        .filter(|entry| entry["type"] == "function")
        .filter(|entry| READ_ONLY.contains(&entry["stateMutability"].as_str().unwrap_or_default()) == read_only)
        .map(|entry| entry["name"].as_str().unwrap_or_default().to_owned())
        .collect()
}

/// The cells of the rows of the page's table of verbs.
fn rows(page: &str) -> Vec<Vec<String>> {
    let section = page.split("\n## ").find(|section| section.starts_with("Verbs")).expect("a section Verbs");
    let rows = section.lines().filter(|line| line.starts_with("| `"));
    rows.map(|line| line.trim_matches('|').split('|').map(|cell| cell.trim().trim_matches('`').to_owned()).collect())
        .collect()
}

/// What a page's index lacks or gets wrong.
fn faults(page: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let mut listed = BTreeSet::new();
    for row in rows(page) {
        let [verb, _, interface, contract, folder] = row.as_slice() else {
            faults.push(format!("a row has {} cells: {row:?}", row.len()));
            continue;
        };
        if !listed.insert(verb.clone()) {
            faults.push(format!("{verb} has two rows"));
        }
        let declaration = format!("function {verb}(");
        for file in [format!("src/interfaces/{interface}.sol"), format!("src/{contract}.sol")] {
            if !fs::read_to_string(root().join(&file)).is_ok_and(|text| text.contains(&declaration)) {
                faults.push(format!("{file} does not define {verb}"));
            }
        }
        if !root().join(format!("test/{folder}/{verb}.t.sol")).exists() {
            faults.push(format!("test/{folder} has no test of {verb}"));
        }
    }
    let verbs = functions(false);
    faults.extend(verbs.difference(&listed).map(|verb| format!("{verb} has no row")));
    faults.extend(listed.difference(&verbs).map(|verb| format!("{verb} is not in the ABI")));
    let reads = page.split("\nReads, by contract:\n").nth(1).and_then(|rest| rest.split("\n## ").next());
    let reads = reads.unwrap_or_default();
    faults.extend(
        functions(true).into_iter().filter_map(|read| {
            (!reads.contains(&format!("`{read}`"))).then(|| format!("{read} is not among the reads"))
        }),
    );
    faults
}

#[test]
fn the_index_is_complete() {
    assert_eq!(faults(&text("README.md")), Vec::<String>::new());
}

#[test]
fn a_wrong_index_is_found() {
    let page = text("README.md");
    for (from, to, fault) in [
        ("| `scale` | tenant | `IMarket` | `Market` | `market` |\n", "", "scale has no row"),
        ("| `close` |", "| `finish` |", "finish is not in the ABI"),
        (
            "| `IMarket` | `Market` | `market` |",
            "| `IMarket` | `Auction` | `market` |",
            "src/Auction.sol does not define take",
        ),
        (
            "`IFaults` | `Faults` | `faults` |",
            "`IFaults` | `Faults` | `auction` |",
            "test/auction has no test of proveFraud",
        ),
        ("`runway`, ", "", "runway is not among the reads"),
    ] {
        assert!(page.contains(from), "the page has no {from:?}");
        let found = faults(&page.replacen(from, to, 1));
        assert!(found.iter().any(|found| found == fault), "{fault:?} is not among {found:?}");
    }
}

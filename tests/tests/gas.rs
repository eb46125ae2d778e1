//! No change makes a verb dearer unnoticed: the gas of each in steady state is committed in `tests/gas.snapshot`, and
//! this holds the contracts to it within two percent. `BLESS=1 cargo test -p tests --test gas` writes it anew.
#![allow(clippy::unwrap_used)]

use std::{env, fs};

use tests::gas;

/// The part by which a figure may differ, up or down: a saving is worth committing too.
const TOLERANCE: f64 = 0.02;

#[tokio::test]
async fn every_verb_costs_what_the_snapshot_says() {
    let measured = gas::steady().await.unwrap();
    let path = gas::snapshot_path();
    if env::var_os("BLESS").is_some() {
        fs::write(&path, gas::write_snapshot(&measured)).unwrap();
    }
    let committed = gas::read_snapshot(&fs::read_to_string(&path).unwrap()).unwrap();
    assert!(
        measured.keys().eq(committed.keys()),
        "the rows are not those of the snapshot; with BLESS=1 they become so"
    );
    let moved: Vec<String> = measured
        .iter()
        .map(|(name, gas)| (name, *gas, committed[name]))
        .filter(|(_, gas, before)| gas.abs_diff(*before) as f64 > *before as f64 * TOLERANCE)
        .map(|(name, gas, before)| format!("{name}: {before} → {gas}"))
        .collect();
    assert!(moved.is_empty(), "gas has moved; with BLESS=1 the new figures are accepted:\n{}", moved.join("\n"));
}

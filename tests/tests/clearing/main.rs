//! Auctions end to end: orders, bids, what becomes of them, and why there are none.
#![allow(clippy::unwrap_used)]

mod crashes_and_reorgs;
mod lease_moves;
mod orders;
mod pricer;
mod quotes;

use alloy::primitives::B256;
use serde_json::Value;

/// What every order here asks for, as flags: a tenth of a CPU, one replica.
const SHAPE: [&str; 6] = ["--cpus", "0.1", "--memory", "64", "--disk", "64"];

const MANIFEST: &str = r#"
services:
  web: { image: "tidemark-sample:latest", command: [back] }
"#;

/// `tidemark order open` for a file with more flags.
fn open<'a>(file: &'a str, more: &[&'a str]) -> Vec<&'a str> {
    let mut words = vec!["order", "open", file, "--max-rate", "1/h", "--deposit", "0.0001"];
    words.extend(SHAPE);
    words.extend(["--bidding", "60s", "--acceptance", "10m"]);
    words.extend(more);
    words
}

fn id(value: &Value) -> B256 {
    value.as_str().unwrap_or_else(|| panic!("{value} is no id")).parse().unwrap()
}

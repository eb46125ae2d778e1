//! The clearing stage and its market: orders, bids, quotes, moves, and the reasons why a provider does not bid.
#![allow(clippy::unwrap_used)]

mod crashes_and_reorgs;
mod lease_moves;
mod orders;
mod pricer;
mod quotes;

use alloy::primitives::B256;
use anvil::{Actor, Mining};
use lease::screen;
use serde_json::Value;
use tests::{transactions, world::World};

/// What every order here requests, as flags: a tenth of a CPU, one replica.
const SHAPE: [&str; 6] = ["--cpus", "0.1", "--memory", "64", "--disk", "64"];

const MANIFEST: &str = r#"
services:
  web: { image: "tidemark-sample:latest", command: [back] }
"#;

/// A chain on which each test registers its own providers, and time passes.
async fn market_world() -> World {
    World::builder().mining(Mining::Mixed).without_provider().start().await.unwrap()
}

/// A provider states an attribute on chain.
async fn state_attribute(world: &World, provider: Actor, attribute: &str) {
    let market = world.devnet.market(provider).await.unwrap();
    let call = market.setAttributes(vec![screen::attribute(attribute).unwrap()]);
    transactions::sent(call.send().await.unwrap().get_receipt().await.unwrap()).unwrap();
}

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

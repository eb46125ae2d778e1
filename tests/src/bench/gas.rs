//! The gas rows, beside their targets.

use super::{Figure, Target, say};
use crate::gas;

const TARGETS: [(&str, f64); 13] = [
    ("gas/take_erc20", 130_000.0),
    ("gas/take_eth", 120_000.0),
    ("gas/topup_erc20", 48_000.0),
    ("gas/scale", 42_000.0),
    ("gas/scale_by_proof", 58_000.0),
    ("gas/post_root", 36_000.0),
    ("gas/settle", 55_000.0),
    ("gas/settle_batch_100", 20_000.0),
    ("gas/withdraw_earnings", 45_000.0),
    ("gas/close", 65_000.0),
    ("gas/lease_life", 245_000.0),
    ("gas/consent_2of3", 25_000.0),
    // Opening with ETH costs less than with a token; so must adding to it.
    ("gas/topup_eth", 48_000.0),
];

pub async fn run() -> anyhow::Result<()> {
    say("gas in steady state");
    for (name, gas) in gas::steady().await? {
        figure(&name, gas).print()?;
    }
    say("gas of the first time");
    for (name, gas) in gas::first().await? {
        figure(&name, gas).print()?;
    }
    Ok(())
}

fn figure(name: &str, gas: u64) -> Figure {
    // A root's size must not matter: its rows have the one target of post_root.
    let size = name.strip_prefix("gas/post_root/").is_some_and(|size| size.parse::<u32>().is_ok());
    let named = if size { "gas/post_root" } else { name };
    let target = TARGETS.iter().find(|(row, _)| *row == named).map_or(Target::None, |(_, most)| Target::AtMost(*most));
    Figure::new(name, gas as f64, "gas", target)
}

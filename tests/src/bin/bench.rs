//! `make bench`: measures, and prints each figure beside its target.
//!
//! It ends with 0 unless a measurement itself failed; a missed target is `"ok":false`. At its end it says which ratios moved
//! against `tests/bench.snapshot`; with `BLESS=1` it writes them there.

use std::process::ExitCode;

use tests::bench::{self, say};

const GROUPS: [&str; 9] = ["gas", "start", "chain", "outbox", "meter", "surge", "scaling", "gateway", "web"];

#[tokio::main]
async fn main() -> ExitCode {
    let named: Vec<String> = std::env::args().skip(1).collect();
    if let Some(unknown) = named.iter().find(|name| !GROUPS.contains(&name.as_str())) {
        say(format!("no group is named {unknown}; the groups are {}", GROUPS.join(", ")));
        return ExitCode::from(2);
    }
    let mut failed = false;
    for group in GROUPS {
        if !named.is_empty() && !named.iter().any(|name| name == group) {
            continue;
        }
        let measured = match group {
            "gas" => bench::gas::run().await,
            "chain" => bench::chain::run().await,
            "outbox" => bench::outbox::run().await,
            "surge" => Box::pin(bench::surge::run()).await,
            "scaling" => bench::scaling::run(),
            "meter" => bench::meter::run().await,
            "web" => bench::web::run().await,
            "gateway" => Box::pin(bench::gateway::run()).await,
            _ => Box::pin(bench::start::run()).await,
        };
        if let Err(error) = measured {
            say(format!("{group} could not be measured: {error:#}"));
            failed = true;
        }
    }
    match bench::snapshot::compare(std::env::var_os("BLESS").is_some()) {
        Ok(moved) if moved.is_empty() => say("no ratio moved by more than a tenth"),
        Ok(moved) => moved.iter().for_each(say),
        Err(error) => {
            say(format!("the ratios could not be compared: {error:#}"));
            failed = true;
        }
    }
    if failed { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

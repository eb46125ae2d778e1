//! `tidemark trace …`: traces of demand for `tidemark simulate`.

pub mod generate;
pub mod lease;
pub mod log;

use clap::Subcommand;

use crate::settings::{Connection, Identity};

/// Demand over time, as CSV that `tidemark simulate --trace` reads.
#[derive(Debug, Subcommand)]
pub enum TraceCommand {
    /// Make a trace up from a seed.
    Generate(generate::TraceGenerate),
    /// Extract a trace from the access log of a web server.
    Log(log::TraceLog),
    /// Take the demand that the gateway or the meters saw of a lease that you may look into.
    Lease(lease::TraceLease),
}

impl TraceCommand {
    pub async fn run(self, connection: &Connection, identity: &Identity, json: bool) -> anyhow::Result<()> {
        match self {
            Self::Generate(generate) => generate.run(json),
            Self::Log(log) => log.run(json),
            Self::Lease(lease) => lease.run(connection, identity, json).await,
        }
    }
}

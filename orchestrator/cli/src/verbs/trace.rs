//! `tidemark trace …`: traces of demand for `tidemark simulate`.

pub mod generate;
pub mod lease;
pub mod log;

use clap::Subcommand;

use crate::settings::{ConnectionSettings, IdentitySettings};

/// Traces of demand over time, as CSV for `tidemark simulate --trace`.
#[derive(Debug, Subcommand)]
pub enum TraceCommand {
    /// Generate a trace from a seed.
    Generate(generate::TraceGenerateArgs),
    /// Extract a trace from the access log of a web server.
    Log(log::TraceLogArgs),
    /// Download the demand of a lease that the gateway or the meters observed; needs access to the lease.
    Lease(lease::TraceLeaseArgs),
}

impl TraceCommand {
    pub async fn run(
        self,
        connection: &ConnectionSettings,
        identity: &IdentitySettings,
        json: bool,
    ) -> anyhow::Result<()> {
        match self {
            Self::Generate(generate) => generate.run(json),
            Self::Log(log) => log.run(json),
            Self::Lease(lease) => lease.run(connection, identity, json).await,
        }
    }
}

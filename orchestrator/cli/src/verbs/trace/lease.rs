use std::time::{Duration, SystemTime, UNIX_EPOCH};

use anyhow::Context;
use clap::Args;

use crate::{
    render::trace::TraceOutput,
    settings::{Connection, Identity, duration},
    wallet::{session::Session, sign_in::sign_in},
};
use api_types::scaling::DemandView;
use autoscaling::trace::Trace;

#[derive(Debug, Args)]
pub struct TraceLease {
    /// The lease, or the beginning of its id.
    lease: String,
    /// How far back.
    #[arg(long, default_value = "14d", value_parser = duration, value_name = "DURATION")]
    last: Duration,
    #[command(flatten)]
    output: TraceOutput,
}

impl TraceLease {
    pub async fn run(self, connection: &Connection, identity: &Identity, json: bool) -> anyhow::Result<()> {
        let session = Session::signer(connection, identity).await?;
        let lease = session.find(&self.lease).await?;
        let remote = sign_in(&session, &lease).await?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let since_ms = now.saturating_sub(self.last).as_millis() as u64;
        let seen = remote.demand(lease.id, since_ms).await?;
        let seen = seen.context("the provider has not seen this lease yet: wait a moment and ask again")?;
        self.output.print(json, &demanded(&seen)?)
    }
}

/// In requests per second where the gateway counted them all the while, else in replicas' worth of CPU.
fn demanded(seen: &[DemandView]) -> anyhow::Result<Trace> {
    let counted = seen.iter().all(|seen| seen.seen.arrivals.is_some());
    let demand = |seen: &DemandView| if counted { seen.seen.arrivals } else { seen.seen.demand };
    let first =
        seen.iter().find(|seen| demand(seen).is_some()).context("nothing of its demand was seen in that time")?;
    let rows = seen.iter().filter_map(|seen| Some((seen.time - first.time, demand(seen)?)));
    let csv: String = rows.map(|(time, demand)| format!("{time},{demand}\n")).collect();
    Ok(Trace::parse(&format!("t_seconds,demand\n{csv}"))?)
}

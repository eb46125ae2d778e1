use std::time::Duration;

use anyhow::Context;
use clap::Args;

use crate::{
    clock::unix_time,
    render::trace::TraceOutput,
    settings::{ConnectionSettings, IdentitySettings, duration},
    wallet::{session::Session, sign_in::sign_in},
};
use api_types::scaling::DemandView;
use autoscaling::trace::Trace;

#[derive(Debug, Args)]
pub struct TraceLeaseArgs {
    /// The id of the lease, or a unique prefix of it.
    lease: String,
    /// How far back to go.
    #[arg(long, default_value = "14d", value_parser = duration, value_name = "DURATION")]
    last: Duration,
    #[command(flatten)]
    output: TraceOutput,
}

impl TraceLeaseArgs {
    pub async fn run(
        self,
        connection: &ConnectionSettings,
        identity: &IdentitySettings,
        json: bool,
    ) -> anyhow::Result<()> {
        let session = Session::signer(connection, identity).await?;
        let lease = session.find(&self.lease).await?;
        let remote = sign_in(&session, &lease).await?;
        let since_ms = unix_time().saturating_sub(self.last).as_millis() as u64;
        let seen = remote.demand(lease.id, since_ms).await?;
        let seen = seen.context("the provider has not observed this lease yet: try again in a moment")?;
        self.output.print(json, &demanded(&seen)?)
    }
}

/// The trace in requests per second if the gateway counted them throughout, otherwise in replicas' worth of CPU.
fn demanded(seen: &[DemandView]) -> anyhow::Result<Trace> {
    let counted = seen.iter().all(|seen| seen.seen.arrivals.is_some());
    let demand = |seen: &DemandView| if counted { seen.seen.arrivals } else { seen.seen.demand };
    let first =
        seen.iter().find(|seen| demand(seen).is_some()).context("no demand of the lease was observed in that time")?;
    let rows = seen.iter().filter_map(|seen| Some((seen.time - first.time, demand(seen)?)));
    let csv: String = rows.map(|(time, demand)| format!("{time},{demand}\n")).collect();
    Ok(Trace::parse(&format!("t_seconds,demand\n{csv}"))?)
}

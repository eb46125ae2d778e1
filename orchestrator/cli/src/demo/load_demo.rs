//! The demonstration: a load that rises tenfold and falls again, and the lease's capacity that follows it.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde::Serialize;

use crate::{
    demo::load_generator::{LoadGenerator, RequestTally},
    provider_api::client::ProviderApi,
    render::progress::Progress,
    wallet::session::Session,
};
use api_types::LeaseView;
use lease::Lease;

/// Requests a second at low and at high tide, each of ten CPU milliseconds: a replica of a quarter of a CPU serves some
/// twenty.
const LOW: f64 = 3.0;
const HIGH: f64 = 30.0;
/// How long capacity may take to follow, either way.
const PATIENCE: Duration = Duration::from_secs(180);

/// What the lease made of it.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LoadDemo {
    /// The most replicas that served.
    pub peak_replicas: u16,
    /// Seconds from the rise of the load until a second replica served.
    pub rise_seconds: f64,
    /// The steps that the provider took by proof.
    pub steps: Vec<Step>,
    pub requests: RequestTally,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    pub from: u64,
    pub to: u64,
    /// Under the root of which the statement stands that justified it.
    pub epoch: u64,
    /// That statement's, in basis points.
    pub utilization: u16,
}

/// Lets the tide rise and fall over a lease that runs.
pub async fn run(
    session: &Session,
    remote: &ProviderApi,
    lease: &Lease,
    progress: &Progress,
) -> anyhow::Result<LoadDemo> {
    let view = look(remote, lease).await?;
    let served = view.served.first().context("the gateway serves nothing of the sample: it publishes no TCP port")?;
    let load = LoadGenerator::on(&format!("{}/burn?ms=10", served.path_url), LOW)?;
    progress.step(format!("The tide is out: {LOW} requests a second"));
    tokio::time::sleep(Duration::from_secs(3)).await;

    load.set_rate(HIGH);
    let rose = Instant::now();
    let mut peak_replicas = 0;
    let mut risen = None;
    until(remote, lease, progress, "rises", HIGH, |view| {
        let replicas = &view.summary.replicas;
        peak_replicas = peak_replicas.max(replicas.healthy);
        if replicas.healthy > 1 && risen.is_none() {
            risen = Some(rose.elapsed());
        }
        risen.is_some() && replicas.healthy == replicas.wanted
    })
    .await?;
    tokio::time::sleep(Duration::from_secs(5)).await;

    load.set_rate(LOW);
    until(remote, lease, progress, "falls", LOW, |view| {
        let replicas = &view.summary.replicas;
        peak_replicas = peak_replicas.max(replicas.healthy);
        replicas.wanted == 1 && replicas.running == 1
    })
    .await?;
    let requests = load.stop().await;
    ensure!(requests.answered > 0, "no request was answered: {:?}", requests.failed);
    let filter = session.market.StepProven_filter().topic1(lease.id).from_block(session.deployment.block);
    let steps = filter.query().await?.into_iter().map(|(step, _)| Step {
        from: step.from.saturating_to(),
        to: step.to.saturating_to(),
        epoch: step.epoch.saturating_to(),
        utilization: step.usage.utilization,
    });
    let tide = LoadDemo {
        peak_replicas,
        rise_seconds: risen.unwrap_or_default().as_secs_f64(),
        steps: steps.collect(),
        requests,
    };
    progress.done(said(&tide));
    Ok(tide)
}

async fn until(
    remote: &ProviderApi,
    lease: &Lease,
    progress: &Progress,
    way: &str,
    rate: f64,
    mut wanted: impl FnMut(&LeaseView) -> bool,
) -> anyhow::Result<()> {
    let deadline = Instant::now() + PATIENCE;
    loop {
        let view = look(remote, lease).await?;
        if wanted(&view) {
            return Ok(());
        }
        let replicas = &view.summary.replicas;
        let (healthy, count) = (replicas.healthy, replicas.wanted);
        let scale = view.timeline.into_iter().find(|step| step.stage == "scale");
        ensure!(
            Instant::now() < deadline,
            "capacity did not follow the load in {PATIENCE:?}: {}",
            scale.map(|step| step.detail).unwrap_or_default()
        );
        progress.step(format!("The tide {way}: {rate} requests a second, {healthy} of {count} replicas serve"));
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

async fn look(remote: &ProviderApi, lease: &Lease) -> anyhow::Result<LeaseView> {
    remote.lease(lease.id).await?.context("the provider lost sight of the lease")
}

fn said(tide: &LoadDemo) -> String {
    let steps = tide
        .steps
        .iter()
        .map(|step| format!("{} → {} by {} % proven", step.from, step.to, f64::from(step.utilization) / 100.0));
    let requests = &tide.requests;
    format!(
        "the tide rose and fell ({}); a second replica served after {:.1} s; {} of {} requests answered, p99 {:.0} ms",
        steps.collect::<Vec<_>>().join(", "),
        tide.rise_seconds,
        requests.answered,
        requests.sent,
        requests.p99_ms
    )
}

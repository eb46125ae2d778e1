//! The load demonstration: the load on a lease rises tenfold and falls again, and its capacity follows.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};
use serde::Serialize;

use crate::{
    demo::load_generator::{LoadGenerator, RequestTally},
    provider_api::client::ProviderApi,
    render::progress::ProgressLine,
    wallet::session::Session,
};
use api_types::leases::LeaseView;
use lease::Lease;

/// The low and the high load in requests a second. Each request takes ten CPU milliseconds, so a replica with a quarter of a CPU
/// serves about twenty a second.
const LOW: f64 = 3.0;
const HIGH: f64 = 30.0;
/// How long the capacity may take to follow a change of the load.
const TIMEOUT: Duration = Duration::from_secs(180);

/// How the capacity of the lease followed the load.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct LoadDemoReport {
    /// The highest number of healthy replicas.
    pub peak_replicas: u16,
    /// Seconds from the rise of the load until a second replica was healthy.
    pub rise_seconds: f64,
    /// The steps that the provider took, each justified by a proof.
    pub steps: Vec<ProvenStep>,
    pub requests: RequestTally,
}

#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ProvenStep {
    pub from: u64,
    pub to: u64,
    /// The epoch whose root holds the statement that justified the step.
    pub epoch: u64,
    /// The utilization in that statement, in basis points.
    pub utilization: u16,
}

/// Runs the demonstration on a running lease.
///
/// # Errors
/// When the capacity does not follow in time, or no request is answered.
pub async fn run(
    session: &Session,
    remote: &ProviderApi,
    lease: &Lease,
    progress: &ProgressLine,
) -> anyhow::Result<LoadDemoReport> {
    let view = observe(remote, lease).await?;
    let served = view
        .served
        .first()
        .context("the gateway serves no port of the sample: its manifest must publish a TCP port")?;
    let load = LoadGenerator::on(&format!("{}/burn?ms=10", served.path_url), LOW)?;
    progress.step(format!("Low load: {LOW} requests a second"));
    tokio::time::sleep(Duration::from_secs(3)).await;

    load.set_rate(HIGH);
    let raised = Instant::now();
    let mut peak_replicas = 0;
    let mut rise = None;
    until(remote, lease, progress, "High load", HIGH, |view| {
        let replicas = &view.summary.replicas;
        peak_replicas = peak_replicas.max(replicas.healthy);
        if replicas.healthy > 1 && rise.is_none() {
            rise = Some(raised.elapsed());
        }
        rise.is_some() && replicas.healthy == replicas.wanted
    })
    .await?;
    tokio::time::sleep(Duration::from_secs(5)).await;

    load.set_rate(LOW);
    until(remote, lease, progress, "Low load", LOW, |view| {
        let replicas = &view.summary.replicas;
        peak_replicas = peak_replicas.max(replicas.healthy);
        replicas.wanted == 1 && replicas.running == 1
    })
    .await?;
    let requests = load.stop().await;
    ensure!(requests.answered > 0, "no request was answered: {:?}", requests.failed);
    let filter = session.market.StepProven_filter().topic1(lease.id).from_block(session.deployment.block);
    let steps = filter.query().await?.into_iter().map(|(step, _)| ProvenStep {
        from: step.from.saturating_to(),
        to: step.to.saturating_to(),
        epoch: step.epoch.saturating_to(),
        utilization: step.usage.utilization,
    });
    let report = LoadDemoReport {
        peak_replicas,
        rise_seconds: rise.unwrap_or_default().as_secs_f64(),
        steps: steps.collect(),
        requests,
    };
    progress.done(summary(&report));
    Ok(report)
}

async fn until(
    remote: &ProviderApi,
    lease: &Lease,
    progress: &ProgressLine,
    phase: &str,
    rate: f64,
    mut wanted: impl FnMut(&LeaseView) -> bool,
) -> anyhow::Result<()> {
    let deadline = Instant::now() + TIMEOUT;
    loop {
        let view = observe(remote, lease).await?;
        if wanted(&view) {
            return Ok(());
        }
        let replicas = &view.summary.replicas;
        let (healthy, count) = (replicas.healthy, replicas.wanted);
        let scale = view.timeline.into_iter().find(|step| step.stage == "scale");
        ensure!(
            Instant::now() < deadline,
            "the capacity did not follow the load within {TIMEOUT:?}: {}",
            scale.map(|step| step.detail).unwrap_or_default()
        );
        progress.step(format!("{phase}: {rate} requests a second, {healthy} of {count} replicas healthy"));
        tokio::time::sleep(Duration::from_millis(250)).await;
    }
}

async fn observe(remote: &ProviderApi, lease: &Lease) -> anyhow::Result<LeaseView> {
    remote.lease(lease.id).await?.context("the provider no longer reports the lease")
}

fn summary(report: &LoadDemoReport) -> String {
    let steps = report.steps.iter().map(|step| {
        format!("{} → {} at a proven utilization of {} %", step.from, step.to, f64::from(step.utilization) / 100.0)
    });
    let requests = &report.requests;
    format!(
        "the capacity followed the load ({}); a second replica was healthy after {:.1} s; {} of {} requests answered, p99 {:.0} ms",
        steps.collect::<Vec<_>>().join(", "),
        report.rise_seconds,
        requests.answered,
        requests.sent,
        requests.p99_ms
    )
}

use anyhow::Context;
use clap::Args;

use crate::{
    clock::unix_time,
    provider_api::client::ProviderApi,
    render::{answer, ids::short_id, span::span},
    settings::ConnectionSettings,
    wallet::session::Session,
};
use api_types::scaling::{ObservationView, ScalingDecisionView, ScalingView, ShadowComparisonView};

#[derive(Debug, Args)]
pub struct ExplainArgs {
    /// The id of the lease, or a unique prefix of it.
    lease: String,
    /// How many of the newest decisions to print.
    #[arg(long, default_value_t = 10, value_name = "COUNT")]
    last: usize,
}

impl ExplainArgs {
    pub async fn run(self, connection: &ConnectionSettings, json: bool) -> anyhow::Result<()> {
        let session = Session::reader(connection).await?;
        let lease = session.find(&self.lease).await?;
        let remote = ProviderApi::new(&session.endpoint(lease.terms.provider).await?)?;
        let view = remote.scaling(lease.id, self.last).await?;
        let view = view.context("the provider has not observed this lease yet: try again in a moment")?;
        let now_ms = unix_time().as_millis() as u64;
        answer::print(json, &view, |view| text(view, &short_id(lease.id), now_ms))
    }
}

fn text(view: &ScalingView, lease: &str, now_ms: u64) -> String {
    let shadow = view.shadow.as_ref().map(|shadow| format!(", with {shadow} in shadow mode")).unwrap_or_default();
    let mut lines = vec![format!("lease {lease} is scaled by {}{shadow}", view.policy)];
    match &view.newest {
        None => lines.push("no decision yet: its containers are not metered".to_owned()),
        Some(newest) => {
            lines.push(format!("now      {}", seen(&newest.seen)));
            lines.push(format!("wish     {} of {} replicas: {}", newest.wish, newest.present, newest.reason));
            lines.push(format!("outcome  {}{}", newest.outcome, bound(newest)));
            let max = newest.bounds.max;
            let covered = match newest.bounds.affordable {
                covered if covered >= max => String::new(),
                covered => format!("; the money covers {covered}"),
            };
            lines.push(format!("bounds   {} to {max}{covered}", newest.bounds.min));
        }
    }
    lines.extend(view.compared.as_ref().map(compared));
    if !view.rulings.is_empty() {
        lines.push("before".to_owned());
    }
    for ruling in &view.rulings {
        let ago = span(now_ms.saturating_sub(ruling.at_ms) / 1000);
        let proof = ruling.evidence.as_ref();
        let proof = proof
            .map(|proof| format!(", by {} % proven in epoch {}", f64::from(proof.utilization) / 100.0, proof.epoch));
        let step = if ruling.outcome == "stepping" {
            format!("{} → {}{}", ruling.present, ruling.granted, proof.unwrap_or_default())
        } else {
            format!("{} replicas, {}{}", ruling.present, ruling.outcome, bound(ruling))
        };
        lines.push(format!("  {ago:>8} ago  {step}"));
        lines.push(format!("               {}", ruling.reason));
    }
    lines.join("\n")
}

fn bound(ruling: &ScalingDecisionView) -> String {
    ruling.bound.as_ref().map(|bound| format!(": {bound}")).unwrap_or_default()
}

fn seen(seen: &ObservationView) -> String {
    let mut parts = vec![format!("{} ready", seen.ready)];
    parts.extend((seen.starting > 0).then(|| format!("{} starting", seen.starting)));
    parts.extend(seen.utilization.map(|utilization| format!("CPU {:.0} %", utilization * 100.0)));
    parts.extend(seen.arrivals.map(|arrivals| format!("{arrivals:.1} requests/s")));
    parts.extend((seen.waiting > 0.0).then(|| format!("{:.0} waiting", seen.waiting)));
    parts.extend(seen.latency.map(|latency| format!("p99 {:.0} ms", latency * 1000.0)));
    parts.extend(seen.demand.map(|demand| format!("{demand:.2} replicas' worth of demand")));
    parts.extend(seen.capacity.map(|capacity| format!("a replica serves {capacity:.1}/s")));
    parts.join(", ")
}

fn compared(shadow: &ShadowComparisonView) -> String {
    let more = if shadow.regret < 0.0 { "more" } else { "less" };
    format!(
        "shadow   {} would have {} replicas now; over {} it would have spent {:.1} % {more}, and had a shortfall for {} instead of {}",
        shadow.policy,
        shadow.shadow_replicas,
        span(shadow.watched as u64),
        shadow.regret.abs() * 100.0,
        span(shadow.shadow_short as u64),
        span(shadow.short as u64)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use api_types::scaling::{BoundsView, ScalingEvidenceView};

    fn ruling(outcome: &str, bound: Option<&str>) -> ScalingDecisionView {
        ScalingDecisionView {
            at_ms: 1_000_000,
            policy: "threshold".to_owned(),
            seen: ObservationView {
                ready: 1,
                starting: 0,
                utilization: Some(0.91),
                arrivals: Some(42.0),
                waiting: 0.0,
                latency: Some(0.2),
                capacity: None,
                delay: 5.0,
                demand: Some(0.91),
            },
            bounds: BoundsView { min: 1, max: 4, affordable: 2 },
            present: 1,
            wish: 3,
            reason: "load 91 %".to_owned(),
            granted: 2,
            bound: bound.map(str::to_owned),
            outcome: outcome.to_owned(),
            evidence: Some(ScalingEvidenceView { epoch: 7, time: 990, utilization: 9_100, leaf: "0x00".to_owned() }),
        }
    }

    #[test]
    fn a_decision_is_printed_with_its_metrics_its_bound_and_its_proof() {
        let view = ScalingView {
            lease: "0x01".to_owned(),
            policy: "threshold".to_owned(),
            shadow: None,
            newest: Some(ruling("held", Some("the lease's money covers 2 and the notice period"))),
            rulings: vec![ruling("stepping", None)],
            compared: None,
        };
        let output = text(&view, "0x01", 1_065_000);
        for part in [
            "1 ready, CPU 91 %, 42.0 requests/s, p99 200 ms",
            "3 of 1 replicas: load 91 %",
            "held: the lease's money covers 2",
            "1 to 4; the money covers 2",
            "1m 5s ago  1 → 2, by 91 % proven in epoch 7",
        ] {
            assert!(output.contains(part), "{part}\n{output}");
        }
    }
}

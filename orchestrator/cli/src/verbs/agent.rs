use std::time::Duration;

use alloy::primitives::{B256, U256};
use anyhow::{Context, ensure};
use clap::Args;
use serde::Serialize;
use solidity::Market::scaleCall;

use crate::{
    clock::unix_time,
    provider_api::client::ProviderApi,
    render::{answer, ids::short_id},
    settings::{ConnectionSettings, IdentitySettings, duration},
    signal::stop_signal,
    wallet::{approval::Approval, session::Session, sign_in::sign_in},
};
use autoscaling::{
    Autoscaler, Bounds, catalog,
    shield::{By, grant},
};
use lease::Lease;

/// How much of the demand of a lease the autoscaler observes before its first decision.
const PAST: Duration = Duration::from_secs(14 * 86_400);

#[derive(Debug, Args)]
pub struct AgentArgs {
    /// The id of the lease, or a unique prefix of it.
    lease: String,
    /// The autoscaler: `default`, `threshold`, `hpa-70`, `hpa-80`, `keda-85`, `predictive`, `q-learning`, `sarsa`, `actor-critic`.
    #[arg(long, default_value = catalog::DEFAULT)]
    policy: String,
    /// The interval between two decisions.
    #[arg(long, default_value = "15s", value_parser = duration, value_name = "DURATION")]
    every: Duration,
    /// Print decisions without sending transactions.
    #[arg(long)]
    dry_run: bool,
}

/// One decision, as printed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct AgentDecision {
    lease: B256,
    replicas: u16,
    wish: u32,
    reason: String,
    /// Why the wanted count was not granted in full.
    bound: Option<String>,
    /// The step, if one was taken.
    tx: Option<B256>,
}

impl AgentArgs {
    pub async fn run(
        self,
        connection: &ConnectionSettings,
        identity: &IdentitySettings,
        json: bool,
    ) -> anyhow::Result<()> {
        let policy = catalog::find(&self.policy)?.alone(false);
        let mut policy = policy.with_context(|| {
            format!("{} needs to know the future demand and works in simulations only", self.policy)
        })?;
        let session = Session::signer(connection, identity).await?;
        let lease = session.find(&self.lease).await?;
        ensure!(
            lease.terms.tenant == session.address(),
            "only its tenant, {}, can scale this lease",
            lease.terms.tenant
        );
        let remote = sign_in(&session, &lease).await?;
        let since = unix_time().saturating_sub(PAST);
        let past = remote.demand(lease.id, since.as_millis() as u64).await?;
        for past in past.unwrap_or_default() {
            policy.decide(&past.seen.observation(past.time, bounds(&lease, u32::MAX)));
        }
        let stop = stop_signal();
        tokio::pin!(stop);
        loop {
            match self.decide(&session, &remote, lease.id, policy.as_mut()).await {
                Ok(None) => return Ok(()),
                Ok(Some(output)) => answer::print(json, &output, text)?,
                // Unreachable peers come back: the next round is the retry.
                Err(error) => {
                    tracing::warn!(error = format!("{error:#}"), "the decision failed; retrying in the next round")
                }
            }
            tokio::select! {
                () = tokio::time::sleep(self.every) => {}
                () = &mut stop => return Ok(()),
            }
        }
    }

    /// Makes one decision and takes its step, if any. None when the lease is closed.
    async fn decide(
        &self,
        session: &Session,
        remote: &ProviderApi,
        lease: B256,
        policy: &mut dyn Autoscaler,
    ) -> anyhow::Result<Option<AgentDecision>> {
        let lease = session.lease(lease).await?;
        if lease.closed_at.is_some() {
            return Ok(None);
        }
        let view = remote.scaling(lease.id, 0).await?.and_then(|view| view.newest);
        let newest = view.context("the provider has made no scaling decision for the lease yet: it may not run")?;
        let bounds = bounds(&lease, newest.bounds.affordable);
        let time = newest.at_ms as f64 / 1000.0;
        let decision = policy.decide(&newest.seen.observation(time, bounds));
        let since_step = session.time().await?.saturating_sub(lease.since) as f64;
        let granted = grant(&bounds, lease.replicas.into(), decision.replicas, since_step, By::Tenant);
        let replicas = u16::try_from(granted.replicas)?;
        let mut output = AgentDecision {
            lease: lease.id,
            replicas: lease.replicas,
            wish: decision.replicas,
            reason: decision.reason,
            bound: granted.bound,
            tx: None,
        };
        if replicas != lease.replicas && !self.dry_run {
            let call = scaleCall { terms: lease.terms.clone(), replicas };
            let currency = lease.terms.currency;
            let sent = Approval::none().act(session, session.address(), currency, &call, U256::ZERO, false).await?;
            (output.replicas, output.tx) = (replicas, sent.map(|receipt| receipt.transaction_hash));
        }
        Ok(Some(output))
    }
}

/// The bounds of the lease policy. A tenant may set any count within them; the cooldown is kept as well, so that the agent does not
/// counteract the steps of the provider.
fn bounds(lease: &Lease, affordable: u32) -> Bounds {
    let policy = &lease.policy;
    Bounds {
        cooldown: policy.cooldown.into(),
        target: policy.target.into(),
        up: policy.up.into(),
        down: policy.down.into(),
        affordable,
        ..Bounds::open(policy.minReplicas.into(), policy.maxReplicas.into())
    }
}

fn text(output: &AgentDecision) -> String {
    let bound = output.bound.as_ref().map(|bound| format!("; {bound}")).unwrap_or_default();
    let step = if output.tx.is_some() { "now has" } else { "stays at" };
    format!("{} {step} {} replicas: {}{bound}", short_id(output.lease), output.replicas, output.reason)
}

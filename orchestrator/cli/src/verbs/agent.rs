use std::time::{Duration, SystemTime, UNIX_EPOCH};

use alloy::primitives::{B256, U256};
use anyhow::{Context, ensure};
use clap::Args;
use serde::Serialize;
use solidity::Market::scaleCall;

use crate::{
    provider_api::client::ProviderApi,
    render::{answer, ids::short_id},
    settings::{Connection, Identity, duration},
    signal::stop_signal,
    wallet::{approval::Approval, session::Session, sign_in::sign_in},
};
use autoscaling::{
    Autoscaler, Bounds, catalog,
    shield::{By, grant},
};
use lease::Lease;

/// How much of a lease's past the policy is shown before it decides, in milliseconds.
const PAST_MS: u64 = 14 * 86_400_000;

#[derive(Debug, Args)]
pub struct Agent {
    /// The lease, or the beginning of its id.
    lease: String,
    /// Who decides: `default`, `threshold`, `hpa-70`, `hpa-80`, `keda-85`, `predictive`, `q-learning`, `sarsa`, `actor-critic`.
    #[arg(long, default_value = catalog::DEFAULT)]
    policy: String,
    /// How often it decides.
    #[arg(long, default_value = "15s", value_parser = duration, value_name = "DURATION")]
    every: Duration,
    /// Say what would be done, and do nothing.
    #[arg(long)]
    dry_run: bool,
}

/// One decision, as it is told.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
struct Said {
    lease: B256,
    replicas: u16,
    wish: u32,
    reason: String,
    /// What of the wish is not to be had, and why.
    bound: Option<String>,
    /// The step, if one was taken.
    tx: Option<B256>,
}

impl Agent {
    pub async fn run(self, connection: &Connection, identity: &Identity, json: bool) -> anyhow::Result<()> {
        let policy = catalog::find(&self.policy)?.alone(false);
        let mut policy = policy.with_context(|| format!("{} would have to know the future", self.policy))?;
        let session = Session::signer(connection, identity).await?;
        let lease = session.find(&self.lease).await?;
        ensure!(lease.terms.tenant == session.address(), "only its tenant, {}, moves this lease", lease.terms.tenant);
        let remote = sign_in(&session, &lease).await?;
        let past = remote.demand(lease.id, now_ms().saturating_sub(PAST_MS)).await?;
        for past in past.unwrap_or_default() {
            policy.decide(&past.seen.observation(past.time, bounds(&lease, u32::MAX)));
        }
        let stop = stop_signal();
        tokio::pin!(stop);
        loop {
            match self.decide(&session, &remote, lease.id, policy.as_mut()).await {
                Ok(None) => return Ok(()),
                Ok(Some(said)) => answer::give(json, &said, text)?,
                // Whatever is away comes back.
                Err(error) => tracing::warn!(error = format!("{error:#}"), "nothing was done; it is tried again"),
            }
            tokio::select! {
                () = tokio::time::sleep(self.every) => {}
                () = &mut stop => return Ok(()),
            }
        }
    }

    /// Looks once, and takes the step that there is to take. None when the lease is closed.
    async fn decide(
        &self,
        session: &Session,
        remote: &ProviderApi,
        lease: B256,
        policy: &mut dyn Autoscaler,
    ) -> anyhow::Result<Option<Said>> {
        let lease = session.lease(lease).await?;
        if lease.closed_at.is_some() {
            return Ok(None);
        }
        let view = remote.scaling(lease.id, 0).await?.and_then(|view| view.newest);
        let newest = view.context("the provider has decided nothing about the lease yet: it does not run")?;
        let bounds = bounds(&lease, newest.bounds.affordable);
        let time = newest.at_ms as f64 / 1000.0;
        let decision = policy.decide(&newest.seen.observation(time, bounds));
        let since_step = session.time().await?.saturating_sub(lease.since) as f64;
        let granted = grant(&bounds, lease.replicas.into(), decision.replicas, since_step, By::Tenant);
        let replicas = u16::try_from(granted.replicas)?;
        let mut said = Said {
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
            (said.replicas, said.tx) = (replicas, sent.map(|receipt| receipt.transaction_hash));
        }
        Ok(Some(said))
    }
}

/// A tenant may set any count within its bounds; the cooldown is kept all the same, so that it does not fight its provider.
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

fn text(said: &Said) -> String {
    let bound = said.bound.as_ref().map(|bound| format!("; {bound}")).unwrap_or_default();
    let step = if said.tx.is_some() { "now" } else { "stays at" };
    format!("{} {step} {} replicas: {}{bound}", short_id(said.lease), said.replicas, said.reason)
}

fn now_ms() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_millis() as u64
}

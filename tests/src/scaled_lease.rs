//! A lease whose capacity follows a real load, on a chain whose blocks come every second: what the tests and the figures of
//! scaling begin with.

use alloy::primitives::B256;
use anvil::{Actor, Devnet, Mining, Options};
use anyhow::Context;
use lease::label;
use reqwest::StatusCode;
use serde_json::Value;
use solidity::{LeasePolicy, Market::StepProven, Order, Shape, Terms};

use crate::{
    orchestrator::Orchestrator,
    provider::{Provider, until},
    transactions,
};

/// Two tenths of a CPU serve twenty requests of ten CPU milliseconds a second. A health check has time enough when all CPU
/// is used.
pub const MANIFEST: &str = r#"
services:
  front:
    image: tidemark-sample:latest
    command: ["front"]
    ports: ["8080"]
    healthcheck: { test: ["CMD", "/sample", "health", "http://127.0.0.1:8080/health"], interval: 2s, timeout: 10s }
x-tidemark:
  scaling: { policy: threshold, shadow: default }
"#;

/// One replica to four, aiming at 60 %.
pub const POLICY: LeasePolicy =
    LeasePolicy { minReplicas: 1, maxReplicas: 4, target: 60, up: 70, down: 50, cooldown: 5, step: 3, headroom: 1 };

pub struct Scene {
    pub provider: Provider,
    pub orchestrator: Orchestrator,
    pub lease: B256,
    pub terms: Terms,
}

impl Scene {
    /// One replica of [`MANIFEST`] that runs, under a policy and with a deposit in wei.
    pub async fn with(policy: LeasePolicy, deposit: u64) -> anyhow::Result<Self> {
        let devnet = Devnet::start(Options { mining: Mining::Every(1), ..Options::default() }).await?;
        let provider = Provider::on(devnet, "http://127.0.0.1:1").await?;
        let orchestrator = Orchestrator::start(&provider).await?;
        let order = provider.order(MANIFEST, 1);
        let shape = Shape { millicores: 200, ..order.shape };
        let order = Order { policy, shape, ..order };
        let (lease, terms) = transactions::take(&provider.devnet, provider.offer, order, deposit).await?;
        until("the manifest to be taken", async || {
            let (status, _) = orchestrator.api.put(&provider, lease, MANIFEST, Actor::Tenant).await?;
            Ok((status == StatusCode::NO_CONTENT).then_some(()))
        })
        .await?;
        orchestrator.api.shows(lease, |view| view.summary.replicas.healthy == 1).await?;
        Ok(Self { provider, orchestrator, lease, terms })
    }

    /// Burns ten milliseconds of CPU time at whichever replica the gateway chooses.
    pub fn url(&self) -> String {
        format!("http://{}/{}/burn?ms=10", self.orchestrator.gateway, label::served("front", self.lease))
    }

    /// What the provider decided, with its newest rulings.
    pub async fn scaling(&self) -> anyhow::Result<Value> {
        self.orchestrator.api.get(&format!("/v1/leases/{}/scaling?limit=100", self.lease)).await
    }

    /// Until the newest ruling is so.
    pub async fn ruled(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> anyhow::Result<Value> {
        let newest = until(what, async || Ok(Some(self.scaling().await?["newest"].take()).filter(&wanted)));
        self.explained(newest.await).await
    }

    /// Until so many replicas are wanted, and so many of them healthy.
    pub async fn stands(&self, what: &str, wanted: impl Fn(u16, u16) -> bool) -> anyhow::Result<()> {
        let shown = self.orchestrator.api.shows(self.lease, |view| {
            let replicas = &view.summary.replicas;
            wanted(replicas.wanted, replicas.healthy)
        });
        let shown = shown.await.map(drop).with_context(|| what.to_owned());
        self.explained(shown).await
    }

    /// The steps that the provider took, oldest first.
    pub async fn steps(&self) -> anyhow::Result<Vec<StepProven>> {
        let market = self.provider.devnet.market(Actor::Stranger).await?;
        let filter = market.StepProven_filter().topic1(self.lease).from_block(0);
        Ok(filter.query().await?.into_iter().map(|(step, _)| step).collect())
    }

    /// An error with all that was decided before it.
    async fn explained<T>(&self, result: anyhow::Result<T>) -> anyhow::Result<T> {
        let Err(error) = result else { return result };
        let said = self.scaling().await.unwrap_or_default();
        let mut lines = Vec::new();
        for ruling in said["rulings"].as_array().into_iter().flatten().rev().chain([&said["newest"]]) {
            let what = ["atMs", "present", "wish", "granted", "outcome", "bound", "reason", "evidence", "seen"];
            lines.push(what.map(|what| format!("{what} {}", ruling[what])).join(", "));
        }
        Err(error.context(lines.join("\n")))
    }
}

//! A lease that runs, with the orchestrator in the test's process that serves it.

use std::net::SocketAddr;

use alloy::primitives::B256;
use anvil::Actor;
use anyhow::Context;
use cli::settings::OrchestratorSettings;
use lease::label;
use serde_json::Value;
use solidity::{Market::StepProven, Order, Terms};

use crate::{
    api_session::ApiSession,
    wait::until,
    world::{Orchestrator, World, engine},
};

pub struct RunningLease {
    pub orchestrator: Orchestrator,
    pub lease: B256,
    pub terms: Terms,
    pub world: World,
}

impl RunningLease {
    /// Starts an orchestrator with changed settings, opens a lease with a deposit in wei, and waits until all replicas are
    /// healthy.
    pub async fn start(
        world: World,
        manifest: &str,
        order: Order,
        deposit: u64,
        set: impl FnOnce(&mut OrchestratorSettings),
    ) -> anyhow::Result<Self> {
        let orchestrator = world.orchestrator_with(engine(), set).await?;
        let (lease, terms) = orchestrator.api.run_order(&world, manifest, order, deposit).await?;
        Ok(Self { orchestrator, lease, terms, world })
    }

    /// Stops the orchestrator and starts another, as a restart of the program does.
    pub async fn restart(self) -> anyhow::Result<Self> {
        let Self { orchestrator, lease, terms, world } = self;
        orchestrator.stop().await;
        Ok(Self { orchestrator: world.orchestrator().await?, lease, terms, world })
    }

    /// Stops the orchestrator; the containers keep running until the world is dropped.
    pub async fn stop(self) -> World {
        self.orchestrator.stop().await;
        self.world
    }

    /// A session of an actor with the provider's API.
    pub async fn session(&self, actor: Actor) -> anyhow::Result<ApiSession> {
        ApiSession::sign_in(self.orchestrator.api.port, actor).await
    }

    /// A path of the API below the lease's.
    pub fn path(&self, rest: &str) -> String {
        format!("/v1/leases/{}{rest}", self.lease)
    }

    /// The address of the gateway.
    pub fn gateway(&self) -> SocketAddr {
        self.orchestrator.gateway
    }

    /// The host name under which the gateway serves a service of the lease.
    pub fn host(&self, service: &str) -> String {
        format!("{}.localhost", label::served(service, self.lease))
    }

    /// A URL of a service of the lease at the gateway, by path.
    pub fn url(&self, service: &str, path: &str) -> String {
        format!("http://{}/{}{path}", self.gateway(), label::served(service, self.lease))
    }

    /// The tenant sets the replica count.
    pub async fn scale(&self, replicas: u16) -> anyhow::Result<()> {
        self.world.scale(&self.terms, replicas).await
    }

    /// Waits until the numbers of wanted and healthy replicas satisfy a condition.
    pub async fn replicas(&self, what: &str, wanted: impl Fn(u16, u16) -> bool) -> anyhow::Result<()> {
        let shown = self.orchestrator.api.shows(self.lease, |view| {
            let replicas = &view.summary.replicas;
            wanted(replicas.wanted, replicas.healthy)
        });
        let shown = shown.await.map(drop).with_context(|| what.to_owned());
        self.with_decisions(shown).await
    }

    /// The autoscaler's state and its newest decisions.
    pub async fn scaling(&self) -> anyhow::Result<Value> {
        self.orchestrator.api.get(&self.path("/scaling?limit=100")).await
    }

    /// Waits until the autoscaler's newest decision satisfies a condition.
    pub async fn decided(&self, what: &str, wanted: impl Fn(&Value) -> bool) -> anyhow::Result<Value> {
        let newest = until(what, async || Ok(Some(self.scaling().await?["newest"].take()).filter(&wanted)));
        self.with_decisions(newest.await).await
    }

    /// The steps that the provider took by proof, oldest first.
    pub async fn steps(&self) -> anyhow::Result<Vec<StepProven>> {
        let market = self.world.devnet.market(Actor::Stranger).await?;
        let filter = market.StepProven_filter().topic1(self.lease).from_block(0);
        Ok(filter.query().await?.into_iter().map(|(step, _)| step).collect())
    }

    /// Adds the autoscaler's decisions to an error.
    async fn with_decisions<T>(&self, result: anyhow::Result<T>) -> anyhow::Result<T> {
        let Err(error) = result else { return result };
        let scaling = self.scaling().await.unwrap_or_default();
        let mut lines = Vec::new();
        for decision in scaling["rulings"].as_array().into_iter().flatten().rev().chain([&scaling["newest"]]) {
            let fields = ["atMs", "present", "wish", "granted", "outcome", "bound", "reason", "evidence", "seen"];
            lines.push(fields.map(|field| format!("{field} {}", decision[field])).join(", "));
        }
        Err(error.context(lines.join("\n")))
    }
}

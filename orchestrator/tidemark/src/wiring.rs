//! Constructs the parts of the orchestrator and connects them. Depends on every crate and contains no logic.

use std::sync::Arc;

use adapters::{
    cgroup::HostKernel,
    clock::SystemClock,
    docker::{self, BollardEngine, DockerIo},
    ethereum::{AlloyEthereum, OnChain},
    firewall,
    pricer::PricerProgram,
};
use alloy::primitives::Address;
use anyhow::Context;
use api::{Api, feed::Feed, origins::Origins};
use api_types::page_config::PageConfig;
use async_trait::async_trait;
use cli::{
    orchestrator::{Orchestrator, RunningOrchestrator},
    render::ids::short,
    settings::{ConnectionSettings, DEV_CHAIN, IdentitySettings, OrchestratorSettings, WebSettings},
};
use driver::{Stage, StageStatuses, Wakeup};
use gateway::Gateway;
use lease::label::Owner;
use metrics_exporter_prometheus::PrometheusHandle;
use ports::{
    cgroup::Kernel,
    clock::Clock,
    demand::Upstreams,
    engine::{self, Engine, Info},
    ethereum::Ethereum,
    pricer::Pricer,
};
use solidity::deploy::Deployment;
use stages::{
    chain::{self, ChainStage},
    clearing::{ClearingSettings, ClearingStage},
    container::{self, ContainerSettings, ContainerStage},
    meter::{MeterSettings, MeterStage},
    proof::ProofStage,
    scale::ScaleStage,
    settlement::SettlementStage,
};
use store::Store;
use tokio::sync::watch;

use crate::{config::docker_host, telemetry};

/// The orchestrator with the real adapters.
pub struct AdaptedOrchestrator;

#[async_trait]
impl Orchestrator for AdaptedOrchestrator {
    async fn start(
        &self,
        connection: &ConnectionSettings,
        identity: &IdentitySettings,
        settings: &OrchestratorSettings,
    ) -> anyhow::Result<RunningOrchestrator> {
        start(connection, identity, settings).await
    }

    async fn sweep(&self, deployment: &Deployment, provider: Address) -> anyhow::Result<()> {
        sweep(deployment, provider).await
    }

    async fn engine(&self, settings: &OrchestratorSettings) -> anyhow::Result<Info> {
        Ok(BollardEngine::new(engine_settings(settings)).info().await?)
    }

    async fn database(&self, settings: &OrchestratorSettings) -> anyhow::Result<()> {
        Store::open(settings.database_url.expose()).await?;
        Ok(())
    }
}

/// The address of the engine and the settings of every container.
fn engine_settings(settings: &OrchestratorSettings) -> docker::DockerSettings {
    docker::DockerSettings {
        host: Some(settings.docker_host.clone()).filter(|host| !host.is_empty()),
        bind: settings.publish_address,
        pool: settings.subnet_pool,
        ..Default::default()
    }
}

/// Starts the orchestrator; returns when the API listens and the stages run.
pub async fn start(
    connection: &ConnectionSettings,
    identity: &IdentitySettings,
    settings: &OrchestratorSettings,
) -> anyhow::Result<RunningOrchestrator> {
    start_with(connection, identity, settings, Arc::new(BollardEngine::new(engine_settings(settings)))).await
}

/// Starts the orchestrator with a given container engine, for tests.
pub async fn start_with(
    connection: &ConnectionSettings,
    identity: &IdentitySettings,
    settings: &OrchestratorSettings,
    engine: Arc<dyn Engine>,
) -> anyhow::Result<RunningOrchestrator> {
    let deployment = Deployment::read(&connection.deployment)
        .context("no deployment file is readable: run `tidemark contracts deploy`, or set TIDEMARK_DEPLOYMENT")?;
    let signer = identity.signer(deployment.chain_id)?;
    let provider = signer.address();
    let store = Arc::new(Store::open(settings.database_url.expose()).await?);
    store.bind(&deployment, provider).await?;
    store.lock(provider).await?;
    let listener = api::bind(settings.listen).await?;
    let address = listener.local_addr()?;
    let gate_listener = Gateway::bind(settings.gateway).await?;
    let gateway_address = gate_listener.local_addr()?;
    let metrics = metrics()?;

    let ethereum: Arc<dyn Ethereum> =
        Arc::new(AlloyEthereum::connect(&connection.rpc_url, deployment.chain_id, deployment.market, Some(signer))?);
    let (stop, shutdown) = watch::channel(false);
    let mut tasks = Vec::new();
    let wakeups = Wakeups::default();
    let statuses = StageStatuses::default();
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let owner = Owner { chain_id: deployment.chain_id, market: deployment.market, provider };

    let gateway = Arc::new(Gateway::new(
        store.clone(),
        provider,
        settings.subnet_pool,
        &settings.gateway_domain,
        gateway::state::GatewayLimits::default(),
        (wakeups.gateway.clone(), wakeups.scale.clone()),
    ));
    tasks.push(tokio::spawn(gateway.clone().serve(gate_listener, shutdown.clone())));
    tasks.push(tokio::spawn(telemetry::upkeep(metrics.clone(), shutdown.clone())));

    // The rules must exist before the first container. `keep` retries, and logs when they cannot be installed.
    firewall::enforce(&settings.subnet_pool).await;
    tasks.push(tokio::spawn(firewall::keep(settings.subnet_pool, shutdown.clone())));
    let stages = stages(StageDependencies {
        store: store.clone(),
        ethereum: ethereum.clone(),
        engine: engine.clone(),
        clock,
        owner,
        deployment: deployment.clone(),
        settings: settings.clone(),
        upstreams: gateway.clone(),
        wakeups: wakeups.clone(),
    });
    tasks.push(tokio::spawn(chain::listen(ethereum.clone(), wakeups.chain.clone(), shutdown.clone())));
    tasks.push(tokio::spawn(container::listen(engine, owner, wakeups.container.clone(), shutdown.clone())));
    tasks.push(tokio::spawn(driver::drive(stages, statuses.clone(), shutdown.clone())));

    let feed = Feed::new(store.clone(), shutdown.clone());
    tasks.push(tokio::spawn(feed.clone().keep(wakeups.feed.clone())));
    let draining = settings.drain;
    let gateway_at = api::GatewayAddress { domain: settings.gateway_domain.clone(), address: gateway_address };
    let page = settings.web.serve.then(|| api::page::Page::new(page(&settings.web, connection, &deployment)));
    let api = Api {
        store,
        deployment,
        provider,
        draining,
        statuses,
        metrics,
        container_wakeup: wakeups.container,
        gateway: gateway_at,
        feed,
        providers: Default::default(),
        account: api::provider_account::AccountSettings {
            margin: settings.margin,
            gas_per_hour: settings.gas_per_hour,
            replace_after: settings.replace_after,
        },
        page,
        clock: Arc::new(SystemClock),
        origins: Origins::new(address.port(), &settings.web_origins),
        session_lifetime: settings.session_for,
        signatures: Arc::new(OnChain(ethereum)),
        container_io: Arc::new(DockerIo::new(docker_host(&settings.docker_host), owner)),
        demand: gateway,
        streams: Default::default(),
        shell_idle: settings.shell_idle,
        shutdown,
    };
    tasks.push(tokio::spawn(async move {
        if let Err(error) = api::serve(api, listener).await {
            tracing::error!(error = format!("{error:#}"), "the API ended");
        }
    }));
    tracing::info!(provider = short(provider), %address, gateway = %gateway_address, "the orchestrator is running");
    Ok(RunningOrchestrator { address, gateway: gateway_address, shutdown: stop, tasks })
}

/// The configuration of the web page.
fn page(web: &WebSettings, connection: &ConnectionSettings, deployment: &Deployment) -> PageConfig {
    let chain_name = web.chain_name.clone().unwrap_or_else(|| match deployment.chain_id {
        DEV_CHAIN => "Local chain".to_owned(),
        id => format!("Chain {id}"),
    });
    PageConfig {
        api: String::new(),
        chain_id: deployment.chain_id,
        chain_name,
        market: deployment.market.to_string(),
        block: deployment.block,
        rpc_url: web.rpc_for_browsers(&connection.rpc_url),
        explorer: web.explorer.clone(),
        wallet_connect_project_id: web.walletconnect.clone(),
    }
}

/// Removes the containers, networks and volumes that a provider of a deployment has on this machine's engine.
pub async fn sweep(deployment: &Deployment, provider: Address) -> anyhow::Result<()> {
    let owner = Owner { chain_id: deployment.chain_id, market: deployment.market, provider };
    let engine = BollardEngine::new(docker::DockerSettings::default());
    let leases = engine::remove_all(&engine, owner).await?;
    if let Some(cgroups) = HostKernel.cgroups(&engine.info().await?) {
        for lease in leases {
            // Removal fails while the engine still empties a group. An empty group that remains uses no resources.
            let _ = cgroups.remove(lease);
        }
    }
    Ok(())
}

/// The wakeup of each stage, of the gateway and of the event feed.
#[derive(Clone, Default)]
struct Wakeups {
    chain: Wakeup,
    clearing: Wakeup,
    container: Wakeup,
    meter: Wakeup,
    proof: Wakeup,
    scale: Wakeup,
    settlement: Wakeup,
    gateway: Wakeup,
    feed: Wakeup,
}

struct StageDependencies {
    store: Arc<Store>,
    ethereum: Arc<dyn Ethereum>,
    engine: Arc<dyn Engine>,
    clock: Arc<dyn Clock>,
    owner: Owner,
    deployment: Deployment,
    settings: OrchestratorSettings,
    upstreams: Arc<dyn Upstreams>,
    wakeups: Wakeups,
}

/// The stages with their wakeups, in the order of the flow.
fn stages(parts: StageDependencies) -> Vec<(Arc<dyn Stage>, Wakeup)> {
    let StageDependencies { store, ethereum, engine, clock, owner, deployment, settings, upstreams, wakeups } = parts;
    let (market, parameters) = (deployment.market, deployment.parameters.clone());
    let kernel: Arc<dyn Kernel> = Arc::new(HostKernel);
    let chain = ChainStage::new(store.clone(), ethereum.clone(), deployment, owner.provider, Default::default())
        .waking(
            vec![wakeups.container.clone()],
            vec![
                wakeups.clearing.clone(),
                wakeups.proof.clone(),
                wakeups.scale.clone(),
                wakeups.settlement.clone(),
                wakeups.feed.clone(),
            ],
        );
    let pricer = settings.pricer.clone().map(|path| PricerProgram { path, patience: settings.pricer_patience });
    let clearing = ClearingStage {
        store: store.clone(),
        ethereum: ethereum.clone(),
        clock: clock.clone(),
        pricer: pricer.map(|program| Arc::new(program) as Arc<dyn Pricer>),
        provider: owner.provider,
        market,
        parameters: parameters.clone(),
        settings: ClearingSettings {
            drain: settings.drain,
            margin: settings.margin,
            hold: settings.bid_hold,
            standby: settings.standby.unwrap_or_default(),
            ..Default::default()
        },
        next: wakeups.settlement.clone(),
        adopted: Default::default(),
    };
    let container = ContainerStage::new(
        store.clone(),
        engine.clone(),
        clock.clone(),
        kernel.clone(),
        owner,
        ContainerSettings {
            drain: settings.drain,
            warm: settings.warm,
            notice_period: parameters.noticePeriod.into(),
            grace: settings.grace.as_secs(),
            ..Default::default()
        },
        (wakeups.container.clone(), wakeups.meter.clone()),
    )
    .behind(upstreams.clone(), wakeups.gateway.clone());
    let meter = MeterStage::new(
        store.clone(),
        engine,
        clock.clone(),
        kernel,
        owner,
        MeterSettings { period: settings.sample_every, ..Default::default() },
        wakeups.scale.clone(),
    );
    let proof = ProofStage {
        store: store.clone(),
        clock: clock.clone(),
        provider: owner.provider,
        market,
        parameters: parameters.clone(),
        next: vec![wakeups.scale.clone(), wakeups.settlement.clone()],
    };
    let scale = ScaleStage {
        store: store.clone(),
        demand: Some(upstreams),
        clock: clock.clone(),
        provider: owner.provider,
        market,
        chain_id: owner.chain_id,
        parameters: parameters.clone(),
        every: settings.scale_every,
        proof: wakeups.proof.clone(),
        next: wakeups.settlement.clone(),
        cache: Default::default(),
    };
    let settlement = SettlementStage {
        store,
        ethereum,
        clock,
        provider: owner.provider,
        market,
        chain_id: owner.chain_id,
        parameters,
        claim_every: settings.claim_every,
        grace: settings.grace,
        confirmations: settings.confirmations,
        replace_after: settings.replace_after,
        gas_per_hour: settings.gas_per_hour,
        cache: Default::default(),
    };
    vec![
        (Arc::new(chain), wakeups.chain),
        (Arc::new(clearing), wakeups.clearing),
        (Arc::new(container), wakeups.container),
        (Arc::new(meter), wakeups.meter),
        (Arc::new(proof), wakeups.proof),
        (Arc::new(scale), wakeups.scale),
        (Arc::new(settlement), wakeups.settlement),
    ]
}

/// The metrics of the process. There is one recorder a process, also when tests run several orchestrators in it.
fn metrics() -> anyhow::Result<PrometheusHandle> {
    static METRICS: std::sync::Mutex<Option<PrometheusHandle>> = std::sync::Mutex::new(None);
    let mut metrics = METRICS.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    match &*metrics {
        Some(handle) => Ok(handle.clone()),
        None => Ok(metrics.insert(telemetry::metrics()?).clone()),
    }
}

//! A provider whose statements are physically impossible, and a stranger who proves it.

use std::{sync::Arc, time::Duration};

use adapters::{
    clock::SystemClock,
    docker::DockerIo,
    ethereum::{AlloyEthereum, OnChain},
};
use alloy::primitives::aliases::U96;
use api::{self, origins::Origins};
use driver::{StageStatuses, Wakeup};
use lease::{
    epoch_tree::{EpochStatement, EpochTree},
    intent::{Intent, IntentKey},
};
use ports::demand::{Demand, DemandSource};
use solidity::Statement;
use tests::{api_client::ApiClient, world::Process};
use tidemark::config::docker_host;
use tokio::sync::watch;

use super::*;

/// A provider that posts whatever statements a test gives it: its database and its API, without the stages.
struct DishonestProvider {
    process: Process,
    _stop: watch::Sender<bool>,
}

/// No gateway.
struct Nothing;

impl DemandSource for Nothing {
    fn demand(&self, _: B256) -> Option<Demand> {
        None
    }
}

impl DishonestProvider {
    async fn start(world: &World) -> Self {
        let provider = world.owner.provider;
        let process = world.process().await.unwrap();
        let store = process.store.clone();
        let (stop, stopped) = watch::channel(false);
        let deployment = &world.devnet.deployment;
        let owner = world.owner;
        let rpc_url = world.devnet.ws_url();
        let ethereum = AlloyEthereum::connect(&rpc_url, deployment.chain_id, deployment.market, None).unwrap();
        let ethereum = Arc::new(ethereum);
        let api = api::state::Api {
            store: store.clone(),
            deployment: world.devnet.deployment.clone(),
            provider,
            draining: false,
            statuses: StageStatuses::default(),
            metrics: metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder().handle(),
            container_wakeup: Wakeup::default(),
            feed: api::feed::broadcast::Feed::new(store.clone(), stopped.clone()),
            providers: Default::default(),
            account: api::provider_account::settings::AccountSettings {
                margin: 0,
                gas_per_hour: 1,
                replace_after: Duration::from_secs(1),
            },
            page: None,
            gateway: api::state::GatewayAddress { domain: "localhost".to_owned(), address: ([127, 0, 0, 1], 0).into() },
            clock: Arc::new(SystemClock),
            origins: Origins::new(world.port, &[]),
            session_lifetime: Duration::from_secs(3600),
            signatures: Arc::new(OnChain(ethereum)),
            container_io: Arc::new(DockerIo::new(docker_host(""), owner)),
            demand: Arc::new(Nothing),
            streams: Default::default(),
            shell_idle: Duration::from_secs(900),
            shutdown: stopped,
        };
        let listener = api::bind(([127, 0, 0, 1], world.port).into()).await.unwrap();
        tokio::spawn(api::serve(api, listener));
        Self { process, _stop: stop }
    }

    /// Posts a root over statements, whatever they say.
    async fn state(&self, world: &World, epoch: u64, stated: &[(B256, Statement)]) {
        let statement = |(lease, usage): &(B256, Statement)| EpochStatement::new(*lease, usage.clone());
        let tree = EpochTree::new(stated.iter().map(statement).collect());
        let root = tree.root();
        let intent = Intent {
            key: IntentKey::Root { epoch },
            to: world.devnet.deployment.market,
            data: Default::default(),
            value: U256::ZERO,
        };
        let time = world.devnet.time().await.unwrap();
        self.process.store.close_epoch(epoch, &tree, time, &intent, time * 1000).await.unwrap();
        let market = world.devnet.market(Actor::Provider).await.unwrap();
        let posted = market.postRoot(U256::from(epoch), root).send().await.unwrap().get_receipt().await.unwrap();
        transactions::sent(posted).unwrap();
        self.follow().await;
    }

    async fn follow(&self) {
        self.process.follow().await.unwrap();
    }
}

/// What the provider's API answers.
async fn get(world: &World, path: &str) -> Value {
    ApiClient::at(world.port).unwrap().get(path).await.unwrap()
}

fn usage(time: u64, seconds: u64, cpu_nanos: u64, utilization: u16) -> Statement {
    Statement {
        time: time as u32,
        replicaSeconds: seconds,
        cpuNanos: U96::from(cpu_nanos),
        memoryByteSeconds: 0,
        networkBytes: U96::from(7),
        utilization,
    }
}

#[tokio::test]
async fn a_provider_that_lies_beyond_physics_is_slashed_by_a_stranger() {
    let world = world().await;
    let provider = DishonestProvider::start(&world).await;
    let mut leases = Vec::new();
    for salt in 0..5 {
        leases.push(take(&world, salt).await.0);
    }
    let [honest, excess, growth, fall, misstated] = leases[..] else { unreachable!() };
    pass(&world, 100).await;
    let time = world.devnet.time().await.unwrap();
    // A tenth of a CPU: 100,000,000 nanoseconds a second.
    let true_word = usage(time, 50, 2_500_000_000, 5000);
    let beyond = usage(time, 50, 5_000_000_001, 10_000);
    let first = [honest, growth, fall, misstated].map(|lease| (lease, true_word.clone()));
    provider.state(&world, 1, &[&first[..], &[(excess, beyond.clone())]].concat()).await;
    let seen = answer(&world, Actor::Stranger, &["watch"]).await;
    assert_eq!((seen[0]["roots"].as_u64(), seen[0]["statements"].as_u64()), (Some(1), Some(5)), "{seen}");
    let frauds = seen[0]["frauds"].as_array().unwrap();
    assert_eq!(frauds.len(), 1, "{seen}");
    assert_eq!(
        (frauds[0]["kind"].as_str(), frauds[0]["lease"].as_str()),
        (Some("excess"), Some(excess.to_string().as_str()))
    );
    assert!(frauds[0]["proven"].is_null(), "it only looked");

    pass(&world, 20).await;
    let later = world.devnet.time().await.unwrap();
    let second = [
        (honest, usage(later, 60, 3_000_000_000, 5000)),
        (excess, beyond),
        // Twenty seconds of one replica, and an epoch of eight, are a hundred.
        (growth, usage(later, 50 + (later - time) + 81, 2_500_000_000, 0)),
        (fall, usage(later, 60, 2_400_000_000, 0)),
        (misstated, usage(later, 60, 3_000_000_000, 9000)),
    ];
    provider.state(&world, 2, &second).await;
    let before = bond(&world).await;
    let seen =
        answer(&world, Actor::Stranger, &["watch", "--provider", &Actor::Provider.address().to_string(), "--prove"])
            .await;
    let frauds = seen[0]["frauds"].as_array().unwrap();
    let mut kinds: Vec<_> = frauds.iter().map(|fraud| fraud["kind"].as_str().unwrap()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["excess", "fall", "growth", "utilization"], "{seen}");
    assert!(frauds.iter().all(|fraud| fraud["refused"].is_null()), "the market sees it alike: {seen}");
    let slashed: U256 = frauds.iter().map(|fraud| number(&fraud["proven"]["slashed"])).sum();
    let share: U256 = frauds.iter().map(|fraud| number(&fraud["proven"]["share"])).sum();
    assert_eq!(bond(&world).await, before - slashed);
    assert_eq!(earned(&world, Actor::Stranger).await, share);
    assert!(share >= slashed / U256::from(10) - U256::from(4) && earned(&world, Actor::Tenant).await > share);
    // The API tells the market's facts as the chain does.
    provider.follow().await;
    let providers = get(&world, "/v1/providers").await;
    assert_eq!(number(&providers[0]["bond"]), bond(&world).await);
    let errors = get(&world, "/v1/errors").await;
    let known = errors.as_array().unwrap().iter().find(|error| error["name"] == "FraudKnown").unwrap();
    assert!(!known["remedy"].as_str().unwrap().is_empty());
    assert_eq!(get(&world, "/v1/market").await["intakeOpen"], true);
    // A known fraud is not proven twice.
    let again = answer(&world, Actor::Stranger, &["watch", "--prove"]).await;
    assert!(again[0]["frauds"].as_array().unwrap().iter().all(|fraud| fraud["proven"].is_null()), "{again}");
}

#[tokio::test]
async fn what_does_not_stand_under_its_root_is_said() {
    let world = world().await;
    let provider = DishonestProvider::start(&world).await;
    let (lease, _) = take(&world, 1).await;
    pass(&world, 20).await;
    let time = world.devnet.time().await.unwrap();
    provider.state(&world, 1, &[(lease, usage(time, 10, 0, 0))]).await;
    // A root of which the API shows nothing.
    pass(&world, 10).await;
    let market = world.devnet.market(Actor::Provider).await.unwrap();
    let hidden =
        market.postRoot(U256::from(2), B256::repeat_byte(9)).send().await.unwrap().get_receipt().await.unwrap();
    transactions::sent(hidden).unwrap();
    let seen = answer(&world, Actor::Stranger, &["watch"]).await;
    assert_eq!(seen[0]["roots"], 1);
    assert!(seen[0]["amiss"][0].as_str().unwrap().contains("epoch 2"), "{seen}");
    assert!(seen[0]["frauds"].as_array().unwrap().is_empty());
}

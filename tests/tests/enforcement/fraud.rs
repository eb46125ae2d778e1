//! A provider that lies beyond physics, and a stranger who proves it.

use std::{sync::Arc, time::Duration};

use adapters::{
    clock::SystemClock,
    docker::DockerIo,
    ethereum::{AlloyEthereum, OnChain},
};
use alloy::primitives::aliases::U96;
use api::{self, origins::Origins};
use driver::{Stage, StageStatuses, Wakeup};
use lease::{
    epoch_tree::{EpochStatement, EpochTree},
    intent::{Intent, IntentKey},
    label::Owner,
};
use ports::demand::{Demand, DemandSource};
use solidity::Statement;
use stages::chain::ChainStage;
use store::Store;
use tests::postgres::Database;
use tidemark::config::docker_host;
use tokio::sync::watch;

use super::*;

/// A provider's memory and API, without the honesty.
struct Liar {
    store: Arc<Store>,
    _database: Database,
    _stop: watch::Sender<bool>,
}

/// No gateway.
struct Nothing;

impl DemandSource for Nothing {
    fn demand(&self, _: B256) -> Option<Demand> {
        None
    }
}

impl Liar {
    async fn at(scene: &Scene) -> Self {
        let database = Database::sqlite().unwrap();
        let store = Arc::new(Store::open(&database.url).await.unwrap());
        let provider = Actor::Provider.address();
        store.bind(&scene.devnet.deployment, provider).await.unwrap();
        let (stop, stopped) = watch::channel(false);
        let deployment = &scene.devnet.deployment;
        let owner = Owner { provider, chain_id: deployment.chain_id, market: deployment.market };
        let rpc_url = scene.devnet.ws_url();
        let ethereum = AlloyEthereum::connect(&rpc_url, deployment.chain_id, deployment.market, None).unwrap();
        let ethereum = Arc::new(ethereum);
        let api = api::Api {
            store: store.clone(),
            deployment: scene.devnet.deployment.clone(),
            provider,
            draining: false,
            statuses: StageStatuses::default(),
            metrics: metrics_exporter_prometheus::PrometheusBuilder::new().build_recorder().handle(),
            container: Wakeup::default(),
            feed: api::feed::Feed::new(store.clone(), stopped.clone()),
            providers: Default::default(),
            books: api::books::Settings { margin: 0, gas_per_hour: 1, replace_after: Duration::from_secs(1) },
            page: None,
            gate: api::Gate { domain: "localhost".to_owned(), address: ([127, 0, 0, 1], 0).into() },
            clock: Arc::new(SystemClock),
            origins: Origins::new(scene.port, &[]),
            session_for: Duration::from_secs(3600),
            signatures: Arc::new(OnChain(ethereum)),
            container_io: Arc::new(DockerIo::new(docker_host(""), owner)),
            demand: Arc::new(Nothing),
            visits: Default::default(),
            shell_idle: Duration::from_secs(900),
            shutdown: stopped,
        };
        let listener = api::bind(([127, 0, 0, 1], scene.port).into()).await.unwrap();
        tokio::spawn(api::serve(api, listener));
        Self { store, _database: database, _stop: stop }
    }

    /// Posts a root over statements, whatever they say.
    async fn state(&self, scene: &Scene, epoch: u64, stated: &[(B256, Statement)]) {
        let statement = |(lease, usage): &(B256, Statement)| EpochStatement::new(*lease, usage.clone());
        let tree = EpochTree::new(stated.iter().map(statement).collect());
        let root = tree.root();
        let intent = Intent {
            key: IntentKey::Root { epoch },
            to: scene.devnet.deployment.market,
            data: Default::default(),
            value: U256::ZERO,
        };
        let time = scene.devnet.time().await.unwrap();
        self.store.close_epoch(epoch, &tree, time, &intent, time * 1000).await.unwrap();
        let market = scene.devnet.market(Actor::Provider).await.unwrap();
        let posted = market.postRoot(U256::from(epoch), root).send().await.unwrap().get_receipt().await.unwrap();
        transactions::sent(posted).unwrap();
        self.follow(scene).await;
    }

    async fn follow(&self, scene: &Scene) {
        let deployment = scene.devnet.deployment.clone();
        let (url, provider) = (scene.devnet.ws_url(), Actor::Provider.address());
        let ethereum = AlloyEthereum::connect(&url, deployment.chain_id, deployment.market, None).unwrap();
        ChainStage::new(self.store.clone(), Arc::new(ethereum), deployment, provider, Default::default())
            .run()
            .await
            .unwrap();
    }
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
    let scene = Scene::new().await;
    let liar = Liar::at(&scene).await;
    let mut leases = Vec::new();
    for salt in 0..5 {
        leases.push(scene.take(salt).await.0);
    }
    let [honest, excess, growth, fall, misstated] = leases[..] else { unreachable!() };
    scene.pass(100).await;
    let time = scene.devnet.time().await.unwrap();
    // A tenth of a CPU: 100,000,000 nanoseconds a second.
    let true_word = usage(time, 50, 2_500_000_000, 5000);
    let beyond = usage(time, 50, 5_000_000_001, 10_000);
    let first = [honest, growth, fall, misstated].map(|lease| (lease, true_word.clone()));
    liar.state(&scene, 1, &[&first[..], &[(excess, beyond.clone())]].concat()).await;
    let seen = scene.answer(Actor::Stranger, &["watch"]).await;
    assert_eq!((seen[0]["roots"].as_u64(), seen[0]["statements"].as_u64()), (Some(1), Some(5)), "{seen}");
    let frauds = seen[0]["frauds"].as_array().unwrap();
    assert_eq!(frauds.len(), 1, "{seen}");
    assert_eq!(
        (frauds[0]["kind"].as_str(), frauds[0]["lease"].as_str()),
        (Some("excess"), Some(excess.to_string().as_str()))
    );
    assert!(frauds[0]["proven"].is_null(), "it only looked");

    scene.pass(20).await;
    let later = scene.devnet.time().await.unwrap();
    let second = [
        (honest, usage(later, 60, 3_000_000_000, 5000)),
        (excess, beyond),
        // Twenty seconds of one replica, and an epoch of eight, are a hundred.
        (growth, usage(later, 50 + (later - time) + 81, 2_500_000_000, 0)),
        (fall, usage(later, 60, 2_400_000_000, 0)),
        (misstated, usage(later, 60, 3_000_000_000, 9000)),
    ];
    liar.state(&scene, 2, &second).await;
    let bond = scene.bond().await;
    let seen = scene
        .answer(Actor::Stranger, &["watch", "--provider", &Actor::Provider.address().to_string(), "--prove"])
        .await;
    let frauds = seen[0]["frauds"].as_array().unwrap();
    let mut kinds: Vec<_> = frauds.iter().map(|fraud| fraud["kind"].as_str().unwrap()).collect();
    kinds.sort_unstable();
    assert_eq!(kinds, ["excess", "fall", "growth", "utilization"], "{seen}");
    assert!(frauds.iter().all(|fraud| fraud["refused"].is_null()), "the market sees it alike: {seen}");
    let slashed: U256 = frauds.iter().map(|fraud| number(&fraud["proven"]["slashed"])).sum();
    let share: U256 = frauds.iter().map(|fraud| number(&fraud["proven"]["share"])).sum();
    assert_eq!(scene.bond().await, bond - slashed);
    assert_eq!(scene.earned(Actor::Stranger).await, share);
    assert!(share >= slashed / U256::from(10) - U256::from(4) && scene.earned(Actor::Tenant).await > share);
    // The API tells the market's facts as the chain does.
    liar.follow(&scene).await;
    let providers = scene.get("/v1/providers").await;
    assert_eq!(number(&providers[0]["bond"]), scene.bond().await);
    let errors = scene.get("/v1/errors").await;
    let known = errors.as_array().unwrap().iter().find(|error| error["name"] == "FraudKnown").unwrap();
    assert!(!known["remedy"].as_str().unwrap().is_empty());
    assert_eq!(scene.get("/v1/market").await["intakeOpen"], true);
    // A known fraud is not proven twice.
    let again = scene.answer(Actor::Stranger, &["watch", "--prove"]).await;
    assert!(again[0]["frauds"].as_array().unwrap().iter().all(|fraud| fraud["proven"].is_null()), "{again}");
}

#[tokio::test]
async fn what_does_not_stand_under_its_root_is_said() {
    let scene = Scene::new().await;
    let liar = Liar::at(&scene).await;
    let (lease, _) = scene.take(1).await;
    scene.pass(20).await;
    let time = scene.devnet.time().await.unwrap();
    liar.state(&scene, 1, &[(lease, usage(time, 10, 0, 0))]).await;
    // A root of which the API shows nothing.
    scene.pass(10).await;
    let market = scene.devnet.market(Actor::Provider).await.unwrap();
    let hidden =
        market.postRoot(U256::from(2), B256::repeat_byte(9)).send().await.unwrap().get_receipt().await.unwrap();
    transactions::sent(hidden).unwrap();
    let seen = scene.answer(Actor::Stranger, &["watch"]).await;
    assert_eq!(seen[0]["roots"], 1);
    assert!(seen[0]["amiss"][0].as_str().unwrap().contains("epoch 2"), "{seen}");
    assert!(seen[0]["frauds"].as_array().unwrap().is_empty());
}

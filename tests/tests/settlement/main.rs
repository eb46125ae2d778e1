//! The proof and the settlement stage on a real Anvil: the outbox, the claims, and the money that they move.
#![allow(clippy::unwrap_used)]

mod claims;
mod disputes_and_outages;
mod money_functions;
mod outbox;

use std::{sync::Arc, time::Duration};

use adapters::{clock::SystemClock, ethereum::AlloyEthereum};
use alloy::{
    primitives::{Address, B256, U256},
    sol_types::SolCall,
};
use anvil::{Actor, Devnet, Mining, Options};
use driver::{Counts, Stage, Wakeup};
use lease::{
    intent::{Intent, IntentKey, IntentKind},
    meter::Meter,
    statement::Counters,
};
use ports::{clock::Clock, ethereum::Ethereum};
use solidity::{Market, Parameters, Terms};
use stages::{chain::ChainStage, proof::ProofStage, settlement::SettlementStage};
use store::{IntentState, Store};
use tests::{postgres::Database, transactions};

const DEPOSIT: u64 = 10_000;

/// A registered provider with an offer of a wei for each replica-second, and its memory.
struct World {
    devnet: Devnet,
    database: Database,
    store: Arc<Store>,
    parameters: Parameters,
    offer: u32,
}

impl World {
    async fn new(mining: Mining, database: Database) -> Self {
        let devnet = Devnet::start(Options { mining, ..Options::default() }).await.unwrap();
        let offer = transactions::register(&devnet, Actor::Provider, "http://127.0.0.1:1").await.unwrap();
        let parameters = devnet.deployment.parameters.clone();
        let store = Self::remember(&devnet, &database).await;
        Self { devnet, database, store, parameters, offer }
    }

    async fn on_demand() -> Self {
        Self::new(Mining::OnDemand, Database::sqlite().unwrap()).await
    }

    /// One on each kind of database.
    async fn each() -> Vec<Self> {
        let mut worlds = Vec::new();
        for database in Database::each().await.unwrap() {
            worlds.push(Self::new(Mining::OnDemand, database).await);
        }
        worlds
    }

    async fn remember(devnet: &Devnet, database: &Database) -> Arc<Store> {
        let store = Arc::new(Store::open(&database.url).await.unwrap());
        store.bind(&devnet.deployment, provider()).await.unwrap();
        store
    }

    /// Loses all memory, as a provider does whose disk broke.
    async fn forget(&mut self) {
        self.database = Database::sqlite().unwrap();
        self.store = Self::remember(&self.devnet, &self.database).await;
    }

    fn ethereum(&self) -> Arc<dyn Ethereum> {
        let deployment = &self.devnet.deployment;
        let signer = Some(Actor::Provider.signer());
        let url = self.devnet.ws_url();
        Arc::new(AlloyEthereum::connect(&url, deployment.chain_id, deployment.market, signer).unwrap())
    }

    /// A settlement stage as a process that just started has it.
    fn settlement(&self) -> SettlementStage {
        self.settlement_over(self.ethereum())
    }

    fn settlement_over(&self, ethereum: Arc<dyn Ethereum>) -> SettlementStage {
        SettlementStage {
            store: self.store.clone(),
            ethereum,
            clock: Arc::new(SystemClock),
            provider: provider(),
            market: self.devnet.deployment.market,
            chain_id: 31337,
            parameters: self.parameters.clone(),
            claim_every: Duration::from_millis(1),
            grace: Duration::from_secs(60),
            confirmations: 1,
            replace_after: Duration::from_secs(3600),
            gas_per_hour: 1_000_000_000,
            cache: Default::default(),
        }
    }

    async fn follow(&self) {
        let deployment = self.devnet.deployment.clone();
        let settings = Default::default();
        ChainStage::new(self.store.clone(), self.ethereum(), deployment, provider(), settings).run().await.unwrap();
    }

    async fn prove(&self) -> Counts {
        self.follow().await;
        let proof = ProofStage {
            store: self.store.clone(),
            clock: Arc::new(SystemClock),
            provider: provider(),
            market: self.devnet.deployment.market,
            parameters: self.parameters.clone(),
            next: vec![Wakeup::default()],
        };
        proof.run().await.unwrap()
    }

    /// Closes an epoch, posts its root, lets it mature and claims what it proves.
    async fn prove_and_claim(&self) {
        self.pass(self.parameters.epochLength).await;
        assert_eq!(counted(&self.prove().await, "epochs"), 1);
        self.settle().await;
        self.follow().await;
        self.pass(self.parameters.challengeWindow).await;
        self.follow().await;
        self.settle().await;
        self.follow().await;
    }

    /// Runs a settlement stage until nothing waits.
    async fn settle(&self) {
        let stage = self.settlement();
        for _ in 0..10 {
            stage.run().await.unwrap();
            self.devnet.mine(1).await.unwrap();
            let mut waiting = self.store.open_intents().await.unwrap().len() as u64;
            waiting += self.store.waiting_intents().await.unwrap();
            waiting += self.store.intents(IntentState::Mined, 100).await.unwrap().len() as u64;
            if waiting == 0 {
                return;
            }
        }
        panic!("the outbox does not empty: {:?}", self.store.newest_intents(10).await.unwrap());
    }

    async fn pass(&self, seconds: u32) {
        self.devnet.warp(Duration::from_secs(seconds.into())).await.unwrap();
    }

    async fn take(&self, salt: u64) -> (B256, Terms) {
        transactions::take(&self.devnet, self.offer, transactions::order(B256::ZERO, 1, salt), DEPOSIT).await.unwrap()
    }

    /// What the meters would have counted by now.
    async fn meter(&self, lease: B256, replica_seconds: u64, last: bool) {
        let counters = Counters { replica_millis: replica_seconds * 1000, ..Counters::default() };
        let meter = Meter { at_ms: replica_seconds * 1000, counters, ..Meter::default() };
        self.store.sample(&[(lease, meter, last)]).await.unwrap();
    }

    async fn earned(&self) -> U256 {
        let market = self.devnet.market(Actor::Stranger).await.unwrap();
        market.earnings(provider(), Address::ZERO).call().await.unwrap()
    }

    async fn bond(&self) -> U256 {
        let market = self.devnet.market(Actor::Stranger).await.unwrap();
        U256::from(market.providerOf(provider()).call().await.unwrap().bond)
    }

    async fn nonce(&self) -> u64 {
        self.ethereum().nonce(provider(), None).await.unwrap()
    }

    /// A transaction whose effect can be counted: it adds one wei to the bond.
    fn one_wei(&self, key: &str) -> Intent {
        Intent {
            key: named(key),
            to: self.devnet.deployment.market,
            data: Market::addBondCall {}.abi_encode().into(),
            value: U256::from(1),
        }
    }

    /// One that the contract refuses.
    fn refused(&self, key: &str) -> Intent {
        let data = Market::withdrawOfferCall { offer: 4_000_000 }.abi_encode().into();
        Intent { data, value: U256::ZERO, ..self.one_wei(key) }
    }

    async fn want(&self, intent: &Intent) {
        assert!(self.store.prepare(intent, SystemClock.now_ms()).await.unwrap());
    }

    async fn state(&self, key: &str) -> IntentState {
        self.store.intent(named(key)).await.unwrap().unwrap().state
    }
}

/// An intent key for a test's own name, of at most 32 bytes. Keys sort as their names do.
fn named(name: &str) -> IntentKey {
    IntentKey::Close { lease: B256::right_padding_from(name.as_bytes()) }
}

fn provider() -> Address {
    Actor::Provider.address()
}

fn counted(counts: &Counts, what: &str) -> u64 {
    counts.get(what).copied().unwrap_or_default()
}

//! The proof stage and the settlement stage on a real Anvil: the outbox, the claims, and the money that they move.
#![allow(clippy::unwrap_used)]

mod claims;
mod disputes_and_outages;
mod money_functions;
mod outbox;

use std::{sync::Arc, time::Duration};

use adapters::clock::SystemClock;
use alloy::{
    primitives::{Address, B256, U256},
    sol_types::SolCall,
};
use anvil::Actor;
use driver::{Counts, Stage};
use lease::{
    intent::{Intent, IntentKey, IntentKind},
    meter::Meter,
    statement::Counters,
};
use ports::{clock::Clock, ethereum::Ethereum};
use solidity::{Market, Parameters, Terms};
use stages::settlement::SettlementStage;
use store::{IntentState, Store};
use tests::{
    database::Database,
    transactions,
    world::{Process, World, counted},
};

const DEPOSIT: u64 = 10_000;

/// A process of a provider whose offer is a wei for each replica-second. The test calls its proof and settlement stages.
struct Settling {
    process: Process,
    world: World,
}

impl Settling {
    async fn on(world: World) -> Self {
        Self { process: world.process().await.unwrap(), world }
    }

    async fn sqlite() -> Self {
        Self::on(World::builder().without_containers().start().await.unwrap()).await
    }

    /// One on each kind of database.
    async fn each_database() -> Vec<Self> {
        let mut all = Vec::new();
        for world in World::each_database().await.unwrap() {
            all.push(Self::on(world).await);
        }
        all
    }

    /// The provider continues with an empty database, as after the loss of its disk.
    async fn lose_database(&mut self) {
        self.world.database = Database::sqlite().unwrap();
        self.process = self.world.process().await.unwrap();
    }

    fn store(&self) -> &Store {
        &self.process.store
    }

    fn parameters(&self) -> &Parameters {
        &self.world.devnet.deployment.parameters
    }

    fn settlement_over(&self, ethereum: Arc<dyn Ethereum>) -> SettlementStage {
        SettlementStage { ethereum, ..self.process.settlement() }
    }

    async fn follow(&self) {
        self.process.follow().await.unwrap();
    }

    async fn prove(&self) -> Counts {
        self.follow().await;
        self.process.proof().run().await.unwrap()
    }

    /// Closes an epoch, posts its root, lets it mature and claims what it proves.
    async fn prove_and_claim(&self) {
        self.pass(self.parameters().epochLength).await;
        assert_eq!(counted(&self.prove().await, "epochs"), 1);
        self.settle().await;
        self.follow().await;
        self.pass(self.parameters().challengeWindow).await;
        self.follow().await;
        self.settle().await;
        self.follow().await;
    }

    /// Runs a settlement stage until nothing waits.
    async fn settle(&self) {
        let stage = self.process.settlement();
        for _ in 0..10 {
            stage.run().await.unwrap();
            self.world.devnet.mine(1).await.unwrap();
            let mut waiting = self.store().open_intents().await.unwrap().len() as u64;
            waiting += self.store().waiting_intents().await.unwrap();
            waiting += self.store().intents(IntentState::Mined, 100).await.unwrap().len() as u64;
            if waiting == 0 {
                return;
            }
        }
        panic!("the outbox does not empty: {:?}", self.store().newest_intents(10).await.unwrap());
    }

    async fn pass(&self, seconds: u32) {
        self.world.pass(seconds).await.unwrap();
    }

    async fn take(&self, salt: u64) -> (B256, Terms) {
        self.world.take_salted(salt, DEPOSIT).await.unwrap()
    }

    /// What the meters would have counted by now.
    async fn meter(&self, lease: B256, replica_seconds: u64, last: bool) {
        let counters = Counters { replica_millis: replica_seconds * 1000, ..Counters::default() };
        let meter = Meter { at_ms: replica_seconds * 1000, counters, ..Meter::default() };
        self.store().sample(&[(lease, meter, last)]).await.unwrap();
    }

    async fn earned(&self) -> U256 {
        self.world.earnings(provider()).await.unwrap()
    }

    async fn bond(&self) -> U256 {
        self.world.bond().await.unwrap()
    }

    async fn nonce(&self) -> u64 {
        self.process.ethereum.nonce(provider(), None).await.unwrap()
    }

    /// A transaction whose effect can be counted: it adds one wei to the bond.
    fn one_wei(&self, key: &str) -> Intent {
        Intent {
            key: named(key),
            to: self.world.devnet.deployment.market,
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
        assert!(self.store().prepare(intent, SystemClock.now_ms()).await.unwrap());
    }

    async fn state(&self, name: &str) -> IntentState {
        self.store().intent(named(name)).await.unwrap().unwrap().state
    }
}

/// An intent key for a test's own name, of at most 32 bytes. Keys sort as their names do.
fn named(name: &str) -> IntentKey {
    IntentKey::Close { lease: B256::right_padding_from(name.as_bytes()) }
}

fn provider() -> Address {
    Actor::Provider.address()
}

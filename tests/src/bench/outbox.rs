//! Transactions from one key through the settlement stage, on a chain with a block of 30 M gas each second.
//!
//! Each intent adds a number of wei to the provider's bond that no other intent adds, so the market's events tell which
//! intents had their effect, and how often. The intents are prepared in an SQLite file when the clock starts; it stops
//! when the block with the last of them has come. In between they are tried out, signed, written down, sent and found
//! again. The peer sends one, waits for its receipt and sends the next, as most programs do.
//!
//! Then the same in processes of `tidemark provider run` that are killed (SIGKILL): one while it sends, one when some of
//! it is in blocks. The last goes on to the end.

use std::{
    collections::BTreeMap,
    process::Stdio,
    sync::Arc,
    time::{Duration, Instant},
};

use adapters::{clock::SystemClock, ethereum::AlloyEthereum};
use alloy::{
    primitives::{Address, B256, U256},
    providers::{DynProvider, Provider, ext::AnvilApi},
    sol_types::SolCall,
};
use anvil::{Actor, Devnet, Mining, Options};
use anyhow::{Context, ensure};
use driver::{self, Stage, StageStatuses, Wakeup};
use lease::intent::{Intent, IntentKey};
use ports::{clock::Clock, ethereum::Ethereum};
use solidity::Market::addBondCall;
use stages::{chain, settlement::SettlementStage};
use store::{IntentState, Store, settlement::prepare};
use tempfile::TempDir;
use tokio::{process::Child, sync::watch};

use super::{Figure, Target, say};
use crate::{program, transactions};

const GAS_LIMIT: u64 = 30_000_000;
const INTENTS: u64 = 10_000;
/// Sent one after the other.
const SEQUENTIAL: u64 = 3;
/// Through processes that are killed.
const KILLED: u64 = 3_000;
/// More than anything here takes.
const PATIENCE: Duration = Duration::from_secs(60);
const LOOK: Duration = Duration::from_millis(20);

pub async fn run() -> anyhow::Result<()> {
    let devnet = Devnet::start(Options { mining: Mining::OnDemand, ..Default::default() }).await?;
    transactions::register(&devnet, Actor::Provider, "http://127.0.0.1:1").await?;
    let chain = devnet.provider(Actor::Stranger).await?;
    // Only now: to deploy and fund at one transaction a second would take longer than to measure.
    chain.anvil_set_block_gas_limit(GAS_LIMIT).await?;
    chain.anvil_set_interval_mining(1).await?;
    let bench = Bench { devnet, chain, folder: tempfile::tempdir()? };

    let peer = bench.sequential().await?;
    say(format!("{INTENTS} transactions from one key"));
    let rate = bench.outbox().await?;
    Figure::new("outbox/tx_per_s", rate, "tx/s", Target::AtLeast(800.0)).beside(peer).print()?;

    say(format!("{KILLED} more, by processes that are killed"));
    let gaps = bench.killed().await?;
    Figure::new("outbox/nonce_gaps_after_kill", gaps as f64, "nonces", Target::AtMost(0.0)).print()
}

struct Bench {
    devnet: Devnet,
    chain: DynProvider,
    folder: TempDir,
}

impl Bench {
    fn provider(&self) -> Address {
        Actor::Provider.address()
    }

    fn database(&self, name: &str) -> String {
        format!("sqlite:{}", self.folder.path().join(name).display())
    }

    async fn nonce(&self) -> anyhow::Result<u64> {
        Ok(self.chain.get_transaction_count(self.provider()).await?)
    }

    /// Until so many transactions of the provider's are in blocks.
    async fn reaches(&self, nonce: u64) -> anyhow::Result<()> {
        let deadline = Instant::now() + PATIENCE;
        loop {
            let now = self.nonce().await?;
            if now >= nonce {
                return Ok(());
            }
            ensure!(Instant::now() < deadline, "after {PATIENCE:?} {} transactions are missing", nonce - now);
            tokio::time::sleep(LOOK).await;
        }
    }

    /// Transactions a second of who waits for each receipt.
    async fn sequential(&self) -> anyhow::Result<f64> {
        let market = self.devnet.market(Actor::Provider).await?;
        // The first only finds the beginning of a second.
        let mut started = Instant::now();
        for i in 0..=SEQUENTIAL {
            transactions::sent(market.addBond().value(U256::from(1)).send().await?.get_receipt().await?)?;
            if i == 0 {
                started = Instant::now();
            }
        }
        Ok(SEQUENTIAL as f64 / started.elapsed().as_secs_f64())
    }

    /// A new store with so many intents in it.
    async fn store(&self, name: &str, intents: u64) -> anyhow::Result<Store> {
        let store = Store::open(&self.database(name)).await?;
        store.bind(&self.devnet.deployment, self.provider()).await?;
        let mut tx = store.begin().await?;
        for number in 1..=intents {
            let intent = Intent {
                // The outbox does not depend on what an intent is for; this key sorts by its number.
                key: IntentKey::Close { lease: B256::from(U256::from(number)) },
                to: self.devnet.deployment.market,
                data: addBondCall {}.abi_encode().into(),
                value: U256::from(number),
            };
            prepare(&mut tx, &intent, SystemClock.now_ms()).await?;
        }
        tx.commit().await?;
        Ok(store)
    }

    /// Intents that had no effect, and effects that are too many, of intents numbered from 1, since a block.
    async fn amiss(&self, intents: u64, since: u64) -> anyhow::Result<u64> {
        let market = self.devnet.market(Actor::Stranger).await?;
        let mut effects: BTreeMap<U256, u64> = (1..=intents).map(|number| (U256::from(number), 0)).collect();
        for (event, _) in market.BondAdded_filter().from_block(since).query().await? {
            *effects.entry(event.amount).or_default() += 1;
        }
        Ok(effects.into_values().map(|times| times.abs_diff(1)).sum())
    }

    async fn outbox(&self) -> anyhow::Result<f64> {
        let store = Arc::new(self.store("outbox.db", INTENTS).await?);
        let deployment = &self.devnet.deployment;
        let signer = Some(Actor::Provider.signer());
        let ethereum = AlloyEthereum::connect(&self.devnet.ws_url(), deployment.chain_id, deployment.market, signer)?;
        let ethereum: Arc<dyn Ethereum> = Arc::new(ethereum);
        let settlement = SettlementStage {
            store: store.clone(),
            ethereum: ethereum.clone(),
            clock: Arc::new(SystemClock),
            provider: self.provider(),
            chain_id: deployment.chain_id,
            market: deployment.market,
            parameters: solidity::deploy::local_parameters(),
            claim_every: Duration::from_secs(60),
            grace: Duration::from_secs(3600),
            confirmations: 6,
            replace_after: Duration::from_secs(30),
            gas_per_hour: u64::MAX,
            cache: Default::default(),
        };
        let (stop, shutdown) = watch::channel(false);
        let wakeup = Wakeup::default();
        let stages: Vec<(Arc<dyn Stage>, Wakeup)> = vec![(Arc::new(settlement), wakeup.clone())];
        let (nonce, since) = (self.nonce().await?, self.chain.get_block_number().await? + 1);
        let started = Instant::now();
        let statuses = StageStatuses::default();
        let waking = tokio::spawn(chain::listen(ethereum, wakeup, shutdown.clone()));
        let driving = tokio::spawn(driver::drive(stages, statuses.clone(), shutdown));
        let reached = self.reaches(nonce + INTENTS).await;
        let took = started.elapsed();
        stop.send(true)?;
        driving.await?;
        waking.await?;
        reached.with_context(|| format!("the stage's last run: {:?}", statuses.read()))?;
        let amiss = self.amiss(INTENTS, since).await?;
        ensure!(amiss == 0, "{amiss} of {INTENTS} intents did not have their effect exactly once");
        Ok(INTENTS as f64 / took.as_secs_f64())
    }

    /// How many nonces were lost, or used twice or for nothing.
    async fn killed(&self) -> anyhow::Result<u64> {
        drop(self.store("killed.db", KILLED).await?);
        self.devnet.deployment.write(&self.folder.path().join("deployment.json"))?;
        let (nonce, since) = (self.nonce().await?, self.chain.get_block_number().await? + 1);

        let mut sending = self.process()?;
        let deadline = Instant::now() + PATIENCE;
        while self.chain.get_transaction_count(self.provider()).pending().await? <= nonce {
            ensure!(Instant::now() < deadline, "the process sends nothing");
            tokio::time::sleep(LOOK).await;
        }
        sending.kill().await?;
        let mut killed = self.process()?;
        self.reaches(nonce + KILLED / 3).await?;
        killed.kill().await?;
        say(format!("killed with {} of them in blocks", self.nonce().await? - nonce));
        let mut last = self.process()?;
        self.reaches(nonce + KILLED).await?;
        // Time to find the last ones in their blocks.
        tokio::time::sleep(Duration::from_secs(3)).await;
        last.kill().await?;

        let store = Store::open(&self.database("killed.db")).await?;
        for state in [IntentState::Prepared, IntentState::Sent, IntentState::Failed] {
            let left = store.intents(state, KILLED as usize).await?.len();
            ensure!(left == 0, "{left} intents are still {}", state.text());
        }
        let unneeded = self.nonce().await? - nonce - KILLED;
        Ok(unneeded + self.amiss(KILLED, since).await?)
    }

    /// The orchestrator that people run.
    fn process(&self) -> anyhow::Result<Child> {
        let child = program::tidemark()
            .args(["provider", "run", "--listen", "127.0.0.1:0", "--gas-per-hour", "1000000000000"])
            .args(["--log", "error", "--rpc-url", &self.devnet.ws_url(), "--database-url", &self.database("killed.db")])
            .arg("--deployment")
            .arg(self.folder.path().join("deployment.json"))
            .env("TIDEMARK_DEV_KEY", format!("0x{:x}", Actor::Provider.signer().to_bytes()))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()?;
        Ok(child)
    }
}

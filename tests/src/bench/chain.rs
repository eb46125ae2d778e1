//! How fast the chain stage follows: 100,000 events of a local chain into PostgreSQL, and one new block at a time.

use std::{
    collections::BTreeMap,
    sync::Arc,
    time::{Duration, Instant},
};

use adapters::ethereum::AlloyEthereum;
use alloy::{
    primitives::{Address, Bytes, U256},
    providers::{DynProvider, Provider, ProviderBuilder},
    rpc::types::Filter,
    sol_types::SolCall,
};
use anvil::{Actor, Devnet, Mining, Options};
use anyhow::{Context, ensure};
use driver::{self, Stage, StageStatuses, Wakeup};
use futures::{StreamExt, TryStreamExt, stream};
use ports::ethereum::Ethereum;
use solidity::{Market::topUpCall, Repeater};
use sqlx::{
    Connection, Executor, PgConnection, Row,
    postgres::{PgListener, PgPoolCopyExt},
};
use stages::chain::{self, ChainStage};
use store::Store;
use tokio::sync::watch;

use super::{Figure, Target, percentile, say};
use crate::{
    postgres::Postgres,
    transactions::{order, register, take},
};

const EVENTS: u64 = 100_000;
/// One call a lease and block.
const LEASES: u64 = 100;
const HEADS: usize = 200;
/// Between two new blocks.
const PAUSE: Duration = Duration::from_millis(50);

pub async fn run() -> anyhow::Result<()> {
    say(format!("making a chain with {EVENTS} events"));
    let devnet = Devnet::start(Options { mining: Mining::OnDemand, ..Default::default() }).await?;
    let calls = leases(&devnet).await?;
    fill(&devnet, &calls).await?;
    let database = tokio::task::spawn_blocking(Postgres::start).await??;

    say("following it from the beginning");
    let peer = bare(&devnet, &database).await?;
    let (chain, ours) = backfill(&devnet, &database).await?;
    Figure::new("chain/backfill_per_s", ours, "events/s", Target::AtLeast(60_000.0)).beside(peer).print()?;

    say(format!("following {HEADS} new blocks"));
    let mut latencies = heads(&devnet, &database, chain, &calls[0]).await?;
    Figure::new("chain/head_p50_ms", percentile(&mut latencies, 0.5), "ms", Target::None).print()?;
    Figure::new("chain/head_p95_ms", percentile(&mut latencies, 0.95), "ms", Target::AtMost(25.0)).print()
}

/// Opens the leases, and returns for each the call that tops it up by a wei.
async fn leases(devnet: &Devnet) -> anyhow::Result<Vec<Bytes>> {
    let offer = register(devnet, Actor::Provider, "http://127.0.0.1:1").await?;
    let mut calls = Vec::new();
    for salt in 0..LEASES {
        let mut order = order(Default::default(), 1, salt);
        order.policy.maxReplicas = 1;
        let (lease, _) = take(devnet, offer, order, 1_000_000).await?;
        let call = topUpCall { lease, currency: Address::ZERO, amount: U256::from(1) };
        calls.push(call.abi_encode().into());
    }
    Ok(calls)
}

/// A block for every `LEASES` events.
async fn fill(devnet: &Devnet, calls: &[Bytes]) -> anyhow::Result<()> {
    let repeater = Repeater::deploy(devnet.provider(Actor::Tenant).await?).await?;
    for _ in 0..EVENTS / LEASES {
        let call = repeater.repeat(devnet.deployment.market, calls.to_vec(), U256::from(1), U256::from(1));
        let sent = call.value(U256::from(LEASES)).gas(8_000_000).send().await?;
        ensure!(sent.get_receipt().await?.status(), "the events could not be made");
    }
    Ok(())
}

/// Reads the whole chain into an empty database with the chain stage.
async fn backfill(devnet: &Devnet, database: &Postgres) -> anyhow::Result<(Arc<ChainStage>, f64)> {
    let store = Store::open(&database.url("postgres")).await?;
    let provider = Actor::Provider.address();
    store.bind(&devnet.deployment, provider).await?;
    let deployment = &devnet.deployment;
    let ethereum = AlloyEthereum::connect(&devnet.ws_url(), deployment.chain_id, deployment.market, None)?;
    let ethereum: Arc<dyn Ethereum> = Arc::new(ethereum);
    let tip = ethereum.head().await?;
    let stage = ChainStage::new(Arc::new(store.clone()), ethereum, deployment.clone(), provider, Default::default());
    let stage = Arc::new(stage);
    let started = Instant::now();
    while store.head().await?.is_none_or(|head| head.number < tip.number) {
        stage.run().await?;
    }
    let took = started.elapsed();

    let mut connection = PgConnection::connect(&database.url("postgres")).await?;
    let count = sqlx::query("SELECT count(*) FROM events WHERE name = 'ToppedUp'").fetch_one(&mut connection).await?;
    let count: i64 = count.try_get(0)?;
    ensure!(count == EVENTS as i64, "{count} rows stand for {EVENTS} events");
    let all: i64 = sqlx::query("SELECT count(*) FROM events").fetch_one(&mut connection).await?.try_get(0)?;
    Ok((stage, all as f64 / took.as_secs_f64()))
}

/// The least work possible: logs in ranges of a hundred blocks, three at a time, and COPY. No decoding, no fold,
/// no cursor, no safety from reorgs.
async fn bare(devnet: &Devnet, database: &Postgres) -> anyhow::Result<f64> {
    let provider: DynProvider = ProviderBuilder::new().connect(&devnet.ws_url()).await?.erased();
    let tip = provider.get_block_number().await?;
    let pool = sqlx::PgPool::connect(&database.url("postgres")).await?;
    pool.execute("CREATE TABLE bare (block BIGINT, log_index BIGINT, tx TEXT, log BYTEA)").await?;
    let started = Instant::now();
    let mut copy = pool.copy_in_raw("COPY bare FROM STDIN").await?;
    let ranges = stream::iter((devnet.deployment.block..=tip).step_by(100)).map(|from| {
        let filter = Filter::new().address(devnet.deployment.market).from_block(from).to_block((from + 99).min(tip));
        let provider = provider.clone();
        async move { tokio::spawn(async move { provider.get_logs(&filter).await }).await?.map_err(anyhow::Error::from) }
    });
    let mut ranges = ranges.buffered(3);
    let mut count = 0;
    while let Some(logs) = ranges.try_next().await? {
        let mut rows = String::with_capacity(logs.len() * 400);
        for log in &logs {
            let (block, index) = (log.block_number.context("no block")?, log.log_index.context("no index")?);
            let tx = log.transaction_hash.context("no transaction")?;
            let bytes: Vec<u8> = log.topics().iter().flatten().chain(log.data().data.iter()).copied().collect();
            rows += &format!("{block}\t{index}\t{tx:#x}\t\\\\x{}\n", alloy::hex::encode(bytes));
        }
        copy.send(rows.as_bytes()).await?;
        count += logs.len() as u64;
    }
    let rows = copy.finish().await?;
    let took = started.elapsed();
    ensure!(rows == count && count >= EVENTS, "{rows} rows stand for {count} logs");
    Ok(rows as f64 / took.as_secs_f64())
}

/// Milliseconds from a block's arrival over WebSocket to the commit that moves the cursor to it.
async fn heads(devnet: &Devnet, database: &Postgres, chain: Arc<ChainStage>, call: &Bytes) -> anyhow::Result<Vec<f64>> {
    let mut connection = PgConnection::connect(&database.url("postgres")).await?;
    // The database notifies when the cursor has moved: at the commit, without polling.
    let trigger = "CREATE FUNCTION tell() RETURNS trigger LANGUAGE plpgsql AS \
                   $$ BEGIN PERFORM pg_notify('cursor', NEW.number::text); RETURN NULL; END $$; \
                   CREATE TRIGGER told AFTER UPDATE ON head FOR EACH ROW EXECUTE FUNCTION tell()";
    connection.execute(trigger).await?;
    let mut cursor = PgListener::connect(&database.url("postgres")).await?;
    cursor.listen("cursor").await?;

    let (stop, shutdown) = watch::channel(false);
    let wakeup = Wakeup::default();
    let deployment = &devnet.deployment;
    let ethereum = AlloyEthereum::connect(&devnet.ws_url(), deployment.chain_id, deployment.market, None)?;
    let listening = tokio::spawn(chain::listen(Arc::new(ethereum), wakeup.clone(), shutdown.clone()));
    let driving = tokio::spawn(driver::drive(vec![(chain, wakeup)], StageStatuses::default(), shutdown));

    // Each in a task of its own, so that a moment is noted when it happens and not at the next poll.
    let tenant = devnet.provider(Actor::Tenant).await?;
    let last = tenant.get_block_number().await? + HEADS as u64;
    let mut blocks = tenant.subscribe_blocks().await?.into_stream();
    let arriving = tokio::spawn(async move {
        let mut arrived = Vec::new();
        while arrived.len() < HEADS {
            let block = blocks.next().await.context("the chain sends no heads")?;
            arrived.push((block.number, Instant::now()));
        }
        anyhow::Ok(arrived)
    });
    let committing = tokio::spawn(async move {
        let mut committed = BTreeMap::new();
        while !committed.contains_key(&last) {
            let number: u64 = cursor.recv().await?.payload().parse()?;
            committed.insert(number, Instant::now());
        }
        anyhow::Ok(committed)
    });
    for _ in 0..HEADS {
        let request = alloy::rpc::types::TransactionRequest::default()
            .to(devnet.deployment.market)
            .input(call.clone().into())
            .value(U256::from(1))
            .gas_limit(200_000);
        // The receipt is not awaited: what is measured is when the block arrives.
        drop(tenant.send_transaction(request).await?);
        tokio::time::sleep(PAUSE).await;
    }
    let both = async { anyhow::Ok((arriving.await??, committing.await??)) };
    let both = tokio::time::timeout(Duration::from_secs(30), both).await;
    let (arrived, committed) = both.context("not every block reached the database")??;
    let latency = |(number, at): &(u64, Instant)| {
        // Blocks that came close together may be written together.
        let (_, committed) = committed.range(number..).next().with_context(|| format!("block {number} was skipped"))?;
        anyhow::Ok(committed.saturating_duration_since(*at).as_secs_f64() * 1000.0)
    };
    let latencies = arrived.iter().map(latency).collect::<anyhow::Result<Vec<_>>>()?;
    stop.send(true)?;
    driving.await?;
    listening.await?;
    Ok(latencies)
}

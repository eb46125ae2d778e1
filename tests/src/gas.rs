//! What each transaction costs the wallet that sends it: the gas of its receipt, on Anvil under Prague's rules.
//!
//! [`first`] measures the first use of each verb on a new market. [`steady`] is the market after a while, when the
//! slots that history fills are filled: the vault holds tokens of other leases, the provider has earnings, its ring of
//! roots has gone round once, its capacity is partly held. A lease's own two slots are new at each opening, of course.
//!
//! The chain's time begins at a fixed second and each block is one second later, so that two measurements differ only
//! when the contracts do.

mod consent;
mod market;

use std::{collections::BTreeMap, path::PathBuf};

use alloy::primitives::{Address, B256, U256, keccak256};
use anvil::Actor;
use anyhow::{Context, ensure};
use solidity::{Statement, tree::Tree};

use self::market::{Lease, Market, Seller};

/// The leaves of a tree of depth 10.
const LEAVES: usize = 1024;
const BATCH: usize = 100;
/// How many leases' statements a root may cover; it must not matter.
const ROOT_SIZES: [usize; 4] = [1, 100, 1_000, 10_000];
const TOP_UP: u64 = 1_250_000;

/// Gas by the row's name.
pub type Rows = BTreeMap<String, u64>;

/// The cost of each verb on a market that has been running for a while.
pub async fn steady() -> anyhow::Result<Rows> {
    let mut market = Market::start().await?;
    let mut seller = market.seller(Actor::Provider).await?;
    let mut rows = Rows::new();

    // History: leases of both currencies, and a ring of roots that has gone round.
    for _ in 0..3 {
        market.take(seller.erc20).await?;
        market.take(seller.eth).await?;
    }
    for root in others(market.ring() + 1) {
        market.post_root(&mut seller, root).await?;
    }
    let settled = market.take(seller.erc20).await?;
    market.pass(600).await?;
    settle(&mut market, &mut seller, &settled).await?;

    let lease = market.take(seller.erc20).await?;
    let eth = market.take(seller.eth).await?;
    rows.insert("gas/take_erc20".into(), lease.gas);
    rows.insert("gas/take_eth".into(), eth.gas);
    market.pass(60).await?;
    rows.insert("gas/topup_erc20".into(), market.top_up(&lease, TOP_UP).await?);
    rows.insert("gas/topup_eth".into(), market.top_up(&eth, TOP_UP).await?);
    // Twice: the second step finds an integral that is not zero.
    market.scale(&lease, 3).await?;
    market.pass(60).await?;
    rows.insert("gas/scale".into(), market.scale(&lease, 2).await?);
    market.pass(600).await?;
    rows.insert("gas/scale_by_proof".into(), scale_by_proof(&mut market, &mut seller, &lease, 3).await?);
    for size in ROOT_SIZES {
        let mut leaves = others(size - 1);
        leaves.push(solidity::leaf(lease.id, &market.statement(&lease).await?));
        let root = Tree::new(leaves).context("no leaves")?.root();
        let gas = market.post_root(&mut seller, root).await?;
        rows.insert(format!("gas/post_root/{size}"), gas);
        if size == 1_000 {
            rows.insert("gas/post_root".into(), gas);
        }
    }
    // Twice: the second settlement finds a lease that has been paid before, as all but one of a lease's do.
    settle(&mut market, &mut seller, &lease).await?;
    market.pass(600).await?;
    rows.insert("gas/settle".into(), settle(&mut market, &mut seller, &lease).await?);
    rows.insert("gas/close".into(), market.close(&lease).await?);

    let earned = market.earnings(&seller).await?;
    // A part stays, so that no refund for a cleared slot flatters the figure and no later settlement pays for it.
    let part = earned / U256::from(2);
    rows.insert("gas/withdraw_earnings".into(), market.withdraw(&seller, seller.address(), part).await?);
    let all = market.withdraw(&seller, seller.address(), U256::MAX).await?;
    rows.insert("gas/withdraw_earnings/all".into(), all);
    market.pass(10).await?;
    settle(&mut market, &mut seller, &settled).await?;

    rows.insert("gas/lease_life".into(), life(&mut market, &mut seller).await?);
    let (scattered, together) = batches(&mut market, &mut seller).await?;
    rows.insert("gas/settle_batch_100".into(), scattered);
    rows.insert("gas/settle_batch_100/alone".into(), together);
    // Last: from here on the tenant is bound.
    rows.insert("gas/consent_2of3".into(), consent::two_of_three(&mut market, &seller).await?);
    Ok(rows)
}

/// The cost of each verb at its first use.
pub async fn first() -> anyhow::Result<Rows> {
    let mut market = Market::start().await?;
    let mut seller = market.seller(Actor::Provider).await?;
    let mut rows = Rows::new();
    let lease = market.take(seller.erc20).await?;
    let eth = market.take(seller.eth).await?;
    rows.insert("gas/take_erc20/first".into(), lease.gas);
    rows.insert("gas/take_eth/first".into(), eth.gas);
    rows.insert("gas/topup_erc20/first".into(), market.top_up(&lease, TOP_UP).await?);
    rows.insert("gas/topup_eth/first".into(), market.top_up(&eth, TOP_UP).await?);
    rows.insert("gas/scale/first".into(), market.scale(&lease, 3).await?);
    market.pass(600).await?;
    rows.insert("gas/post_root/first".into(), market.post_root(&mut seller, keccak256("a root")).await?);
    let settled = settle(&mut market, &mut seller, &lease).await?;
    rows.insert("gas/settle/first".into(), settled);
    // To an account that has never held the token.
    let nobody = Address::repeat_byte(0xa7);
    rows.insert("gas/withdraw_earnings/first".into(), market.withdraw(&seller, nobody, U256::MAX).await?);
    let closed = market.close(&lease).await?;
    rows.insert("gas/close/first".into(), closed);
    rows.insert("gas/lease_life/first".into(), lease.gas + settled + closed);

    // A provider without earnings, so that the batch credits it for the first time.
    let mut newcomer = market.seller(Actor::Stranger).await?;
    let (scattered, _) = batches(&mut market, &mut newcomer).await?;
    rows.insert("gas/settle_batch_100/first".into(), scattered);
    Ok(rows)
}

/// Opens a lease, settles it once and closes it.
async fn life(market: &mut Market, seller: &mut Seller) -> anyhow::Result<u64> {
    let lease = market.take(seller.erc20).await?;
    market.pass(3_000).await?;
    let settled = settle(market, seller, &lease).await?;
    let closed = market.close(&lease).await?;
    Ok(lease.gas + settled + closed)
}

/// The provider's step by a statement of full use, with a path of ten hashes.
async fn scale_by_proof(market: &mut Market, seller: &mut Seller, lease: &Lease, replicas: u16) -> anyhow::Result<u64> {
    let statement = Statement { utilization: 10_000, ..market.statement(lease).await? };
    let (tree, path) = tree_of_ten(lease, &statement)?;
    market.post_root(seller, tree.root()).await?;
    market.scale_by_proof(seller, lease, replicas, &statement, path).await
}

/// A tree of depth ten with a lease's statement in it, and the statement's path.
fn tree_of_ten(lease: &Lease, statement: &Statement) -> anyhow::Result<(Tree, Vec<B256>)> {
    let leaf = solidity::leaf(lease.id, statement);
    let mut leaves = others(LEAVES - 1);
    leaves.push(leaf);
    let tree = Tree::new(leaves).context("no leaves")?;
    let path = tree.path(leaf).context("the leaf is in its tree")?;
    ensure!(path.len() == 10, "1,024 leaves gave a path of {}", path.len());
    Ok((tree, path))
}

/// Settles a lease's newest statement with a path of ten hashes.
async fn settle(market: &mut Market, seller: &mut Seller, lease: &Lease) -> anyhow::Result<u64> {
    let statement = market.statement(lease).await?;
    let (tree, path) = tree_of_ten(lease, &statement)?;
    market.post_root(seller, tree.root()).await?;
    market.mature().await?;
    let before = market.earnings(seller).await?;
    let gas = market.settle(seller, lease, &statement, path).await?;
    ensure!(market.earnings(seller).await? > before, "settling paid nothing, so its cost says nothing");
    Ok(gas)
}

/// Settles a hundred leases in one transaction, twice; gas per lease. At first they are anywhere among 1,024, which is
/// the dearest: hardly two share a part of their paths. Then they are all that the root covers.
async fn batches(market: &mut Market, seller: &mut Seller) -> anyhow::Result<(u64, u64)> {
    let mut leases = Vec::new();
    for _ in 0..BATCH {
        leases.push(market.take(seller.erc20).await?);
    }
    market.pass(300).await?;
    let scattered = batch(market, seller, &leases, others(LEAVES - BATCH)).await?;
    market.pass(300).await?;
    let alone = batch(market, seller, &leases, vec![]).await?;
    Ok((scattered, alone))
}

async fn batch(
    market: &mut Market,
    seller: &mut Seller,
    leases: &[Lease],
    mut leaves: Vec<B256>,
) -> anyhow::Result<u64> {
    let mut statements: BTreeMap<B256, (&Lease, Statement)> = BTreeMap::new();
    for lease in leases {
        let statement = market.statement(lease).await?;
        statements.insert(solidity::leaf(lease.id, &statement), (lease, statement));
    }
    leaves.extend(statements.keys());
    let tree = Tree::new(leaves).context("no leaves")?;
    let chosen: Vec<B256> = statements.keys().copied().collect();
    let proof = tree.multiproof(&chosen).context("the leaves are in their tree")?;
    let ordered = proof.leaves.iter().filter_map(|leaf| statements.get(leaf).cloned()).collect::<Vec<_>>();
    market.post_root(seller, tree.root()).await?;
    market.mature().await?;
    let (gas, settled) = market.settle_batch(seller, &ordered, proof).await?;
    ensure!(settled == leases.len(), "{settled} of {} leases were settled", leases.len());
    Ok(gas / leases.len() as u64)
}

/// Leaves of leases that are not of this measurement: only their number matters.
fn others(count: usize) -> Vec<B256> {
    (0..count).map(|i| keccak256(i.to_be_bytes())).collect()
}

/// The committed measurement to which `tests/tests/gas.rs` holds the contracts.
pub fn snapshot_path() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("gas.snapshot")
}

/// One row a line: its name and its gas.
pub fn write_snapshot(rows: &Rows) -> String {
    rows.iter().map(|(name, gas)| format!("{name} {gas}\n")).collect()
}

pub fn read_snapshot(text: &str) -> anyhow::Result<Rows> {
    let row = |line: &str| {
        let (name, gas) = line.split_once(' ')?;
        Some((name.to_owned(), gas.parse().ok()?))
    };
    text.lines().map(|line| row(line).with_context(|| format!("{line:?} is not a row of the gas snapshot"))).collect()
}

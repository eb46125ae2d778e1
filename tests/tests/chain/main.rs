//! The chain stage on a real Anvil, with the rows in SQLite and in PostgreSQL.
#![allow(clippy::unwrap_used)]

mod node_faults;
mod reading;
mod reorgs;

use alloy::primitives::{Address, B256};
use anvil::Actor;
use stages::chain::{ChainSettings, ChainStage};
use store::LeaseFilter;
use tests::world::{Process, World};

const DEPOSIT: u64 = 1_000_000_000;

/// A world on each kind of database, with a process whose chain stage the test calls.
async fn each_database() -> Vec<(World, Process)> {
    let mut all = Vec::new();
    for world in World::each_database().await.unwrap() {
        let process = world.process().await.unwrap();
        all.push((world, process));
    }
    all
}

/// The same on SQLite.
async fn sqlite() -> (World, Process) {
    let world = World::builder().without_containers().start().await.unwrap();
    let process = world.process().await.unwrap();
    (world, process)
}

async fn take(world: &World, salt: u64) -> B256 {
    world.take_salted(salt, DEPOSIT).await.unwrap().0
}

/// The leases in the database, oldest first.
async fn ids(process: &Process) -> Vec<B256> {
    process.store.leases(LeaseFilter::default()).await.unwrap().into_iter().map(|row| row.lease.id).collect()
}

fn provider() -> Address {
    Actor::Provider.address()
}

/// A chain stage as a process that has just started has it.
fn stage(world: &World, process: &Process) -> ChainStage {
    process.chain_over(&world.devnet.ws_url(), ChainSettings::default()).unwrap()
}

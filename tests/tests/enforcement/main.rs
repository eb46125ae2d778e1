//! What the market enforces: spending policies and their approvals, fraud proofs, outages and disputes. On a real chain, by
//! the commands that people type.
#![allow(clippy::unwrap_used)]

mod approvals;
mod disputes;
mod fraud;
mod outages;

use alloy::primitives::{B256, U256};
use anvil::{Actor, ApproverNumber, ArbiterNumber, Mining};
use serde_json::Value;
use solidity::Terms;
use tests::{
    transactions::{self, DEPLOY},
    wait::until,
    world::{DEPOSIT, World, number},
};

const APPROVERS: [Actor; 3] = [
    Actor::Approver(ApproverNumber::One),
    Actor::Approver(ApproverNumber::Two),
    Actor::Approver(ApproverNumber::Three),
];

const ARBITERS: Actor = Actor::Arbiter(ArbiterNumber::One);

/// The settings of a provider that settles often.
const CLAIM_OFTEN: &[(&str, &str)] = &[("TIDEMARK_CLAIM_EVERY", "2s")];

/// A world in which blocks come each second besides, so that notice periods and windows pass.
async fn world() -> World {
    World::builder().mining(Mining::Mixed).start().await.unwrap()
}

/// What an actor's command answers; it must succeed.
async fn answer(world: &World, actor: Actor, words: &[&str]) -> Value {
    world.cli(actor, words).await.unwrap()
}

/// The error of an actor's command; it must fail.
async fn refused(world: &World, actor: Actor, words: &[&str]) -> Value {
    world.cli_refused(actor, words).await.unwrap()
}

async fn take(world: &World, salt: u64) -> (B256, Terms) {
    world.take_salted(salt, DEPOSIT).await.unwrap()
}

async fn pass(world: &World, seconds: u64) {
    world.pass(seconds).await.unwrap();
}

async fn bond(world: &World) -> U256 {
    world.bond().await.unwrap()
}

async fn earned(world: &World, actor: Actor) -> U256 {
    world.earnings(actor.address()).await.unwrap()
}

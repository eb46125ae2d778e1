//! The program's commands as people type them: those that the documentation shows, `tidemark provider run` under faults,
//! invalid input, and `tidemark up`.
#![allow(clippy::unwrap_used)]

mod documented;
mod invalid_input;
mod provider_run;
mod up;

use anvil::{Actor, Mining};
use serde_json::Value;
use tests::world::{CommandOutput, World};
use tokio::process::Command;

/// A chain without a provider, on which time passes.
async fn world() -> World {
    World::builder().mining(Mining::Mixed).without_provider().start().await.unwrap()
}

/// What a command answers with `--json`; it must succeed.
async fn answer(command: &mut Command, words: &[&str]) -> Value {
    let output = CommandOutput::of(command.args(words).arg("--json")).await.unwrap().succeeded().unwrap();
    let answer = output.json();
    assert!(!answer.is_null(), "{words:?}: {}", output.stdout);
    answer
}

/// What the tenant's command answers with `--json`; it must succeed.
async fn tenant(world: &World, words: &[&str]) -> Value {
    answer(&mut world.command_of(Actor::Tenant), words).await
}

/// What a command prints for people; it must succeed.
async fn text(command: &mut Command, words: &[&str]) -> String {
    CommandOutput::of(command.args(words)).await.unwrap().succeeded().unwrap().stdout
}

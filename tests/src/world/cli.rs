//! The built program, run in a world: on its chain, with files in its folder.

use std::{path::PathBuf, process::ExitStatus};

use alloy::primitives::U256;
use anvil::Actor;
use anyhow::{Context, ensure};
use serde_json::Value;
use tokio::process::Command;

use super::World;
use crate::program;

/// What a command printed, and how it ended.
#[derive(Debug)]
pub struct CommandOutput {
    pub status: ExitStatus,
    pub stdout: String,
    pub stderr: String,
}

impl CommandOutput {
    /// Runs a command to its end.
    pub async fn of(command: &mut Command) -> anyhow::Result<Self> {
        let output = command.output().await?;
        let (stdout, stderr) = (String::from_utf8(output.stdout)?, String::from_utf8(output.stderr)?);
        Ok(Self { status: output.status, stdout, stderr })
    }

    /// The last line of standard output as JSON; null when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_str(self.stdout.trim())
            .or_else(|_| serde_json::from_str(self.stdout.lines().last().unwrap_or_default()))
            .unwrap_or_default()
    }

    /// An error unless the command succeeded.
    pub fn succeeded(self) -> anyhow::Result<Self> {
        ensure!(self.status.success(), "the command failed: {}{}", self.stdout, self.stderr);
        Ok(self)
    }

    /// The error that the command printed as JSON; an error when it succeeded.
    pub fn error(&self) -> anyhow::Result<Value> {
        ensure!(!self.status.success(), "the command succeeded: {}", self.stdout);
        let line = self.stderr.lines().last().unwrap_or_default();
        let error: Value = serde_json::from_str(line).with_context(|| self.stderr.clone())?;
        Ok(error["error"].clone())
    }
}

impl World {
    /// A path in the world's folder.
    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// Writes a file into the folder; its path, as a command's argument.
    pub fn write(&self, name: &str, text: &str) -> anyhow::Result<String> {
        std::fs::write(self.path(name), text)?;
        Ok(self.path(name).display().to_string())
    }

    /// The program on this chain, without a key.
    pub fn command(&self) -> Command {
        let mut command = program::tidemark();
        command.env("TIDEMARK_RPC_URL", self.devnet.ws_url());
        command.env("TIDEMARK_DEPLOYMENT", self.path("deployment.json"));
        command
    }

    /// The program with an actor's key.
    pub fn command_of(&self, actor: Actor) -> Command {
        let mut command = self.command();
        command.env("TIDEMARK_DEV_KEY", program::dev_key(actor));
        command
    }

    /// Runs a command of an actor with `--json`, whether it succeeds or not.
    pub async fn cli_output(&self, actor: Actor, words: &[&str]) -> anyhow::Result<CommandOutput> {
        let output = CommandOutput::of(self.command_of(actor).args(words).arg("--json")).await;
        output.with_context(|| format!("{words:?}"))
    }

    /// The JSON that a command answers an actor; an error when it fails.
    pub async fn cli(&self, actor: Actor, words: &[&str]) -> anyhow::Result<Value> {
        let output = self.cli_output(actor, words).await?.succeeded().with_context(|| format!("{words:?}"))?;
        let answer = output.json();
        ensure!(!answer.is_null(), "{words:?}: {} is not JSON", output.stdout);
        Ok(answer)
    }

    /// The error with which the program refuses an actor's command; an error when it succeeds.
    pub async fn cli_refused(&self, actor: Actor, words: &[&str]) -> anyhow::Result<Value> {
        self.cli_output(actor, words).await?.error().with_context(|| format!("{words:?}"))
    }
}

/// An amount in an answer, which is a decimal string.
///
/// # Panics
/// When it is not.
pub fn number(value: &Value) -> U256 {
    let amount = value.as_str().and_then(|text| text.parse().ok());
    amount.unwrap_or_else(|| panic!("{value} is not a decimal string"))
}

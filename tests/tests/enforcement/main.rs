//! Who may spend, who lied, who fell silent, who was wronged: approvals, faults and disputes on a real Anvil, typed as people
//! type them.
#![allow(clippy::unwrap_used)]

mod approvals;
mod disputes;
mod fraud;
mod outages;

use std::{
    path::PathBuf,
    process::{Output, Stdio},
    time::Duration,
};

use alloy::primitives::{Address, B256, U256};
use anvil::{Actor, ApproverNumber, ArbiterNumber, Devnet, Options};
use serde_json::Value;
use solidity::Terms;
use tempfile::TempDir;
use tests::{
    program,
    provider::{Sweep, until},
    transactions,
    transactions::DEPLOY,
};
use tokio::{
    net::TcpListener,
    process::{Child, Command},
};

const APPROVERS: [Actor; 3] = [
    Actor::Approver(ApproverNumber::One),
    Actor::Approver(ApproverNumber::Two),
    Actor::Approver(ApproverNumber::Three),
];

const ARBITERS: Actor = Actor::Arbiter(ArbiterNumber::One);

const DEPOSIT: u64 = 1_000_000;

/// A chain with a provider and its offer, and a folder with the deployment.
struct Scene {
    _sweep: Sweep,
    devnet: Devnet,
    folder: TempDir,
    offer: u32,
    /// Where the provider's API is said to answer.
    port: u16,
}

impl Scene {
    async fn new() -> Self {
        let devnet = Devnet::start(Options::default()).await.unwrap();
        let folder = tempfile::tempdir().unwrap();
        devnet.deployment.write(&folder.path().join("deployment.json")).unwrap();
        let port = TcpListener::bind("127.0.0.1:0").await.unwrap().local_addr().unwrap().port();
        let endpoint = format!("http://127.0.0.1:{port}");
        let offer = transactions::register(&devnet, Actor::Provider, &endpoint).await.unwrap();
        let _sweep = Sweep::of(Actor::Provider.address(), &devnet);
        Self { _sweep, devnet, folder, offer, port }
    }

    fn path(&self, name: &str) -> String {
        let path: PathBuf = self.folder.path().join(name);
        path.display().to_string()
    }

    /// The program with an actor's wallet.
    fn by(&self, actor: Actor) -> Command {
        let mut command = program::tidemark();
        command.env("TIDEMARK_RPC_URL", self.devnet.ws_url());
        command.env("TIDEMARK_DEPLOYMENT", self.path("deployment.json"));
        command.env("TIDEMARK_DEV_KEY", format!("0x{:x}", actor.signer().to_bytes()));
        command
    }

    /// What the program answers an actor; it must succeed.
    async fn answer(&self, actor: Actor, words: &[&str]) -> Value {
        let output = self.output(actor, words).await;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(output.status.success(), "{words:?}: {said}");
        let stdout = String::from_utf8(output.stdout).unwrap();
        serde_json::from_str(stdout.lines().last().unwrap_or_default())
            .unwrap_or_else(|_| panic!("{words:?}: {stdout}"))
    }

    /// The error that the program tells an actor; it must fail.
    async fn refused(&self, actor: Actor, words: &[&str]) -> Value {
        let output = self.output(actor, words).await;
        assert!(!output.status.success(), "{words:?} succeeded: {}", String::from_utf8_lossy(&output.stdout));
        let said = String::from_utf8(output.stderr).unwrap();
        let error: Value =
            serde_json::from_str(said.lines().last().unwrap_or_default()).unwrap_or_else(|_| panic!("{said}"));
        error["error"].clone()
    }

    async fn output(&self, actor: Actor, words: &[&str]) -> Output {
        self.by(actor).args(words).arg("--json").output().await.unwrap()
    }

    async fn take(&self, salt: u64) -> (B256, Terms) {
        let order = transactions::order(B256::ZERO, 1, salt);
        transactions::take(&self.devnet, self.offer, order, DEPOSIT).await.unwrap()
    }

    async fn pass(&self, seconds: u64) {
        self.devnet.warp(Duration::from_secs(seconds)).await.unwrap();
    }

    async fn bond(&self) -> U256 {
        let market = self.devnet.market(Actor::Stranger).await.unwrap();
        U256::from(market.providerOf(Actor::Provider.address()).call().await.unwrap().bond)
    }

    /// An actor's earnings in the chain's coin.
    async fn earned(&self, actor: Actor) -> U256 {
        let market = self.devnet.market(Actor::Stranger).await.unwrap();
        market.earnings(actor.address(), Address::ZERO).call().await.unwrap()
    }

    /// What the provider's API answers.
    async fn get(&self, path: &str) -> Value {
        let answer = reqwest::get(format!("http://127.0.0.1:{}{path}", self.port)).await.unwrap();
        answer.error_for_status().unwrap().json().await.unwrap()
    }

    /// The provider's orchestrator, once its API answers.
    async fn run(&self) -> Child {
        let mut command = self.by(Actor::Provider);
        command.args(["provider", "run", "--confirmations", "1", "--claim-every", "2s", "--database-url"]);
        command.arg(format!("sqlite:{}", self.path("tidemark.db")));
        command.args(["--listen", &format!("127.0.0.1:{}", self.port)]);
        let log = std::fs::File::create(self.path("log")).unwrap();
        let child = command.stderr(Stdio::from(log)).spawn().unwrap();
        let url = format!("http://127.0.0.1:{}/v1/status", self.port);
        until("the API", async || Ok(reqwest::get(&url).await.ok())).await.unwrap();
        child
    }
}

fn number(value: &Value) -> U256 {
    value.as_str().unwrap_or_else(|| panic!("{value} is no decimal string")).parse().unwrap()
}

//! Several providers on one chain, each a process of the program that people run, and a tenant who types.

use std::{
    fs::File,
    path::PathBuf,
    process::{ExitStatus, Stdio},
};

use alloy::primitives::{Address, B256};
use anvil::{Actor, Devnet, Options};
use anyhow::{Context, ensure};
use serde_json::Value;
use solidity::Market::Capacity;
use tempfile::TempDir;
use tokio::{
    net::TcpListener,
    process::{Child, Command},
};

use crate::api_client::ApiClient;
use crate::{
    program,
    provider::{Sweep, until},
    transactions,
};

/// The chain, and a folder for what its people keep.
pub struct Place {
    pub devnet: Devnet,
    folder: TempDir,
}

/// A provider, and its process while it runs.
pub struct Seller {
    _sweep: Sweep,
    pub actor: Actor,
    pub offer: u32,
    pub api: ApiClient,
    settings: Vec<(String, String)>,
    process: Option<Child>,
}

/// What a command came to.
#[derive(Debug)]
pub struct Said {
    pub status: ExitStatus,
    pub answer: Value,
    pub complaint: String,
}

impl Place {
    pub async fn new() -> anyhow::Result<Self> {
        let (devnet, folder) = (Devnet::start(Options::default()).await?, TempDir::new()?);
        devnet.deployment.write(&folder.path().join("deployment.json"))?;
        Ok(Self { devnet, folder })
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    /// A file for a command to read.
    pub fn write(&self, name: &str, text: &str) -> anyhow::Result<String> {
        std::fs::write(self.path(name), text)?;
        Ok(self.path(name).display().to_string())
    }

    fn command(&self, actor: Actor) -> Command {
        let mut command = program::tidemark();
        command.env("TIDEMARK_RPC_URL", self.devnet.ws_url());
        command.env("TIDEMARK_DEPLOYMENT", self.path("deployment.json"));
        command.env("TIDEMARK_DEV_KEY", format!("0x{:x}", actor.signer().to_bytes()));
        command
    }

    /// The tenant types a command, which answers in JSON; whatever comes of it.
    pub async fn types(&self, words: &[&str]) -> anyhow::Result<Said> {
        let output = self.command(Actor::Tenant).args(words).arg("--json").output().await?;
        let answer = serde_json::from_slice(&output.stdout).unwrap_or_default();
        let complaint = String::from_utf8_lossy(&output.stderr).into_owned();
        Ok(Said { status: output.status, answer, complaint })
    }

    /// The same, and it has to succeed.
    pub async fn does(&self, words: &[&str]) -> anyhow::Result<Value> {
        let said = self.types(words).await?;
        ensure!(said.status.success(), "{words:?}: {}", said.complaint);
        Ok(said.answer)
    }

    /// A registered provider of so many thousandths of a CPU, at a wei a second for a tenth of a CPU. Its process runs.
    pub async fn seller(&self, actor: Actor, millicores: u32, settings: &[(&str, &str)]) -> anyhow::Result<Seller> {
        let port = TcpListener::bind("127.0.0.1:0").await?.local_addr()?.port();
        let endpoint = format!("http://127.0.0.1:{port}");
        let offer = transactions::register_with(&self.devnet, actor, &endpoint, millicores).await?;
        let settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        let sweep = Sweep::of(actor.address(), &self.devnet);
        let mut seller = Seller { _sweep: sweep, actor, offer, api: ApiClient::at(port)?, settings, process: None };
        seller.start(self).await?;
        Ok(seller)
    }

    pub async fn held(&self, provider: Address) -> anyhow::Result<Capacity> {
        Ok(self.devnet.market(Actor::Stranger).await?.capacityOf(provider).call().await?)
    }
}

impl Seller {
    pub fn address(&self) -> Address {
        self.actor.address()
    }

    /// Starts the process with what it remembers, and waits until its API answers.
    pub async fn start(&mut self, place: &Place) -> anyhow::Result<()> {
        let log = File::options().create(true).append(true).open(place.path(&format!("{}.log", self.actor.name())))?;
        let mut command = place.command(self.actor);
        command
            .args(["provider", "run", "--confirmations", "1", "--listen"])
            .arg(format!("127.0.0.1:{}", self.api.port));
        command.arg("--database-url");
        command.arg(format!("sqlite:{}", place.path(&format!("{}.db", self.actor.name())).display()));
        for (name, value) in &self.settings {
            command.env(name, value);
        }
        self.process = Some(command.stderr(Stdio::from(log)).spawn()?);
        until("the provider's API to answer", async || Ok(self.api.get("/v1/status").await.ok())).await?;
        Ok(())
    }

    /// SIGKILL: whatever it was at, it is no more.
    pub async fn kill(&mut self) -> anyhow::Result<()> {
        self.process.take().context("it does not run")?.kill().await?;
        Ok(())
    }

    /// Starts anew with other settings.
    pub async fn restart(&mut self, place: &Place, settings: &[(&str, &str)]) -> anyhow::Result<()> {
        if self.process.is_some() {
            self.kill().await?;
        }
        self.settings = settings.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        self.start(place).await
    }

    /// This provider's decision about an order.
    pub async fn decision(&self, order: B256) -> anyhow::Result<Option<Value>> {
        let orders = self.api.get("/v1/orders?closed=true").await?;
        let orders = orders.as_array().context("no list of orders")?;
        let found = orders.iter().find(|view| view["id"] == order.to_string());
        Ok(found.map(|view| view["decision"].clone()))
    }

    /// Waits until the decision stands so.
    pub async fn stands(&self, order: B256, standing: &str) -> anyhow::Result<Value> {
        let mut last = Value::Null;
        let found = until("a decision", async || {
            last = self.decision(order).await?.unwrap_or_default();
            Ok((last["standing"] == standing).then(|| last.clone()))
        })
        .await;
        found.with_context(|| format!("{} wants {standing}, stands {last}", self.actor.name()))
    }

    /// Waits until nothing of its capacity is held.
    pub async fn is_free(&self, place: &Place) -> anyhow::Result<()> {
        until("the capacity to come back", async || {
            Ok((place.held(self.address()).await?.heldMillicores == 0).then_some(()))
        })
        .await
    }

    /// Lets it claim attributes.
    pub async fn claims(&self, place: &Place, words: Vec<B256>) -> anyhow::Result<()> {
        let market = place.devnet.market(self.actor).await?;
        transactions::sent(market.setAttributes(words).send().await?.get_receipt().await?)?;
        Ok(())
    }

    pub async fn earnings(&self, place: &Place) -> anyhow::Result<alloy::primitives::U256> {
        let market = place.devnet.market(Actor::Stranger).await?;
        Ok(market.earnings(self.address(), Address::ZERO).call().await?)
    }
}

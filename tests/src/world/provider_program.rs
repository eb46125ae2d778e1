//! The built `tidemark provider run`, as a process of a provider.

use std::{fs::File, process::Stdio};

use alloy::primitives::{Address, B256};
use anvil::Actor;
use anyhow::{Context, ensure};
use serde_json::Value;
use tokio::process::{Child, Command};

use super::{World, free_port};
use crate::{
    api_client::ApiClient,
    program::dev_key,
    transactions,
    wait::{PATIENCE, until},
};

/// A provider, and its process while that runs. A restart keeps the provider's database.
pub struct ProviderProgram {
    pub address: Address,
    pub offer: u32,
    pub api: ApiClient,
    /// Names the database and the log in the world's folder.
    name: String,
    /// The key; environment variables.
    identity: Vec<(String, String)>,
    /// Other environment variables.
    settings: Vec<(String, String)>,
    child: Option<Child>,
}

fn owned(variables: &[(&str, &str)]) -> Vec<(String, String)> {
    variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

impl World {
    /// The world's provider, whose process listens at the registered endpoint; it runs, and its API answers.
    pub async fn provider_program(&self, settings: &[(&str, &str)]) -> anyhow::Result<ProviderProgram> {
        let key = dev_key(Actor::Provider);
        let mut program = self.program(self.owner.provider, &[("TIDEMARK_DEV_KEY", &key)], settings)?;
        program.start(self).await?;
        Ok(program)
    }

    /// Registers another provider with this many thousandths of a CPU, at a wei a second for a tenth of a CPU, and runs it.
    pub async fn another_provider(
        &self,
        actor: Actor,
        millicores: u32,
        settings: &[(&str, &str)],
    ) -> anyhow::Result<ProviderProgram> {
        let port = free_port().await?;
        let endpoint = format!("http://127.0.0.1:{port}");
        let offer = transactions::register_with(&self.devnet, actor, &endpoint, millicores).await?;
        let mut program = self.program(actor.address(), &[("TIDEMARK_DEV_KEY", &dev_key(actor))], settings)?;
        (program.offer, program.api) = (offer, ApiClient::at(port)?);
        program.start(self).await?;
        Ok(program)
    }

    /// A provider of any address at the world's port, identified by environment variables; it does not run yet.
    pub fn program(
        &self,
        address: Address,
        identity: &[(&str, &str)],
        settings: &[(&str, &str)],
    ) -> anyhow::Result<ProviderProgram> {
        self.clean_up_after(address);
        let (identity, settings) = (owned(identity), owned(settings));
        let (api, name) = (ApiClient::at(self.port)?, address.to_string());
        Ok(ProviderProgram { address, offer: self.offer, api, name, identity, settings, child: None })
    }
}

impl ProviderProgram {
    /// The command that runs it.
    pub fn command(&self, world: &World) -> anyhow::Result<Command> {
        let log = File::options().create(true).append(true).open(world.path(&format!("{}.log", self.name)))?;
        let database = world.path(&format!("{}.db", self.name));
        let mut command = world.command();
        command.args(["provider", "run"]).stderr(Stdio::from(log));
        command.env("TIDEMARK_CONFIRMATIONS", "1").env("TIDEMARK_LISTEN", format!("127.0.0.1:{}", self.api.port));
        command.env("TIDEMARK_DATABASE_URL", format!("sqlite:{}", database.display()));
        command.envs(self.identity.iter().chain(&self.settings).cloned());
        Ok(command)
    }

    /// Starts the process and waits until its API answers.
    pub async fn start(&mut self, world: &World) -> anyhow::Result<()> {
        self.child = Some(self.command(world)?.spawn()?);
        until("the provider's API to answer", async || Ok(self.api.get("/v1/status").await.ok())).await?;
        Ok(())
    }

    /// Ends the process with SIGKILL.
    pub async fn kill(&mut self) -> anyhow::Result<()> {
        Ok(self.child.take().context("the process does not run")?.kill().await?)
    }

    /// Ends the process with SIGTERM; an error unless it ends by itself and successfully.
    pub async fn terminate(&mut self) -> anyhow::Result<()> {
        let mut child = self.child.take().context("the process does not run")?;
        let pid = child.id().context("the process has ended")?.to_string();
        Command::new("kill").args(["-TERM", &pid]).status().await?;
        let ended = tokio::time::timeout(PATIENCE, child.wait()).await.context("the process does not end")??;
        ensure!(ended.success(), "{ended}");
        Ok(())
    }

    /// Restarts the process with other settings.
    pub async fn restart(&mut self, world: &World, settings: &[(&str, &str)]) -> anyhow::Result<()> {
        if self.child.is_some() {
            self.kill().await?;
        }
        self.settings = owned(settings);
        self.start(world).await
    }

    /// What the process has logged.
    pub fn log(&self, world: &World) -> anyhow::Result<String> {
        Ok(std::fs::read_to_string(world.path(&format!("{}.log", self.name)))?)
    }

    /// This provider's decision about an order.
    pub async fn decision(&self, order: B256) -> anyhow::Result<Option<Value>> {
        let orders = self.api.get("/v1/orders?closed=true").await?;
        let orders = orders.as_array().context("no list of orders")?;
        let found = orders.iter().find(|view| view["id"] == order.to_string());
        Ok(found.map(|view| view["decision"].clone()))
    }

    /// Waits until the decision about an order has the standing.
    pub async fn decided(&self, order: B256, standing: &str) -> anyhow::Result<Value> {
        let mut last = Value::Null;
        let found = until("a decision", async || {
            last = self.decision(order).await?.unwrap_or_default();
            Ok((last["standing"] == standing).then(|| last.clone()))
        })
        .await;
        found.with_context(|| format!("{} should have {standing}, but has {last}", self.name))
    }

    /// Waits until the market holds nothing of its capacity.
    pub async fn is_free(&self, world: &World) -> anyhow::Result<()> {
        until("the capacity to be free", async || {
            Ok((world.capacity(self.address).await?.heldMillicores == 0).then_some(()))
        })
        .await
    }
}

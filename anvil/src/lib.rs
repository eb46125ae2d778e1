//! A local development chain, for people and for tests: Anvil with the contracts, a test token and named actors.
//!
//! [`Devnet::start`] spawns Anvil and deploys the contracts as `tidemark contracts deploy` does; dropping the value stops the
//! chain.

mod actors;

use std::{
    env,
    path::{Path, PathBuf},
    process::Command,
    time::Duration,
};

use alloy::{
    network::EthereumWallet,
    node_bindings::{Anvil, AnvilInstance},
    primitives::{Address, U256},
    providers::{DynProvider, Provider, ProviderBuilder, ext::AnvilApi},
    rpc::types::anvil::{ReorgOptions, TransactionData},
};
use anyhow::{Context, bail, ensure};
use solidity::{
    Market, Parameters, TestToken,
    deploy::{self, Deployment},
};

pub use actors::{Actor, ApproverNumber, ArbiterNumber};

/// The oldest supported version of Anvil.
const OLDEST: (u32, u32) = (1, 0);

/// The initial token balance of each actor: a million, with six decimals.
const TOKENS: u64 = 1_000_000_000_000;

/// When blocks are mined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mining {
    /// A block for each transaction at once, and one each second, so that time advances.
    Mixed,
    /// One block at this interval, in seconds.
    Every(u64),
    /// Only on [`Devnet::mine`] and on transactions.
    OnDemand,
}

#[derive(Debug, Clone)]
pub struct Options {
    /// 0 selects a free port.
    pub port: u16,
    pub chain_id: u64,
    pub mining: Mining,
    pub parameters: Parameters,
    /// The initial nonce of the deployer, from which the address of the market follows. Default: random, so that two devnets on
    /// one container engine have different owners in the labels of their containers.
    pub nonce: Option<u32>,
}

impl Default for Options {
    fn default() -> Self {
        Self { port: 0, chain_id: 31337, mining: Mining::Mixed, parameters: deploy::local_parameters(), nonce: None }
    }
}

/// A running chain with the market. Dropping it stops the chain.
pub struct Devnet {
    instance: AnvilInstance,
    pub deployment: Deployment,
    /// An ERC-20 with permit. Every actor has a million and has approved the market.
    pub token: Address,
}

impl Devnet {
    /// Spawns Anvil, deploys the market and the token, funds every actor and approves the market for its tokens.
    ///
    /// # Errors
    /// When Anvil is missing or too old, or the port is in use.
    pub async fn start(options: Options) -> anyhow::Result<Self> {
        let path = binary()?;
        let mut anvil = Anvil::at(&path).port(options.port).chain_id(options.chain_id).prague().timeout(30_000).args([
            "--order",
            "fifo",
            "--no-request-size-limit",
        ]);
        anvil = match options.mining {
            Mining::Mixed => anvil.block_time(1).arg("--mixed-mining"),
            Mining::Every(seconds) => anvil.block_time(seconds),
            Mining::OnDemand => anvil,
        };
        let instance = tokio::task::spawn_blocking(move || anvil.try_spawn()).await?;
        let instance = instance.with_context(|| format!("{} did not start: is the port free?", path.display()))?;

        let deployer = connect(&instance, Actor::Deployer).await?;
        // Anvil's standard output is not read, and a full pipe would block it.
        deployer.anvil_set_logging(false).await?;
        let nonce = options.nonce.unwrap_or_else(rand::random);
        deployer.anvil_set_nonce(Actor::Deployer.address(), nonce.into()).await?;
        let deployment = deploy::deploy(deployer.clone(), options.parameters).await?;
        let token = *TestToken::deploy(deployer.clone()).await.context("the test token was not deployed")?.address();
        let devnet = Self { instance, deployment, token };
        devnet.fund(deployer).await?;
        Ok(devnet)
    }

    pub fn http_url(&self) -> String {
        self.instance.endpoint()
    }

    pub fn ws_url(&self) -> String {
        self.instance.ws_endpoint()
    }

    /// A connection that signs as the actor.
    pub async fn provider(&self, actor: Actor) -> anyhow::Result<DynProvider> {
        connect(&self.instance, actor).await
    }

    /// The market, called by the actor.
    pub async fn market(&self, actor: Actor) -> anyhow::Result<Market::MarketInstance<DynProvider>> {
        Ok(Market::new(self.deployment.market, self.provider(actor).await?))
    }

    /// The test token, called by the actor.
    pub async fn token(&self, actor: Actor) -> anyhow::Result<TestToken::TestTokenInstance<DynProvider>> {
        Ok(TestToken::new(self.token, self.provider(actor).await?))
    }

    /// The time of the newest block.
    pub async fn time(&self) -> anyhow::Result<u64> {
        let provider = self.provider(Actor::Stranger).await?;
        let block = provider.get_block_by_number(Default::default()).await?.context("the chain has no block")?;
        Ok(block.header.timestamp)
    }

    pub async fn mine(&self, blocks: u64) -> anyhow::Result<()> {
        Ok(self.provider(Actor::Stranger).await?.anvil_mine(Some(blocks), None).await?)
    }

    /// Sets whether each transaction is mined at once; otherwise it waits for [`Devnet::mine`].
    pub async fn automine(&self, on: bool) -> anyhow::Result<()> {
        Ok(self.provider(Actor::Stranger).await?.anvil_set_auto_mine(on).await?)
    }

    /// Advances the time of the chain and mines a block.
    pub async fn warp(&self, by: Duration) -> anyhow::Result<()> {
        let provider = self.provider(Actor::Stranger).await?;
        provider.anvil_increase_time(by.as_secs()).await?;
        Ok(provider.anvil_mine(Some(1), None).await?)
    }

    /// Replaces the newest `depth` blocks with the same number of blocks. These contain only the given transactions, each in the
    /// new block with the given index, counted from 0.
    pub async fn reorg(&self, depth: u64, transactions: Vec<(TransactionData, u64)>) -> anyhow::Result<()> {
        let provider = self.provider(Actor::Stranger).await?;
        Ok(provider.anvil_reorg(ReorgOptions { depth, tx_block_pairs: transactions }).await?)
    }

    /// Takes a snapshot to which [`Devnet::revert`] can return once.
    pub async fn snapshot(&self) -> anyhow::Result<U256> {
        Ok(self.provider(Actor::Stranger).await?.anvil_snapshot().await?)
    }

    pub async fn revert(&self, snapshot: U256) -> anyhow::Result<()> {
        ensure!(
            self.provider(Actor::Stranger).await?.anvil_revert(snapshot).await?,
            "snapshot {snapshot} does not exist"
        );
        Ok(())
    }

    /// Stops the chain, as dropping it does.
    pub fn stop(self) {}

    async fn fund(&self, deployer: DynProvider) -> anyhow::Result<()> {
        let token = TestToken::new(self.token, deployer);
        for actor in Actor::ALL {
            token.mint(actor.address(), U256::from(TOKENS)).send().await?.get_receipt().await?;
            let theirs = self.token(actor).await?;
            theirs.approve(self.deployment.market, U256::MAX).send().await?.get_receipt().await?;
        }
        Ok(())
    }
}

async fn connect(instance: &AnvilInstance, actor: Actor) -> anyhow::Result<DynProvider> {
    let wallet = EthereumWallet::from(actor.signer());
    // The nonce is fetched for each transaction: several connections may sign for one actor, and reorganizations revert nonces.
    let provider = ProviderBuilder::new()
        .disable_recommended_fillers()
        .with_gas_estimation()
        .with_simple_nonce_management()
        .fetch_chain_id()
        .wallet(wallet)
        .connect(&instance.ws_endpoint())
        .await?;
    provider.client().set_poll_interval(Duration::from_millis(50));
    Ok(provider.erased())
}

/// The path of Anvil: from PATH if it is recent enough, otherwise the one that `make setup` installs from npm.
pub fn binary() -> anyhow::Result<PathBuf> {
    let packaged = packaged_binary();
    let found = env::var_os("PATH")
        .map(|path| env::split_paths(&path).map(|dir| dir.join("anvil")).collect::<Vec<_>>())
        .unwrap_or_default();
    let mut too_old = None;
    for candidate in found.into_iter().chain(packaged).filter(|path| path.is_file()) {
        match version(&candidate) {
            Some(version) if version >= OLDEST => return Ok(candidate),
            Some((major, minor)) => too_old = Some(format!("{} is version {major}.{minor}", candidate.display())),
            None => {}
        }
    }
    if let Some(too_old) = too_old {
        bail!("{too_old}; Anvil {}.{} or newer is needed: run `make setup`", OLDEST.0, OLDEST.1);
    }
    bail!("Anvil is not installed: run `make setup`")
}

/// The binary in the npm package, not the launcher of the package: killing the launcher would leave the chain running.
fn packaged_binary() -> Option<PathBuf> {
    let os = if cfg!(target_os = "macos") { "darwin" } else { "linux" };
    let arch = if cfg!(target_arch = "aarch64") { "arm64" } else { "amd64" };
    let package = format!("node_modules/@foundry-rs/anvil-{os}-{arch}/bin/anvil");
    let beside_the_sources = Path::new(env!("CARGO_MANIFEST_DIR")).join(&package);
    let here = Path::new("anvil").join(&package);
    [beside_the_sources, here].into_iter().find(|path| path.is_file())
}

fn version(anvil: &Path) -> Option<(u32, u32)> {
    let output = Command::new(anvil).arg("--version").output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    // `anvil Version: 1.7.1-…` today, `anvil 0.2.0 (…)` before.
    let number = text.split_whitespace().find(|word| word.starts_with(|c: char| c.is_ascii_digit()))?;
    let mut parts = number.split(['.', '-']).map(|part| part.parse::<u32>().ok());
    Some((parts.next()??, parts.next()??))
}

//! What an end-to-end test runs in: a chain with the market, a provider's identity and database, and the machine's engine.
//!
//! [`World`] is what outlives a process. A test starts processes in it, in one of three ways:
//!
//! - [`World::process`]: the stages of one orchestrator process, which run only when the test calls them;
//! - [`World::orchestrator`]: a whole orchestrator in the test's own process;
//! - [`World::provider_program`]: the built `tidemark provider run`.
//!
//! [`World::cli`] runs the program as a tenant or anyone else does. On drop, also when the test fails, a world removes from
//! the engine what its providers created; processes have to be dropped before it.

mod chain;
mod cleanup;
mod cli;
mod engine;
mod orchestrator;
mod process;
mod provider_program;

use std::sync::{Mutex, PoisonError, atomic::AtomicU64};

use alloy::primitives::Address;
use anvil::{Actor, Devnet, Mining, Options};
use bollard::Docker;
use lease::label::Owner;
use tempfile::TempDir;
use tokio::{net::TcpListener, sync::OnceCell};

pub use self::{
    cleanup::Cleanup,
    cli::{CommandOutput, number},
    engine::{cgroup_exists, engine},
    orchestrator::Orchestrator,
    process::{Process, ProcessConfig, container_settings, counted},
    provider_program::ProviderProgram,
};
use crate::{database::Database, transactions};

/// Enough wei for all that a test does, unless it tests the end of the money.
pub const DEPOSIT: u64 = 1_000_000;

pub struct World {
    /// First, because it reads the chain while it is dropped.
    cleanups: Mutex<Vec<Cleanup>>,
    pub devnet: Devnet,
    /// The database of the provider's hand-driven processes and in-process orchestrators.
    pub database: Database,
    /// The provider, [`Actor::Provider`], as the labels of its containers name it.
    pub owner: Owner,
    /// The provider's offer; 0 when the builder did not register it.
    pub offer: u32,
    /// A port that was free at the start, and that the provider's registered endpoint names.
    pub port: u16,
    folder: TempDir,
    salt: AtomicU64,
    docker: OnceCell<Docker>,
}

/// Which parts of a world differ from the usual: SQLite, a block for each transaction, a registered provider.
pub struct WorldBuilder {
    options: Options,
    database: Option<Database>,
    register: bool,
    containers: bool,
}

impl WorldBuilder {
    pub fn mining(mut self, mining: Mining) -> Self {
        self.options.mining = mining;
        self
    }

    pub fn chain_id(mut self, chain_id: u64) -> Self {
        self.options.chain_id = chain_id;
        self
    }

    pub fn database(self, database: Database) -> Self {
        Self { database: Some(database), ..self }
    }

    /// Leaves it to the test to register providers.
    pub fn without_provider(self) -> Self {
        Self { register: false, containers: false, ..self }
    }

    /// For tests of the chain alone: the provider creates nothing on the engine, and no engine is needed.
    pub fn without_containers(self) -> Self {
        Self { containers: false, ..self }
    }

    pub async fn start(self) -> anyhow::Result<World> {
        let Self { options, database, register, containers } = self;
        let devnet = Box::pin(Devnet::start(options)).await?;
        let database = match database {
            Some(database) => database,
            None => Database::sqlite()?,
        };
        let folder = TempDir::new()?;
        devnet.deployment.write(&folder.path().join("deployment.json"))?;
        let provider = Actor::Provider.address();
        let (chain_id, market) = (devnet.deployment.chain_id, devnet.deployment.market);
        let mut world = World {
            cleanups: Mutex::default(),
            devnet,
            database,
            owner: Owner { provider, chain_id, market },
            offer: 0,
            port: free_port().await?,
            folder,
            salt: AtomicU64::new(1),
            docker: OnceCell::new(),
        };
        if register {
            let endpoint = format!("http://127.0.0.1:{}", world.port);
            world.offer = transactions::register(&world.devnet, Actor::Provider, &endpoint).await?;
        }
        if containers {
            world.clean_up_after(provider);
        }
        Ok(world)
    }
}

impl World {
    pub fn builder() -> WorldBuilder {
        let options = Options { mining: Mining::OnDemand, ..Options::default() };
        WorldBuilder { options, database: None, register: true, containers: true }
    }

    /// The usual world: SQLite, a block for each transaction, a registered provider.
    pub async fn start() -> anyhow::Result<Self> {
        Box::pin(Self::builder().start()).await
    }

    /// A world without containers for each kind of database.
    pub async fn each_database() -> anyhow::Result<Vec<Self>> {
        let mut worlds = Vec::new();
        for database in Database::each().await? {
            worlds.push(Self::builder().database(database).without_containers().start().await?);
        }
        Ok(worlds)
    }

    /// The engine, as anyone who uses it directly sees it.
    pub async fn docker(&self) -> anyhow::Result<&Docker> {
        let connect = async || anyhow::Ok(Docker::connect_with_defaults()?.negotiate_version().await?);
        self.docker.get_or_try_init(connect).await
    }

    /// Removes what this provider created on the engine, when the world is dropped.
    pub fn clean_up_after(&self, provider: Address) {
        let mut cleanups = self.cleanups.lock().unwrap_or_else(PoisonError::into_inner);
        if !cleanups.iter().any(|cleanup| cleanup.provider() == provider) {
            cleanups.push(Cleanup::of(provider, &self.devnet));
        }
    }
}

/// A port that nothing listens on at the moment.
pub(crate) async fn free_port() -> anyhow::Result<u16> {
    Ok(TcpListener::bind("127.0.0.1:0").await?.local_addr()?.port())
}

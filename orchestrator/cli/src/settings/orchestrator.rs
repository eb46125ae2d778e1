//! What the orchestrator of a provider needs beyond the chain.

use std::{
    net::{IpAddr, SocketAddr},
    path::{Path, PathBuf},
    time::Duration,
};

use clap::{ArgAction, Args};

use super::{
    parse::{domain, duration, web_origin},
    secret::DatabaseUrl,
    web::WebSettings,
};
use ports::subnet::Subnet;

/// What a provider's orchestrator needs beyond the chain.
#[derive(Debug, Clone, Args)]
pub struct OrchestratorSettings {
    /// Where state is kept: `sqlite:FILE` for one orchestrator, `postgres://…` for several.
    #[arg(long, env = "TIDEMARK_DATABASE_URL", default_value = "sqlite:.tidemark/tidemark.db", value_name = "URL")]
    pub database_url: DatabaseUrl,

    /// Where the API listens.
    #[arg(long, env = "TIDEMARK_LISTEN", default_value = "127.0.0.1:7070", value_name = "ADDRESS")]
    pub listen: SocketAddr,

    /// Where the gateway listens: requests to tenants' services come in there.
    #[arg(long, env = "TIDEMARK_GATEWAY", default_value = "127.0.0.1:7080", value_name = "ADDRESS")]
    pub gateway: SocketAddr,

    /// The domain below which each service has a host name, `SERVICE-LEASE.DOMAIN`.
    #[arg(long, env = "TIDEMARK_GATEWAY_DOMAIN", default_value = "localhost", value_parser = domain, value_name = "DOMAIN")]
    pub gateway_domain: String,

    /// Origins of pages that are hosted elsewhere and may sign in here, such as `https://tidemark.example.org`, with commas between.
    #[arg(long, env = "TIDEMARK_WEB_ORIGINS", value_delimiter = ',', value_parser = web_origin, value_name = "ORIGINS")]
    pub web_origins: Vec<String>,

    /// How long a session lasts that a tenant opens by signing in.
    #[arg(long, env = "TIDEMARK_SESSION_FOR", default_value = "1h", value_parser = duration, value_name = "DURATION")]
    pub session_for: Duration,

    /// After how long a shell in a container ends in which nothing is typed or printed.
    #[arg(long, env = "TIDEMARK_SHELL_IDLE", default_value = "15m", value_parser = duration, value_name = "DURATION")]
    pub shell_idle: Duration,

    /// Docker's address (`unix:///…`, `tcp://…`); empty for Docker's own default.
    #[arg(long, env = "TIDEMARK_DOCKER_HOST", default_value = "", value_name = "URL")]
    pub docker_host: String,

    /// The private range out of which each lease's network gets its subnet.
    #[arg(long, env = "TIDEMARK_SUBNET_POOL", default_value_t = Subnet::DEFAULT_POOL, value_name = "CIDR")]
    pub subnet_pool: Subnet,

    /// The address of this machine on which tenants' ports are published.
    #[arg(long, env = "TIDEMARK_PUBLISH_ADDRESS", default_value = "127.0.0.1", value_name = "IP")]
    pub publish_address: IpAddr,

    /// How often the counters are read.
    #[arg(long, env = "TIDEMARK_SAMPLE_EVERY", default_value = "1s", value_parser = duration, value_name = "DURATION")]
    pub sample_every: Duration,

    /// How often each lease's scaling policy is asked; a surge does not wait for it.
    #[arg(long, env = "TIDEMARK_SCALE_EVERY", default_value = "15s", value_parser = duration, value_name = "DURATION")]
    pub scale_every: Duration,

    /// The least time between two claims of matured statements. A closed lease is claimed at once.
    #[arg(long, env = "TIDEMARK_CLAIM_EVERY", default_value = "1m", value_parser = duration, value_name = "DURATION")]
    pub claim_every: Duration,

    /// How long an exhausted lease's volumes are kept before the lease is closed.
    #[arg(long, env = "TIDEMARK_GRACE", default_value = "1h", value_parser = duration, value_name = "DURATION")]
    pub grace: Duration,

    /// Blocks after which a transaction or an event counts as final.
    #[arg(long, env = "TIDEMARK_CONFIRMATIONS", default_value_t = 6, value_name = "BLOCKS")]
    pub confirmations: u64,

    /// How long a transaction may stay unmined before it is sent again with a higher fee.
    #[arg(long, env = "TIDEMARK_REPLACE_AFTER", default_value = "30s", value_parser = duration, value_name = "DURATION")]
    pub replace_after: Duration,

    /// Gas that may be spent in an hour; beyond it, transactions wait.
    #[arg(long, env = "TIDEMARK_GAS_PER_HOUR", default_value_t = 30_000_000, value_name = "GAS")]
    pub gas_per_hour: u64,

    /// What bids on orders ask beyond the price list, in percent.
    #[arg(long, env = "TIDEMARK_MARGIN", default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=10_000), value_name = "PERCENT")]
    pub margin: u16,

    /// A program that prices bids instead of the price list: an order as JSON in, its price as JSON out.
    #[arg(long, env = "TIDEMARK_PRICER", value_name = "PROGRAM")]
    pub pricer: Option<PathBuf>,

    /// How long the pricer may take for an order before it is killed and there is no bid.
    #[arg(long, env = "TIDEMARK_PRICER_PATIENCE", default_value = "2s", value_parser = duration, value_name = "DURATION")]
    pub pricer_patience: Duration,

    /// How long a bid holds capacity for its order, never less than until the bidding ends; as long as the order can be
    /// accepted unless told otherwise.
    #[arg(long, env = "TIDEMARK_BID_HOLD", value_parser = duration, value_name = "DURATION")]
    pub bid_hold: Option<Duration>,

    /// How long a lost bid stays on chain, so that its tenant can move a lease to it; it is taken back at once unless told
    /// otherwise.
    #[arg(long, env = "TIDEMARK_STANDBY", value_parser = duration, value_name = "DURATION")]
    pub standby: Option<Duration>,

    /// Replicas of each lease that are made ahead and not started, so that scaling out is a start; never beyond the lease's
    /// highest count. 0 makes none.
    #[arg(long, env = "TIDEMARK_WARM", default_value_t = 1, value_name = "REPLICAS")]
    pub warm: u16,

    /// Take no new leases; serve those that run. What a provider sets before maintenance.
    #[arg(long, env = "TIDEMARK_DRAIN", action = ArgAction::Set, default_value_t = false, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL")]
    pub drain: bool,

    #[command(flatten)]
    pub web: WebSettings,
}

impl OrchestratorSettings {
    /// For a devnet on this machine: quick, and nothing outlives it.
    pub fn local(listen: SocketAddr, database: &Path) -> Self {
        Self {
            database_url: DatabaseUrl::sqlite(database),
            listen,
            gateway: ([127, 0, 0, 1], 0).into(),
            gateway_domain: "localhost".to_owned(),
            web_origins: Vec::new(),
            session_for: Duration::from_secs(3600),
            shell_idle: Duration::from_secs(900),
            docker_host: String::new(),
            subnet_pool: Subnet::DEFAULT_POOL,
            publish_address: [127, 0, 0, 1].into(),
            sample_every: Duration::from_secs(1),
            scale_every: Duration::from_secs(2),
            claim_every: Duration::from_secs(5),
            grace: Duration::from_secs(60),
            confirmations: 1,
            replace_after: Duration::from_secs(10),
            gas_per_hour: 1_000_000_000,
            margin: 0,
            pricer: None,
            pricer_patience: Duration::from_secs(2),
            bid_hold: None,
            standby: None,
            warm: 1,
            drain: false,
            web: WebSettings::local(),
        }
    }
}

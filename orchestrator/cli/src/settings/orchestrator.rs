//! The settings of a provider's orchestrator.

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

/// The settings of a provider's orchestrator.
#[derive(Debug, Clone, Args)]
pub struct OrchestratorSettings {
    /// The database: `sqlite:FILE` for one orchestrator, `postgres://…` for several.
    #[arg(long, env = "TIDEMARK_DATABASE_URL", default_value = "sqlite:.tidemark/tidemark.db", value_name = "URL")]
    pub database_url: DatabaseUrl,

    /// The address on which the API listens.
    #[arg(long, env = "TIDEMARK_LISTEN", default_value = "127.0.0.1:7070", value_name = "ADDRESS")]
    pub listen: SocketAddr,

    /// The address on which the gateway listens for requests to tenants' services.
    #[arg(long, env = "TIDEMARK_GATEWAY", default_value = "127.0.0.1:7080", value_name = "ADDRESS")]
    pub gateway: SocketAddr,

    /// The domain under which each service has a host name, `SERVICE-LEASE.DOMAIN`.
    #[arg(long, env = "TIDEMARK_GATEWAY_DOMAIN", default_value = "localhost", value_parser = domain, value_name = "DOMAIN")]
    pub gateway_domain: String,

    /// Origins of web pages hosted elsewhere that may sign in, such as `https://tidemark.example.org`, separated by commas.
    #[arg(long, env = "TIDEMARK_WEB_ORIGINS", value_delimiter = ',', value_parser = web_origin, value_name = "ORIGINS")]
    pub web_origins: Vec<String>,

    /// How long the session of a signed-in tenant lasts.
    #[arg(long, env = "TIDEMARK_SESSION_FOR", default_value = "1h", value_parser = duration, value_name = "DURATION")]
    pub session_for: Duration,

    /// The idle timeout of a shell in a container: it ends after this time without input or output.
    #[arg(long, env = "TIDEMARK_SHELL_IDLE", default_value = "15m", value_parser = duration, value_name = "DURATION")]
    pub shell_idle: Duration,

    /// The address of Docker (`unix:///…`, `tcp://…`); empty: DOCKER_HOST, or Docker's default.
    #[arg(long, env = "TIDEMARK_DOCKER_HOST", default_value = "", value_name = "URL")]
    pub docker_host: String,

    /// The private address range from which each lease's network gets its subnet.
    #[arg(long, env = "TIDEMARK_SUBNET_POOL", default_value_t = Subnet::DEFAULT_POOL, value_name = "CIDR")]
    pub subnet_pool: Subnet,

    /// The address of this machine on which tenants' ports are published.
    #[arg(long, env = "TIDEMARK_PUBLISH_ADDRESS", default_value = "127.0.0.1", value_name = "IP")]
    pub publish_address: IpAddr,

    /// The interval between two samples of the resource counters.
    #[arg(long, env = "TIDEMARK_SAMPLE_EVERY", default_value = "1s", value_parser = duration, value_name = "DURATION")]
    pub sample_every: Duration,

    /// The interval between two decisions of each lease's autoscaler; a surge of demand triggers one at once.
    #[arg(long, env = "TIDEMARK_SCALE_EVERY", default_value = "15s", value_parser = duration, value_name = "DURATION")]
    pub scale_every: Duration,

    /// The minimum time between two claims of matured statements. A closed lease is claimed at once.
    #[arg(long, env = "TIDEMARK_CLAIM_EVERY", default_value = "1m", value_parser = duration, value_name = "DURATION")]
    pub claim_every: Duration,

    /// The grace period: how long the volumes of an exhausted lease are kept before the lease is closed.
    #[arg(long, env = "TIDEMARK_GRACE", default_value = "1h", value_parser = duration, value_name = "DURATION")]
    pub grace: Duration,

    /// The number of blocks after which a transaction or an event counts as final.
    #[arg(long, env = "TIDEMARK_CONFIRMATIONS", default_value_t = 6, value_name = "BLOCKS")]
    pub confirmations: u64,

    /// How long a transaction may stay pending before it is replaced with a higher fee.
    #[arg(long, env = "TIDEMARK_REPLACE_AFTER", default_value = "30s", value_parser = duration, value_name = "DURATION")]
    pub replace_after: Duration,

    /// The gas budget of an hour; transactions beyond it wait.
    #[arg(long, env = "TIDEMARK_GAS_PER_HOUR", default_value_t = 30_000_000, value_name = "GAS")]
    pub gas_per_hour: u64,

    /// The margin that bids on orders add to the price list, in percent.
    #[arg(long, env = "TIDEMARK_MARGIN", default_value_t = 0, value_parser = clap::value_parser!(u16).range(0..=10_000), value_name = "PERCENT")]
    pub margin: u16,

    /// A program that prices bids instead of the price list: it reads an order as JSON and writes a price as JSON.
    #[arg(long, env = "TIDEMARK_PRICER", value_name = "PROGRAM")]
    pub pricer: Option<PathBuf>,

    /// The timeout of the pricer for one order; after it, the pricer is killed and no bid is made.
    #[arg(long, env = "TIDEMARK_PRICER_PATIENCE", default_value = "2s", value_parser = duration, value_name = "DURATION")]
    pub pricer_patience: Duration,

    /// How long a bid reserves capacity for its order, at least until the bidding ends. Default: as long as the order can be
    /// accepted.
    #[arg(long, env = "TIDEMARK_BID_HOLD", value_parser = duration, value_name = "DURATION")]
    pub bid_hold: Option<Duration>,

    /// How long a bid that lost stays on chain, so that the tenant can move the lease to it. Default: it is withdrawn at
    /// once.
    #[arg(long, env = "TIDEMARK_STANDBY", value_parser = duration, value_name = "DURATION")]
    pub standby: Option<Duration>,

    /// The warm replicas of each lease: created ahead but not started, so that scaling out only has to start them; never
    /// beyond the lease's maximum. 0 disables them.
    #[arg(long, env = "TIDEMARK_WARM", default_value_t = 1, value_name = "REPLICAS")]
    pub warm: u16,

    /// Drain mode, for maintenance: accept no new leases; serve those that run.
    #[arg(long, env = "TIDEMARK_DRAIN", action = ArgAction::Set, default_value_t = false, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL")]
    pub drain: bool,

    #[command(flatten)]
    pub web: WebSettings,
}

impl OrchestratorSettings {
    /// The settings for a devnet on this machine: short intervals, and no state outlives it.
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

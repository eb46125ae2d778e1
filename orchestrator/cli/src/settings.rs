//! Every setting, typed and documented.
//!
//! Each setting is a flag and an environment variable of the same name (`--listen`, `TIDEMARK_LISTEN`); a flag wins over
//! the environment, the environment over `.env`. `.env.example` lists them all. The binary's `config` reads the
//! environment; this module only names the variables.

mod web;

use std::{
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

use alloy::{network::EthereumWallet, signers::local::PrivateKeySigner};
use anyhow::{Context, bail};
use clap::{ArgAction, Args, ValueEnum};

pub use web::Web;

use api_types::origin::normal;
use ports::subnet::Subnet;

/// The chain id of a local Anvil: the only chain on which a raw key is accepted.
pub const DEV_CHAIN: u64 = 31337;

/// Where the market is.
#[derive(Debug, Clone, Args)]
pub struct Connection {
    /// The chain's RPC. A WebSocket URL follows blocks as they come; an HTTP URL is polled.
    #[arg(long, env = "TIDEMARK_RPC_URL", default_value = "ws://127.0.0.1:8545", value_parser = rpc_url, global = true)]
    pub rpc_url: String,

    /// The file that names chain, market and block; written by `tidemark contracts deploy` and `tidemark up`.
    #[arg(
        long,
        env = "TIDEMARK_DEPLOYMENT",
        default_value = ".tidemark/deployment.json",
        value_name = "FILE",
        global = true
    )]
    pub deployment: PathBuf,
}

/// Who signs.
#[derive(Debug, Clone, Args)]
pub struct Identity {
    /// An encrypted keystore file (Web3 Secret Storage), as `tidemark provider init`, Geth and Foundry make them.
    #[arg(long, env = "TIDEMARK_KEYSTORE", value_name = "FILE", global = true)]
    pub keystore: Option<PathBuf>,

    /// A file whose first line is the keystore's password. Without it the terminal is asked.
    #[arg(long, env = "TIDEMARK_PASSWORD_FILE", value_name = "FILE", global = true)]
    pub password_file: Option<PathBuf>,

    /// A raw private key; refused on every chain but 31337. For development only.
    #[arg(long, env = "TIDEMARK_DEV_KEY", value_name = "HEX", hide_env_values = true, global = true)]
    pub dev_key: Option<Secret>,
}

/// What a provider's orchestrator needs beyond the chain.
#[derive(Debug, Clone, Args)]
pub struct Orchestration {
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
    pub publish_address: std::net::IpAddr,

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
    pub web: Web,
}

/// How the program speaks.
#[derive(Debug, Clone, Args)]
pub struct Speech {
    /// Answer with JSON on standard output.
    #[arg(long, global = true)]
    pub json: bool,

    /// What to log, on standard error: a level, or filters such as `tidemark=debug,warn`. An orchestrator tells what it does
    /// unless told otherwise, other commands only what goes wrong.
    #[arg(long, env = "TIDEMARK_LOG", value_name = "FILTER", global = true)]
    pub log: Option<String>,

    /// How to log.
    #[arg(long, env = "TIDEMARK_LOG_FORMAT", default_value = "text", value_name = "FORMAT", global = true)]
    pub log_format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

/// A string that Debug does not show.
#[derive(Clone)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: String) -> Self {
        Self(text)
    }

    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}

impl std::str::FromStr for Secret {
    type Err = std::convert::Infallible;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(Self(text.to_owned()))
    }
}

/// A database URL whose password Debug does not show.
#[derive(Clone)]
pub struct DatabaseUrl(String);

impl DatabaseUrl {
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0.split_once(':').map_or("…", |(scheme, _)| scheme))
    }
}

impl std::str::FromStr for DatabaseUrl {
    type Err = String;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let known = ["sqlite:", "postgres://", "postgresql://"].iter().any(|scheme| text.starts_with(scheme));
        if known { Ok(Self(text.to_owned())) } else { Err("it must begin with sqlite: or postgres://".to_owned()) }
    }
}

impl Orchestration {
    /// For a devnet on this machine: quick, and nothing outlives it.
    pub fn local(listen: SocketAddr, database: &Path) -> Self {
        Self {
            database_url: DatabaseUrl(format!("sqlite:{}", database.display())),
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
            web: Web::local(),
        }
    }
}

impl Identity {
    /// The wallet, decrypted. Asks the terminal for a password when no file has it.
    pub fn signer(&self, chain_id: u64) -> anyhow::Result<PrivateKeySigner> {
        match (&self.keystore, &self.dev_key) {
            (Some(_), Some(_)) => bail!("both TIDEMARK_KEYSTORE and TIDEMARK_DEV_KEY are set: leave one"),
            (None, None) => bail!("nobody can sign: set TIDEMARK_KEYSTORE (`tidemark provider init` makes one)"),
            (None, Some(key)) => {
                if chain_id != DEV_CHAIN {
                    bail!("TIDEMARK_DEV_KEY is refused on chain {chain_id}: put the key into a keystore file");
                }
                // The key itself must not appear in the error.
                key.expose().trim().parse().ok().context("TIDEMARK_DEV_KEY is not a private key of 32 bytes in hex")
            }
            (Some(path), None) => {
                let name = path.display();
                if !path.is_file() {
                    bail!("TIDEMARK_KEYSTORE: there is no file {name}");
                }
                let password = self.password(&name.to_string())?;
                PrivateKeySigner::decrypt_keystore(path, password.expose())
                    .with_context(|| format!("{name} could not be decrypted: is the password right?"))
            }
        }
    }

    pub fn wallet(&self, chain_id: u64) -> anyhow::Result<EthereumWallet> {
        Ok(EthereumWallet::from(self.signer(chain_id)?))
    }

    /// The password of a keystore, existing or about to be made.
    pub fn password(&self, keystore: &str) -> anyhow::Result<Secret> {
        if let Some(file) = &self.password_file {
            let text = std::fs::read_to_string(file)
                .with_context(|| format!("TIDEMARK_PASSWORD_FILE: {} is not readable", file.display()))?;
            return Ok(Secret(text.lines().next().unwrap_or_default().to_owned()));
        }
        let password = rpassword::prompt_password(format!("Password of {keystore}: "))
            .context("there is no terminal to ask for a password: set TIDEMARK_PASSWORD_FILE")?;
        Ok(Secret(password))
    }
}

fn rpc_url(text: &str) -> Result<String, String> {
    let known = ["ws://", "wss://", "http://", "https://"].iter().any(|scheme| text.starts_with(scheme));
    if known { Ok(text.to_owned()) } else { Err("it must begin with ws://, wss://, http:// or https://".to_owned()) }
}

/// `30s`, `5m`, `1h`; zero is refused.
pub fn duration(text: &str) -> Result<Duration, String> {
    let duration = humantime::parse_duration(text).map_err(|error| format!("{error}; write it like 30s, 5m or 1h"))?;
    if duration.is_zero() { Err("it must be longer than zero".to_owned()) } else { Ok(duration) }
}

/// Letters, digits and hyphens between dots, in lower case.
fn domain(text: &str) -> Result<String, String> {
    let name = text.trim_end_matches('.').to_ascii_lowercase();
    let part = |part: &str| {
        let sound = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !part.is_empty()
            && part.len() <= 63
            && part.bytes().all(sound)
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    let sound = name.len() <= 190 && name.split('.').all(part) && name.parse::<std::net::IpAddr>().is_err();
    if sound { Ok(name) } else { Err("it must be a domain such as apps.example.org".to_owned()) }
}

/// An origin as browsers write it.
fn web_origin(text: &str) -> Result<String, String> {
    let wanted = || "it must be an origin such as https://tidemark.example.org, without a path".to_owned();
    let text = text.trim().trim_end_matches('/');
    normal(text).filter(|origin| origin.eq_ignore_ascii_case(text)).ok_or_else(wanted)
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::*;
    use crate::Cli;

    #[test]
    fn the_command_line_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_wrong_setting_is_refused_by_name() {
        for (flag, value, why) in [
            ("--listen", "nowhere", "invalid socket address"),
            ("--gateway", "7080", "invalid socket address"),
            ("--gateway-domain", "10.0.0.1", "must be a domain"),
            ("--gateway-domain", "a..b", "must be a domain"),
            ("--web-origins", "https://a.org,example.org", "an origin such as"),
            ("--web-origins", "https://a.org/path", "an origin such as"),
            ("--sample-every", "0s", "longer than zero"),
            ("--sample-every", "soon", "write it like"),
            ("--database-url", "mysql://x", "sqlite:"),
            ("--rpc-url", "localhost:8545", "ws://"),
            ("--web-rpc", "localhost:8545", "ws://"),
            ("--web-explorer", "javascript:alert(1)", "must be a site"),
        ] {
            let error = Cli::try_parse_from(["tidemark", "provider", "run", flag, value]).unwrap_err().to_string();
            assert!(error.contains(flag) && error.contains(why), "{flag} {value}: {error}");
        }
    }

    #[test]
    fn no_secret_shows_in_debug() {
        let key = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
        let args = ["tidemark", "provider", "run", "--dev-key", key, "--database-url", "postgres://u:hunter2@h/d"];
        let shown = format!("{:?}", Cli::try_parse_from(args).unwrap());
        assert!(!shown.contains("ac0974") && !shown.contains("hunter2"), "{shown}");
    }

    #[test]
    fn a_raw_key_is_refused_away_from_the_local_chain() {
        let identity = Identity { keystore: None, password_file: None, dev_key: Some(Secret::new("0x01".repeat(32))) };
        assert!(identity.signer(1).unwrap_err().to_string().contains("refused on chain 1"));
    }
}

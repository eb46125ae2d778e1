//! Where the chain and the market are.

use std::path::PathBuf;

use clap::Args;

use super::parse::rpc_url;

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

//! Which chain and which market to use.

use std::path::PathBuf;

use clap::Args;

use super::parse::rpc_url;

/// The chain id of a local Anvil: the only chain on which a raw key is accepted.
pub const DEV_CHAIN: u64 = 31337;

/// Which chain and which market to use.
#[derive(Debug, Clone, Args)]
pub struct ConnectionSettings {
    /// The RPC URL of the chain. WebSocket URLs subscribe to new blocks; HTTP URLs are polled.
    #[arg(long, env = "TIDEMARK_RPC_URL", default_value = "ws://127.0.0.1:8545", value_parser = rpc_url, global = true)]
    pub rpc_url: String,

    /// The deployment file with the chain, the market and its block; `tidemark contracts deploy` and `tidemark up` write it.
    #[arg(
        long,
        env = "TIDEMARK_DEPLOYMENT",
        default_value = ".tidemark/deployment.json",
        value_name = "FILE",
        global = true
    )]
    pub deployment: PathBuf,
}

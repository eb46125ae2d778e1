//! The configuration of the web page.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::schema::AddressText;

/// `/config.json`: the market that the page uses. A page that is hosted as static files has it as a file.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PageConfig {
    /// The URL of the provider's API; empty for the page's own origin.
    pub api: String,
    pub chain_id: u64,
    /// The chain's name for people.
    pub chain_name: String,
    /// The address of the market's contract.
    #[schema(value_type = AddressText)]
    pub market: String,
    /// The block in which the market was deployed.
    pub block: u64,
    /// The RPC endpoint for reads without a wallet; null when only the wallet's may be used.
    #[schema(required)]
    pub rpc_url: Option<String>,
    /// The URL of a block explorer with `/tx/` and `/address/`; null without one.
    #[schema(required)]
    pub explorer: Option<String>,
    /// The project id for WalletConnect; null when it is not offered.
    #[schema(required)]
    pub wallet_connect_project_id: Option<String>,
}

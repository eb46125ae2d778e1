//! What the web page lives by.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// One of the market's events.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventView {
    /// Where it stands: `BLOCK.LOG`, and of a recent block the beginning of its hash too.
    pub cursor: String,
    pub block: u64,
    pub time: u64,
    pub tx: String,
    /// As in Solidity.
    pub name: String,
    /// A lease's id, a provider's or an account's address, `order:ID`, an offer's number, or `market`.
    pub subject: String,
    /// By their names in Solidity; numbers in decimal text, structs as objects.
    pub args: serde_json::Map<String, serde_json::Value>,
}

/// `/config.json`: where the page finds its market. Beside a page that is hosted as static files it is a file.
#[derive(Debug, Clone, Default, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PageConfig {
    /// The provider's API; empty for the page's own origin.
    pub api: String,
    pub chain_id: u64,
    pub chain_name: String,
    pub market: String,
    /// The block in which the market was deployed.
    pub block: u64,
    /// For reading without a wallet; none: the wallet's alone.
    pub rpc_url: Option<String>,
    /// Of a block explorer with /tx/ and /address/.
    pub explorer: Option<String>,
    pub wallet_connect_project_id: Option<String>,
}

//! The configuration of the web page.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

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

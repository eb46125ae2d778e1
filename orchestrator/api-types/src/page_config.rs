//! The configuration of the web page.

use crate::schema::AddressText;
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
    #[schema(value_type = AddressText)]
    pub market: String,
    /// The block in which the market was deployed.
    pub block: u64,
    /// For reading without a wallet; none: the wallet's alone.
    #[schema(required)]
    pub rpc_url: Option<String>,
    /// Of a block explorer with /tx/ and /address/.
    #[schema(required)]
    pub explorer: Option<String>,
    #[schema(required)]
    pub wallet_connect_project_id: Option<String>,
}

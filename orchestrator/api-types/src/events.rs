//! Events of the market.

use crate::schema::HexText;
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
    #[schema(value_type = HexText)]
    pub tx: String,
    /// As in Solidity.
    pub name: String,
    /// A lease's id, a provider's or an account's address, `order:ID`, an offer's number, or `market`.
    pub subject: String,
    /// By their names in Solidity; numbers in decimal text, structs as objects.
    pub args: serde_json::Map<String, serde_json::Value>,
}

//! Events of the market.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::schema::HexText;

/// An event that the market's contract emitted.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventView {
    /// The event's position: `BLOCK.LOG`, and in a recent block also the first 8 bytes of its hash. Pass it back as `after`
    /// or `before`.
    pub cursor: String,
    /// The block's number.
    pub block: u64,
    /// The block's time, Unix seconds.
    pub time: u64,
    /// The transaction's hash.
    #[schema(value_type = HexText)]
    pub tx: String,
    /// The event's name in Solidity.
    pub name: String,
    /// What the event is about: a lease's id, the address of a provider or an account, `order:ID`, an offer's number, or
    /// `market`.
    pub subject: String,
    /// The arguments by their names in Solidity. Numbers are decimal text, structs are objects.
    pub args: serde_json::Map<String, serde_json::Value>,
}

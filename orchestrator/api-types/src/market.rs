//! The market, its offers, and the state of the provider.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which market this provider serves, and what a client needs to sign for it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MarketView {
    pub chain_id: u64,
    pub market: String,
    pub block: u64,
    pub provider: String,
    pub endpoint: String,
    /// X25519 public key for secrets.
    pub sealing_key: String,
    /// The EIP-712 domain of manifests and countersignatures.
    pub domain: serde_json::Value,
    /// The EIP-712 types that are signed under it.
    pub types: serde_json::Value,
    /// Types of a leaf's values, for `StandardMerkleTree`.
    pub leaf_encoding: Vec<String>,
    /// Whether new leases, orders, bids and providers are let in.
    pub intake_open: bool,
    /// The contract's parameters: seconds, counts, wei.
    pub parameters: BTreeMap<String, String>,
    /// The newest block that the orchestrator has applied.
    pub head: Option<HeadView>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HeadView {
    pub number: u64,
    pub hash: String,
    pub time: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OfferView {
    pub id: u32,
    pub provider: String,
    pub open: bool,
    pub currency: String,
    /// Base units × 1e12 per second and unit; see `PriceList` in the contracts.
    pub prices: serde_json::Value,
}

/// What one of the market's errors means, and what to do about it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ContractErrorView {
    pub name: String,
    pub meaning: String,
    pub cause: String,
    pub remedy: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatusView {
    pub version: String,
    pub provider: String,
    /// Whether the provider takes no new leases, as before maintenance.
    pub draining: bool,
    pub head: Option<HeadView>,
    /// Each stage's last run.
    pub stages: serde_json::Value,
}

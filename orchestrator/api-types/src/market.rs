//! The market, its offers, and the state of the provider.

use std::collections::BTreeMap;

use crate::schema::{AddressText, DomainShape, HexText, PricesShape, RunShape, TypedFieldShape};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Which market this provider serves, and what a client needs to sign for it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MarketView {
    pub chain_id: u64,
    #[schema(value_type = AddressText)]
    pub market: String,
    pub block: u64,
    #[schema(value_type = AddressText)]
    pub provider: String,
    pub endpoint: String,
    /// X25519 public key for secrets.
    #[schema(value_type = HexText)]
    pub sealing_key: String,
    /// The EIP-712 domain of manifests and countersignatures.
    #[schema(value_type = DomainShape)]
    pub domain: serde_json::Value,
    /// The EIP-712 types that are signed under it.
    #[schema(value_type = BTreeMap<String, Vec<TypedFieldShape>>)]
    pub types: serde_json::Value,
    /// Types of a leaf's values, for `StandardMerkleTree`.
    pub leaf_encoding: Vec<String>,
    /// Whether new leases, orders, bids and providers are let in.
    pub intake_open: bool,
    /// The contract's parameters: seconds, counts, wei.
    pub parameters: BTreeMap<String, String>,
    /// The newest block that the orchestrator has applied.
    #[schema(required)]
    pub head: Option<HeadView>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HeadView {
    pub number: u64,
    #[schema(value_type = HexText)]
    pub hash: String,
    pub time: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OfferView {
    pub id: u32,
    #[schema(value_type = AddressText)]
    pub provider: String,
    pub open: bool,
    #[schema(value_type = AddressText)]
    pub currency: String,
    /// Base units × 1e12 per second and unit; see `PriceList` in the contracts.
    #[schema(value_type = PricesShape)]
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
    #[schema(value_type = AddressText)]
    pub provider: String,
    /// Whether the provider takes no new leases, as before maintenance.
    pub draining: bool,
    #[schema(required)]
    pub head: Option<HeadView>,
    /// Each stage's last run.
    #[schema(value_type = BTreeMap<String, RunShape>)]
    pub stages: serde_json::Value,
}

//! The market, its offers, its errors, and the state of the orchestrator.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::schema::{AddressText, DomainShape, HexText, PricesShape, RunShape, TypedFieldShape};

/// The market that this provider serves, and what a client needs to sign for it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct MarketView {
    pub chain_id: u64,
    /// The address of the market's contract.
    #[schema(value_type = AddressText)]
    pub market: String,
    /// The block in which the market was deployed.
    pub block: u64,
    /// This provider's account.
    #[schema(value_type = AddressText)]
    pub provider: String,
    /// This provider's registered endpoint; empty before the registration.
    pub endpoint: String,
    /// The X25519 public key to which tenants seal secrets; empty before the registration.
    #[schema(value_type = HexText)]
    pub sealing_key: String,
    /// The EIP-712 domain of manifests, grants, actions and countersignatures.
    #[schema(value_type = DomainShape)]
    pub domain: serde_json::Value,
    /// The EIP-712 types that are signed under this domain.
    #[schema(value_type = BTreeMap<String, Vec<TypedFieldShape>>)]
    pub types: serde_json::Value,
    /// The Solidity types of a leaf's values, for `StandardMerkleTree`.
    pub leaf_encoding: Vec<String>,
    /// Whether the market accepts new leases, orders, bids and providers.
    pub intake_open: bool,
    /// The contract's parameters by name: seconds, counts, wei, and the arbiters' address, as text.
    pub parameters: BTreeMap<String, String>,
    /// The newest block that the orchestrator has applied; null before the first.
    #[schema(required)]
    pub head: Option<HeadView>,
}

/// A block.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HeadView {
    pub number: u64,
    #[schema(value_type = HexText)]
    pub hash: String,
    /// Unix seconds.
    pub time: u64,
}

/// A provider's standing price list.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OfferView {
    pub id: u32,
    /// The provider's account.
    #[schema(value_type = AddressText)]
    pub provider: String,
    /// Whether it can be taken.
    pub open: bool,
    /// The token's address; the zero address is the chain's native coin.
    #[schema(value_type = AddressText)]
    pub currency: String,
    /// The price list.
    #[schema(value_type = PricesShape)]
    pub prices: serde_json::Value,
}

/// An entry of the manual of the contract's errors.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
pub struct ContractErrorView {
    /// The error's name in Solidity.
    pub name: String,
    pub meaning: String,
    pub cause: String,
    pub remedy: String,
}

/// The state of the orchestrator.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct StatusView {
    /// The version of the program.
    pub version: String,
    /// This provider's account.
    #[schema(value_type = AddressText)]
    pub provider: String,
    /// Whether the provider takes no new leases, for maintenance.
    pub draining: bool,
    /// The newest block that the orchestrator has applied; null before the first, and when the database does not answer.
    #[schema(required)]
    pub head: Option<HeadView>,
    /// The last run of each stage, by the stage's name.
    #[schema(value_type = BTreeMap<String, RunShape>)]
    pub stages: serde_json::Value,
}

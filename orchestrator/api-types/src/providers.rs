//! Providers.

use crate::schema::{AddressText, HexText, SilenceName};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A provider as the chain tells it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProviderView {
    #[schema(value_type = AddressText)]
    pub address: String,
    pub registered: bool,
    pub endpoint: String,
    /// Wei.
    pub bond: String,
    /// What it registered; it sells nothing while its bond does not cover that.
    #[schema(value_type = CapacityView)]
    pub capacity: serde_json::Value,
    /// Its own claims, such as `region=eu`.
    pub attributes: Vec<String>,
    /// When its bond may leave, once it has announced that.
    #[schema(required)]
    pub exit_at: Option<u64>,
    /// `reported` or `confirmed` while its roots have stopped and somebody said so.
    #[schema(required, value_type = Option<SilenceName>)]
    pub silence: Option<String>,
    /// What leases and bids hold of the capacity on chain.
    #[serde(default)]
    #[schema(required)]
    pub held: CapacityView,
    /// Epochs with a root on chain.
    #[serde(default)]
    #[schema(required)]
    pub proven_epochs: u64,
    /// The same, and those that passed without a root since the first one while a lease was open.
    #[serde(default)]
    #[schema(required)]
    pub epochs: u64,
    /// Newest first, at most fifty.
    #[serde(default)]
    #[schema(required)]
    pub faults: Vec<FaultView>,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CapacityView {
    pub millicores: u64,
    #[serde(rename = "memoryMiB")]
    pub memory_mib: u64,
    #[serde(rename = "diskMiB")]
    pub disk_mib: u64,
    pub gpus: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FaultView {
    /// The event: `Slashed`, `FraudProven`, `OutageCredited`, `SilenceConfirmed`.
    pub name: String,
    pub time: u64,
    #[schema(value_type = HexText)]
    pub tx: String,
    /// Wei taken from the bond, when the event says so.
    #[schema(required)]
    pub amount: Option<String>,
}

//! Providers of the market.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::schema::{AddressText, HexText, SilenceName};

/// A provider, as far as the chain shows it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProviderView {
    /// The provider's account.
    #[schema(value_type = AddressText)]
    pub address: String,
    /// Whether it is registered now.
    pub registered: bool,
    /// The URL of its API, as registered.
    pub endpoint: String,
    /// Wei.
    pub bond: String,
    /// The registered capacity. The provider can sell nothing while its bond does not cover it.
    #[schema(value_type = CapacityView)]
    pub capacity: serde_json::Value,
    /// The provider's own claims, such as `region=eu`.
    pub attributes: Vec<String>,
    /// When the bond may be withdrawn, Unix seconds; null before the exit is announced.
    #[schema(required)]
    pub exit_at: Option<u64>,
    /// The report that the provider's roots are missing; null without one since its newest root.
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
    /// Those epochs, plus the epochs since the first root that passed without a root while a lease was open.
    #[serde(default)]
    #[schema(required)]
    pub epochs: u64,
    /// Faults, newest first, at most 50.
    #[serde(default)]
    #[schema(required)]
    pub faults: Vec<FaultView>,
}

/// Resources in total.
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

/// A fault of a provider.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct FaultView {
    /// The event: `Slashed`, `FraudProven`, `OutageCredited` or `SilenceConfirmed`.
    pub name: String,
    /// Unix seconds of the chain.
    pub time: u64,
    #[schema(value_type = HexText)]
    pub tx: String,
    /// Wei slashed from the bond; null when the event names no amount.
    #[schema(required)]
    pub amount: Option<String>,
}

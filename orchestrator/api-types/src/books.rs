//! Providers, and this one's own books.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// A provider as the chain tells it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProviderView {
    pub address: String,
    pub registered: bool,
    pub endpoint: String,
    /// Wei.
    pub bond: String,
    /// What it registered; it sells nothing while its bond does not cover that.
    pub capacity: serde_json::Value,
    /// Its own claims, such as `region=eu`.
    pub attributes: Vec<String>,
    /// When its bond may leave, once it has announced that.
    pub exit_at: Option<u64>,
    /// `reported` or `confirmed` while its roots have stopped and somebody said so.
    pub silence: Option<String>,
    /// What leases and bids hold of the capacity on chain.
    #[serde(default)]
    pub held: CapacityView,
    /// Epochs with a root on chain.
    #[serde(default)]
    pub proven_epochs: u64,
    /// The same, and those that passed without a root since the first one while a lease was open.
    #[serde(default)]
    pub epochs: u64,
    /// Newest first, at most fifty.
    #[serde(default)]
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
    pub tx: String,
    /// Wei taken from the bond, when the event says so.
    pub amount: Option<String>,
}

/// This provider's own books. All of it follows from the chain but alarms, wallet, gas and margin.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OwnView {
    pub address: String,
    pub endpoint: String,
    pub draining: bool,
    /// Percent on top of the price list that bids ask.
    pub margin: u16,
    /// Wei.
    pub bond: String,
    pub capacity: CapacityView,
    pub held: CapacityView,
    /// For bids that the chain does not show yet.
    pub reserved: CapacityView,
    /// Wei that the wallet had when it was last looked into; none before the first time.
    pub wallet: Option<String>,
    pub earnings: Vec<EarningsView>,
    /// The newest settlements, newest first.
    pub claims: Vec<ClaimView>,
    /// The newest withdrawals of earnings, newest first.
    pub payouts: Vec<PayoutView>,
    /// The newest, newest first.
    pub roots: Vec<RootView>,
    pub gas: GasView,
    pub intents: Vec<IntentsView>,
    /// Each stage's last run.
    pub stages: serde_json::Value,
    pub alarms: Vec<AlarmView>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EarningsView {
    pub currency: String,
    pub earned: String,
    pub withdrawn: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClaimView {
    pub time: u64,
    pub lease: String,
    pub currency: String,
    pub amount: String,
    pub tx: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PayoutView {
    pub time: u64,
    pub currency: String,
    pub amount: String,
    pub tx: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RootView {
    pub epoch: u64,
    pub posted_at: u64,
    pub root: String,
    pub tx: String,
    /// Statements under it.
    pub leaves: u64,
    /// That posting it used; none when somebody else's transaction did.
    pub gas: Option<u64>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GasView {
    /// The budget.
    pub per_hour: u64,
    pub last_hour: u64,
    pub last_day: u64,
    /// Wei, at most: the gas at the highest fee that was signed for it.
    pub fees_last_day: String,
    /// Of the last day.
    pub by_kind: Vec<SpentView>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SpentView {
    pub kind: String,
    pub count: u64,
    pub gas: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IntentsView {
    /// `prepared`, `sent`, `mined`, `final` or `failed`.
    pub state: String,
    pub count: u64,
}

/// Something that its provider should see to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AlarmView {
    /// `stage`, `chain`, `clock`, `gas`, `wallet`, `intents`, `roots`, `bond` or `draining`.
    pub kind: String,
    pub message: String,
    pub remedy: String,
}

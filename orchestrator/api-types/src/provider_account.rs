//! This provider's own account.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::providers::CapacityView;
use crate::schema::{AddressText, AlarmKindName, HexText, IntentStateName, RunShape};

/// This provider's own books. All of it follows from the chain but alarms, wallet, gas and margin.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProviderAccountView {
    #[schema(value_type = AddressText)]
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
    #[schema(required)]
    pub wallet: Option<String>,
    pub earnings: Vec<EarningsView>,
    /// The newest settlements, newest first.
    pub claims: Vec<ClaimView>,
    /// The newest withdrawals of earnings, newest first.
    pub payouts: Vec<WithdrawalView>,
    /// The newest, newest first.
    pub roots: Vec<PostedRootView>,
    pub gas: GasView,
    pub intents: Vec<IntentCountView>,
    /// Each stage's last run.
    #[schema(value_type = BTreeMap<String, RunShape>)]
    pub stages: serde_json::Value,
    pub alarms: Vec<AlarmView>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EarningsView {
    #[schema(value_type = AddressText)]
    pub currency: String,
    pub earned: String,
    pub withdrawn: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClaimView {
    pub time: u64,
    #[schema(value_type = HexText)]
    pub lease: String,
    #[schema(value_type = AddressText)]
    pub currency: String,
    pub amount: String,
    #[schema(value_type = HexText)]
    pub tx: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WithdrawalView {
    pub time: u64,
    #[schema(value_type = AddressText)]
    pub currency: String,
    pub amount: String,
    #[schema(value_type = HexText)]
    pub tx: String,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PostedRootView {
    pub epoch: u64,
    pub posted_at: u64,
    #[schema(value_type = HexText)]
    pub root: String,
    #[schema(value_type = HexText)]
    pub tx: String,
    /// Statements under it.
    pub leaves: u64,
    /// That posting it used; none when somebody else's transaction did.
    #[schema(required)]
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
    pub by_kind: Vec<GasByKindView>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GasByKindView {
    pub kind: String,
    pub count: u64,
    pub gas: u64,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IntentCountView {
    /// `prepared`, `sent`, `mined`, `final` or `failed`.
    #[schema(value_type = IntentStateName)]
    pub state: String,
    pub count: u64,
}

/// Something that its provider should see to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AlarmView {
    /// `stage`, `chain`, `clock`, `gas`, `wallet`, `intents`, `roots`, `bond` or `draining`.
    #[schema(value_type = AlarmKindName)]
    pub kind: String,
    pub message: String,
    pub remedy: String,
}

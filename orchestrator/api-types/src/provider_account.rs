//! The provider's own account: earnings, costs and alarms.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    providers::CapacityView,
    schema::{AddressText, AlarmKindName, HexText, IntentStateName, RunShape},
};

/// This provider's account. All of it follows from the chain except alarms, wallet, gas and margin.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProviderAccountView {
    /// This provider's account.
    #[schema(value_type = AddressText)]
    pub address: String,
    /// The registered endpoint; empty before the registration.
    pub endpoint: String,
    /// Whether the provider takes no new leases, for maintenance.
    pub draining: bool,
    /// Percent that bids add to the price list.
    pub margin: u16,
    /// Wei.
    pub bond: String,
    /// What the provider registered.
    pub capacity: CapacityView,
    /// What leases and bids hold on chain.
    pub held: CapacityView,
    /// What is reserved for bids that are not on chain yet.
    pub reserved: CapacityView,
    /// Wei in the provider's wallet when it was last read; null before the first read.
    #[schema(required)]
    pub wallet: Option<String>,
    /// By currency.
    pub earnings: Vec<EarningsView>,
    /// Settlements, newest first, at most 50.
    pub claims: Vec<ClaimView>,
    /// Withdrawals of earnings, newest first, at most 50.
    pub payouts: Vec<WithdrawalView>,
    /// Roots, newest first, at most 50.
    pub roots: Vec<PostedRootView>,
    /// Gas that the orchestrator's transactions used.
    pub gas: GasView,
    /// Transaction intents, counted by state.
    pub intents: Vec<IntentCountView>,
    /// The last run of each stage, by the stage's name.
    #[schema(value_type = BTreeMap<String, RunShape>)]
    pub stages: serde_json::Value,
    /// What needs the provider's attention. Empty when nothing does.
    pub alarms: Vec<AlarmView>,
}

/// Earnings in one currency, base units.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EarningsView {
    #[schema(value_type = AddressText)]
    pub currency: String,
    /// All that leases have paid.
    pub earned: String,
    /// All that the provider has withdrawn.
    pub withdrawn: String,
}

/// A settlement of a lease.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ClaimView {
    /// Unix seconds of the chain.
    pub time: u64,
    #[schema(value_type = HexText)]
    pub lease: String,
    #[schema(value_type = AddressText)]
    pub currency: String,
    /// Base units.
    pub amount: String,
    #[schema(value_type = HexText)]
    pub tx: String,
}

/// A withdrawal of earnings.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WithdrawalView {
    /// Unix seconds of the chain.
    pub time: u64,
    #[schema(value_type = AddressText)]
    pub currency: String,
    /// Base units.
    pub amount: String,
    #[schema(value_type = HexText)]
    pub tx: String,
}

/// A root on chain.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PostedRootView {
    pub epoch: u64,
    /// Unix seconds of the chain.
    pub posted_at: u64,
    #[schema(value_type = HexText)]
    pub root: String,
    #[schema(value_type = HexText)]
    pub tx: String,
    /// How many statements the root covers.
    pub leaves: u64,
    /// Gas used by posting it; null when another account's transaction posted it.
    #[schema(required)]
    pub gas: Option<u64>,
}

/// Gas use against the budget.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GasView {
    /// The budget of an hour.
    pub per_hour: u64,
    /// Gas used in the last hour.
    pub last_hour: u64,
    /// Gas used in the last day.
    pub last_day: u64,
    /// Upper bound of the fees of the last day, wei: the gas used at the highest fee that was signed for it.
    pub fees_last_day: String,
    /// The last day, by kind of transaction.
    pub by_kind: Vec<GasByKindView>,
}

/// Gas use of one kind of transaction.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct GasByKindView {
    /// The kind of intent, such as `root` or `claim`.
    pub kind: String,
    /// Transactions.
    pub count: u64,
    pub gas: u64,
}

/// Transaction intents in one state.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct IntentCountView {
    /// The state.
    #[schema(value_type = IntentStateName)]
    pub state: String,
    pub count: u64,
}

/// A condition that needs the provider's attention.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AlarmView {
    /// What it is about.
    #[schema(value_type = AlarmKindName)]
    pub kind: String,
    /// For people: what is wrong.
    pub message: String,
    /// For people: what to do.
    pub remedy: String,
}

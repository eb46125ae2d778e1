//! Orders, bids and how an order fits the offers.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::arguments::{RatesArgument, ShapeArgument};
use crate::schema::{AddressText, HexText, LeasePolicyShape, OrderStandingName};

/// An order that providers bid on, and what this provider does about it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderView {
    #[schema(value_type = HexText)]
    pub id: String,
    #[schema(value_type = AddressText)]
    pub tenant: String,
    #[schema(value_type = AddressText)]
    pub currency: String,
    pub deposit: String,
    /// Neither accepted nor cancelled.
    pub open: bool,
    pub shape: ShapeArgument,
    pub replicas: u16,
    #[schema(value_type = LeasePolicyShape)]
    pub policy: serde_json::Value,
    /// The budget of the whole lease, base units × 1e12 a second.
    pub max_rate: String,
    #[schema(value_type = HexText)]
    pub manifest_hash: String,
    pub salt: String,
    /// What a provider has to claim.
    pub attributes: Vec<String>,
    pub bid_until: u32,
    pub accept_until: u32,
    pub opened_at: u64,
    pub opened_block: u64,
    #[schema(required)]
    pub closed_at: Option<u64>,
    /// Bids that hold capacity, the cheapest first.
    pub bids: Vec<BidView>,
    pub decision: OrderDecisionView,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BidView {
    #[schema(value_type = HexText)]
    pub id: String,
    #[schema(value_type = AddressText)]
    pub provider: String,
    pub rates: RatesArgument,
    pub expiry: u32,
}

/// What this provider decided about an order.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderDecisionView {
    /// `open`, `declined`, `bidding`, `placed`, `won`, `released` or `failed`.
    #[schema(value_type = OrderStandingName)]
    pub standing: String,
    /// Why there is no bid.
    #[schema(required)]
    pub reason: Option<String>,
    /// This provider's bid.
    #[schema(required)]
    pub bid: Option<BidView>,
    /// What the bid became.
    #[schema(required, value_type = Option<HexText>)]
    pub lease: Option<String>,
    /// When it was decided, Unix milliseconds of the provider's clock.
    #[schema(required)]
    pub decided_at_ms: Option<u64>,
    /// Whether inventory is reserved for a bid that the chain does not show yet.
    pub reserved: bool,
}

/// How an order fits this provider's offers.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScreenView {
    /// How many offers match.
    pub matches: usize,
    /// The block as of which the provider's capacity was counted.
    pub block: u64,
    pub offers: Vec<ScreenedOfferView>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScreenedOfferView {
    pub offer: u32,
    #[schema(value_type = AddressText)]
    pub currency: String,
    pub matches: bool,
    pub rates: RatesArgument,
    /// What the first replica count reserves a second, base units × 1e12.
    pub rate: String,
    /// The same at the highest count.
    pub highest_rate: String,
    /// Every reason why it does not match.
    pub reasons: Vec<ScreenReasonView>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScreenReasonView {
    /// The contract's error.
    pub error: String,
    /// Its arguments, numbers in decimal.
    pub arguments: Vec<String>,
    /// A sentence for people, with what would make it fit.
    pub message: String,
}

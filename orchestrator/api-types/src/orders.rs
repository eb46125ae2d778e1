//! Orders, bids, and the screening of an order against offers.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    arguments::{RatesArgument, ShapeArgument},
    schema::{AddressText, HexText, LeasePolicyShape, OrderStandingName},
};

/// An order of the market, with this provider's decision.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderView {
    #[schema(value_type = HexText)]
    pub id: String,
    #[schema(value_type = AddressText)]
    pub tenant: String,
    #[schema(value_type = AddressText)]
    pub currency: String,
    /// What the tenant has deposited, base units.
    pub deposit: String,
    /// Whether it is neither accepted nor cancelled.
    pub open: bool,
    /// What one replica gets.
    pub shape: ShapeArgument,
    /// The initial count.
    pub replicas: u16,
    /// The lease policy of the future lease.
    #[schema(value_type = LeasePolicyShape)]
    pub policy: serde_json::Value,
    /// The budget: the highest rate that the whole lease may reserve, base units × 1e12 per second.
    pub max_rate: String,
    /// keccak256 of the manifest's bytes.
    #[schema(value_type = HexText)]
    pub manifest_hash: String,
    /// Distinguishes orders that agree in everything else; decimal text.
    pub salt: String,
    /// Attributes that a provider must claim, such as `region=eu`.
    pub attributes: Vec<String>,
    /// The end of the bidding, Unix seconds.
    pub bid_until: u32,
    /// The end of the acceptance, Unix seconds.
    pub accept_until: u32,
    /// Unix seconds of the chain.
    pub opened_at: u64,
    pub opened_block: u64,
    /// Unix seconds of the chain; null while the order is open.
    #[schema(required)]
    pub closed_at: Option<u64>,
    /// Bids that hold capacity, the cheapest first.
    pub bids: Vec<BidView>,
    pub decision: OrderDecisionView,
}

/// A provider's bid on an order.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BidView {
    #[schema(value_type = HexText)]
    pub id: String,
    #[schema(value_type = AddressText)]
    pub provider: String,
    pub rates: RatesArgument,
    /// Unix seconds.
    pub expiry: u32,
}

/// This provider's decision about an order.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct OrderDecisionView {
    /// The state of the decision.
    #[schema(value_type = OrderStandingName)]
    pub standing: String,
    /// Why there is no bid, or why it failed; null otherwise.
    #[schema(required)]
    pub reason: Option<String>,
    /// This provider's bid; null without one.
    #[schema(required)]
    pub bid: Option<BidView>,
    /// The lease that the bid became; null before.
    #[schema(required, value_type = Option<HexText>)]
    pub lease: Option<String>,
    /// Unix milliseconds of the provider's clock; null before the decision.
    #[schema(required)]
    pub decided_at_ms: Option<u64>,
    /// Whether inventory is reserved for a bid that is not on chain yet.
    pub reserved: bool,
}

/// The result of screening an order against this provider's open offers.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScreenView {
    /// The number of offers that match.
    pub matches: usize,
    /// The block as of which the provider's capacity was read.
    pub block: u64,
    pub offers: Vec<ScreenedOfferView>,
}

/// One offer, screened.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScreenedOfferView {
    /// The offer's number.
    pub offer: u32,
    #[schema(value_type = AddressText)]
    pub currency: String,
    pub matches: bool,
    /// The price list applied to the order's shape.
    pub rates: RatesArgument,
    /// The reserved rate at the initial count, base units × 1e12 per second.
    pub rate: String,
    /// The reserved rate at the highest count, base units × 1e12 per second.
    pub highest_rate: String,
    /// Every reason why the offer does not match. Empty when it matches.
    pub reasons: Vec<ScreenReasonView>,
}

/// Why an offer does not match.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ScreenReasonView {
    /// The contract's error with which taking the offer would revert, or `Draining`.
    pub error: String,
    /// The error's arguments; numbers are decimal text.
    pub arguments: Vec<String>,
    /// For people: what does not fit, and what would.
    pub message: String,
}

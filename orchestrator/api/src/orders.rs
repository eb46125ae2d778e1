//! Orders of the market, with this provider's decision about each.

use axum::{Json, extract::State};
use serde::Deserialize;
use solidity::Bid;
use utoipa::IntoParams;

use super::{
    error::{QueryParams, Result},
    leases::address,
    state::Api,
};
use api_types::{
    orders::{BidView, OrderDecisionView, OrderView},
    schema::AddressText,
};
use lease::{
    auction::Auction,
    clearing::{self, BidDecision, BidStatus, Wish},
    intent::IntentKey,
    screen::attribute_text,
};
use store::{AnswerRow, IntentState};

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct OrderQuery {
    /// Only orders of this tenant.
    #[param(value_type = Option<AddressText>)]
    tenant: Option<String>,
    /// Includes accepted and cancelled orders.
    #[serde(default)]
    closed: bool,
}

/// List orders of the market, oldest first, with this provider's decision about each.
#[utoipa::path(get, path = "/v1/orders", operation_id = "listOrders", params(OrderQuery), responses((status = 200, body = Vec<OrderView>)))]
pub async fn orders(
    State(api): State<Api>,
    QueryParams(query): QueryParams<OrderQuery>,
) -> Result<Json<Vec<OrderView>>> {
    let tenant = query.tenant.as_deref().map(address).transpose()?;
    let mut views = Vec::new();
    for row in api.store.orders(tenant, !query.closed).await? {
        let decision = decision(&api, &row).await?;
        views.push(view(&row.order.auction, decision)?);
    }
    Ok(Json(views))
}

async fn decision(api: &Api, row: &AnswerRow) -> Result<OrderDecisionView> {
    let auction = &row.order.auction;
    let intent = match &row.decision {
        Some(BidDecision::Bid { .. }) => api.store.intent(IntentKey::Bid { order: auction.id }).await?,
        _ => None,
    };
    let wish = intent.map(|intent| match intent.state {
        IntentState::Prepared => Wish::Prepared,
        IntentState::Sent | IntentState::Mined => Wish::Sent,
        IntentState::Final => Wish::Done,
        IntentState::Failed => Wish::Failed(intent.error.unwrap_or_default()),
    });
    let standing = clearing::standing(Some(auction), row.decision.as_ref(), wish.as_ref());
    let (word, reason, lease) = match standing {
        BidStatus::Open => ("open", None, None),
        BidStatus::Declined { reason } => ("declined", Some(reason), None),
        BidStatus::Bidding => ("bidding", None, None),
        BidStatus::Placed => ("placed", None, None),
        BidStatus::Won { lease } => ("won", None, Some(lease.to_string())),
        BidStatus::Released => ("released", None, None),
        BidStatus::Failed { reason } => ("failed", Some(reason), None),
    };
    let bid = match &row.decision {
        Some(BidDecision::Bid { id, bid }) => Some(bid_view(id.to_string(), bid)),
        _ => None,
    };
    let decided_at_ms = row.decision.is_some().then_some(row.decided_at_ms);
    Ok(OrderDecisionView { standing: word.to_owned(), reason, bid, lease, decided_at_ms, reserved: row.reserved })
}

fn view(auction: &Auction, decision: OrderDecisionView) -> Result<OrderView> {
    let (terms, order) = (&auction.terms, &auction.terms.order);
    Ok(OrderView {
        id: auction.id.to_string(),
        tenant: terms.tenant.to_string(),
        currency: terms.currency.to_string(),
        deposit: auction.deposit.to_string(),
        open: auction.is_open(),
        shape: (&order.shape).into(),
        replicas: order.replicas,
        policy: serde_json::to_value(&order.policy)?,
        max_rate: order.maxRate.to_string(),
        manifest_hash: order.manifestHash.to_string(),
        salt: order.salt.to_string(),
        attributes: terms.attributes.iter().map(|attribute| attribute_text(*attribute)).collect(),
        bid_until: terms.bidUntil,
        accept_until: terms.acceptUntil,
        opened_at: auction.opened_at,
        opened_block: auction.opened_block,
        closed_at: auction.closed_at,
        bids: auction.live().into_iter().map(|(id, bid)| bid_view(id.to_string(), &bid.terms)).collect(),
        decision,
    })
}

fn bid_view(id: String, bid: &Bid) -> BidView {
    BidView { id, provider: bid.provider.to_string(), rates: (&bid.rates).into(), expiry: bid.expiry }
}

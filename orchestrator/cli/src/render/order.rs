//! Orders and their bids, as text and as JSON.

use serde_json::{Value, json as object};

use crate::render::{
    amount::Unit,
    ids::{short, short_id},
    span::span,
    table::table,
};
use lease::{auction::Auction, screen};

/// In which state an order is at a time in Unix seconds: `bidding, 4m left`.
pub fn state(auction: &Auction, now: u64) -> String {
    let terms = &auction.terms;
    let left = |until: u32| span(u64::from(until).saturating_sub(now));
    match auction.closed_at {
        Some(_) if auction.bids.values().any(|bid| bid.lease.is_some()) => "accepted".to_owned(),
        Some(_) => "cancelled".to_owned(),
        None if now < u64::from(terms.bidUntil) => format!("bidding, {} left", left(terms.bidUntil)),
        None if now <= u64::from(terms.acceptUntil) => format!("to accept, {} left", left(terms.acceptUntil)),
        None => "over: cancel it".to_owned(),
    }
}

/// An order and its bids as a JSON object; amounts in base units, rates in base units × 1e12 a second.
pub fn json(auction: &Auction, now: u64) -> Value {
    let rate = |rates, replicas| screen::highest_rate(rates, replicas).to_string();
    let order = &auction.terms.order;
    let bids = auction.live().into_iter().map(|(id, bid)| {
        object!({
            "bid": id, "provider": bid.terms.provider, "expiry": bid.terms.expiry, "rates": bid.terms.rates,
            "rate": rate(&bid.terms.rates, order.replicas), "highestRate": rate(&bid.terms.rates, order.policy.maxReplicas),
        })
    });
    let won = auction.bids.iter().find_map(|(id, bid)| Some((id, bid.lease?)));
    object!({
        "order": auction.id, "status": state(auction, now), "open": auction.is_open(), "tenant": auction.terms.tenant,
        "currency": auction.terms.currency, "deposit": auction.deposit.to_string(), "terms": order,
        "attributes": auction.terms.attributes.iter().map(|word| screen::attribute_text(*word)).collect::<Vec<_>>(),
        "bidUntil": auction.terms.bidUntil, "acceptUntil": auction.terms.acceptUntil, "bids": bids.collect::<Vec<_>>(),
        "wonBy": won.map(|(bid, _)| bid), "lease": won.map(|(_, lease)| lease),
    })
}

/// An order and its bids for people.
pub fn text(auction: &Auction, now: u64, unit: &Unit) -> String {
    let (terms, order) = (&auction.terms, &auction.terms.order);
    let shape = &order.shape;
    let mut lines = vec![
        format!("order      {}", auction.id),
        format!("status     {}", state(auction, now)),
        format!(
            "shape      {} millicores, {} MiB memory, {} MiB disk, {} GPUs",
            shape.millicores, shape.memoryMiB, shape.diskMiB, shape.gpus
        ),
        format!("replicas   {} (bounds {} to {})", order.replicas, order.policy.minReplicas, order.policy.maxReplicas),
        format!(
            "money      deposit {}, at most {}",
            unit.format(auction.deposit),
            unit.format_rate(order.maxRate.to())
        ),
    ];
    if !terms.attributes.is_empty() {
        let words: Vec<_> = terms.attributes.iter().map(|word| screen::attribute_text(*word)).collect();
        lines.push(format!("attributes {}", words.join(", ")));
    }
    let won = auction.bids.values().find_map(|bid| bid.lease);
    lines.extend(won.map(|lease| format!("lease      {lease}")));
    let rows: Vec<_> = auction
        .live()
        .into_iter()
        .map(|(id, bid)| {
            [
                short_id(id),
                short(bid.terms.provider),
                unit.format_rate(screen::highest_rate(&bid.terms.rates, order.replicas)),
                unit.format_rate(screen::highest_rate(&bid.terms.rates, order.policy.maxReplicas)),
                span(u64::from(bid.terms.expiry).saturating_sub(now)),
            ]
        })
        .collect();
    match rows.is_empty() {
        true => lines.push(
            "no bids: `tidemark quote` lists the offers that fit, and each provider's /v1/orders says why it does not bid"
                .to_owned(),
        ),
        false => lines.push(table(["BID", "PROVIDER", "NOW", "AT MOST", "HOLDS"], &rows)),
    }
    lines.join("\n")
}

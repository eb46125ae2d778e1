//! Orders and their bids, replayed from the events of the market.

use alloy::{
    primitives::{Address, B256},
    providers::Provider,
    sol_types::SolEvent,
};
use anyhow::{Context, bail, ensure};
use solidity::{Bid, Market};

use crate::{render::ids::short_id, wallet::session::Session};
use lease::auction::Auction;

/// Every order of the market, or of one tenant, oldest first.
pub async fn all(session: &Session, tenant: Option<Address>) -> anyhow::Result<Vec<Auction>> {
    let mut opened = session.filter().event_signature(Market::OrderOpened::SIGNATURE_HASH);
    if let Some(tenant) = tenant {
        opened = opened.topic2(tenant);
    }
    let mut auctions = Vec::new();
    for log in session.provider().get_logs(&opened).await? {
        if let Some(id) = log.topics().get(1) {
            auctions.push(by_id(session, *id).await?);
        }
    }
    Ok(auctions)
}

/// The order whose id has this prefix.
///
/// # Errors
/// When no order or several orders have it.
pub async fn find(session: &Session, prefix: &str) -> anyhow::Result<Auction> {
    let wanted = hex_prefix(prefix).with_context(|| {
        format!("{prefix:?} is not an order id or a prefix of one: `tidemark order ls` lists the orders")
    })?;
    let opened = session.filter().event_signature(Market::OrderOpened::SIGNATURE_HASH);
    let logs = session.provider().get_logs(&opened).await?;
    let ids = logs.iter().filter_map(|log| log.topics().get(1).copied());
    let found: Vec<B256> = ids.filter(|id| format!("{id:x}").starts_with(&wanted)).collect();
    match found.as_slice() {
        [] => bail!("no order id starts with {prefix}: `tidemark order ls` lists the orders"),
        [id] => by_id(session, *id).await,
        several => bail!("{} order ids start with {prefix}: give a longer prefix", several.len()),
    }
}

/// The order whose accepted bid opened a lease; none for a lease that took an offer.
pub async fn of_lease(session: &Session, lease: B256) -> anyhow::Result<Option<Auction>> {
    let accepted = session.filter().event_signature(Market::BidAccepted::SIGNATURE_HASH).topic3(lease);
    let logs = session.provider().get_logs(&accepted).await?;
    match logs.first().and_then(|log| log.topics().get(1)) {
        Some(id) => Ok(Some(by_id(session, *id).await?)),
        None => Ok(None),
    }
}

async fn by_id(session: &Session, id: B256) -> anyhow::Result<Auction> {
    let mut auction: Option<Auction> = None;
    for (event, time, block) in session.events(id).await? {
        match &mut auction {
            None => auction = Auction::open(&event, time, block),
            Some(auction) => auction.apply(&event, time),
        }
    }
    auction.with_context(|| format!("order {id} does not exist"))
}

/// The cheapest bid that has not expired, or the one whose id has this prefix.
pub fn find_bid(auction: &Auction, prefix: Option<&str>, now: u64) -> anyhow::Result<Bid> {
    let order = short_id(auction.id);
    let live: Vec<_> = auction.live().into_iter().filter(|(_, bid)| now <= u64::from(bid.terms.expiry)).collect();
    ensure!(!live.is_empty(), "order {order} has no bid that can be accepted: see `tidemark order show {order}`");
    let Some(prefix) = prefix else {
        return live.first().map(|(_, bid)| bid.terms.clone()).context("the order has no bid");
    };
    let wanted = hex_prefix(prefix).with_context(|| format!("{prefix:?} is not a bid id or a prefix of one"))?;
    let found: Vec<_> = live.iter().filter(|(id, _)| format!("{id:x}").starts_with(&wanted)).collect();
    match found.as_slice() {
        [] => {
            bail!(
                "no valid bid on order {order} has an id that starts with {prefix}: see `tidemark order show {order}`"
            )
        }
        [(_, bid)] => Ok(bid.terms.clone()),
        several => bail!("{} bid ids start with {prefix}: give a longer prefix", several.len()),
    }
}

fn hex_prefix(text: &str) -> Option<String> {
    let wanted = text.trim().trim_start_matches("0x").to_lowercase();
    let valid = !wanted.is_empty() && wanted.len() <= 64 && wanted.chars().all(|c| c.is_ascii_hexdigit());
    valid.then_some(wanted)
}

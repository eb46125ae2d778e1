//! An order with the bids on it, as the chain tells them: the fold of its events.

use std::collections::BTreeMap;

use alloy::primitives::{Address, B256, U256};
use serde::{Deserialize, Serialize};
use solidity::{AuctionOrder, Bid, Market::MarketEvents};

use super::screen::MOST_BIDS;

/// Money in base units of the order's currency, times in the chain's Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Auction {
    pub id: B256,
    pub terms: AuctionOrder,
    pub deposit: U256,
    pub opened_at: u64,
    pub opened_block: u64,
    /// When it was accepted or cancelled.
    pub closed_at: Option<u64>,
    /// Bids that hold their providers' capacity, and those that became leases. One that ended otherwise is forgotten.
    pub bids: BTreeMap<B256, Placed>,
}

/// A bid on chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Placed {
    pub terms: Bid,
    pub placed_at: u64,
    /// What it became.
    pub lease: Option<B256>,
}

impl Auction {
    pub fn new(id: B256, terms: AuctionOrder, deposit: U256, opened_at: u64, opened_block: u64) -> Self {
        Self { id, terms, deposit, opened_at, opened_block, closed_at: None, bids: BTreeMap::new() }
    }

    /// The first event of an order; `None` for any other.
    pub fn open(event: &MarketEvents, time: u64, block: u64) -> Option<Self> {
        let MarketEvents::OrderOpened(opened) = event else { return None };
        Some(Self::new(opened.order, opened.terms.clone(), opened.deposit, time, block))
    }

    /// Applies a later event of this order, which stood in a block of the given time.
    pub fn apply(&mut self, event: &MarketEvents, time: u64) {
        match event {
            MarketEvents::OrderCancelled(_) => self.closed_at = Some(time),
            MarketEvents::BidPlaced(placed) => {
                let bid = Placed { terms: placed.terms.clone(), placed_at: time, lease: None };
                self.bids.insert(placed.bid, bid);
            }
            MarketEvents::BidReleased(released) => drop(self.bids.remove(&released.bid)),
            MarketEvents::BidAccepted(accepted) => {
                // A lease may move to a lost bid of an order that was accepted long ago.
                self.closed_at.get_or_insert(time);
                if let Some(bid) = self.bids.get_mut(&accepted.bid) {
                    bid.lease = Some(accepted.lease);
                }
            }
            _ => {}
        }
    }

    pub fn is_open(&self) -> bool {
        self.closed_at.is_none()
    }

    /// Bids that hold capacity, the cheapest first.
    pub fn live(&self) -> Vec<(B256, &Placed)> {
        let live = self.bids.iter().filter(|(_, bid)| bid.lease.is_none());
        let mut live: Vec<_> = live.map(|(id, bid)| (*id, bid)).collect();
        live.sort_by_key(|(_, bid)| (bid.terms.rates.reserved, bid.placed_at));
        live
    }

    /// A provider's bid that holds its capacity.
    pub fn bid_of(&self, provider: Address) -> Option<(B256, &Bid)> {
        let mut own = self.live().into_iter().filter(|(_, bid)| bid.terms.provider == provider);
        own.next().map(|(id, bid)| (id, &bid.terms))
    }

    /// The bid whose place a cheaper one takes: the dearest, when all places are taken.
    pub fn displaced(&self) -> Option<&Bid> {
        let live = self.live();
        if live.len() < MOST_BIDS { None } else { live.last().map(|(_, bid)| &bid.terms) }
    }
}

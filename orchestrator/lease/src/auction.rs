//! An order with its bids: a fold of the chain's events.

use std::collections::BTreeMap;

use alloy::primitives::{Address, B256, U256};
use serde::{Deserialize, Serialize};
use solidity::{AuctionOrder, Bid, Market::MarketEvents};

/// The most bids that an order holds at a time.
pub const MOST_BIDS: usize = 16;

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
    /// Bids that hold their providers' capacity, and those that became leases. A bid that ended otherwise is dropped.
    pub bids: BTreeMap<B256, PlacedBid>,
}

/// A bid on chain.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlacedBid {
    pub terms: Bid,
    pub placed_at: u64,
    /// The lease that it became.
    pub lease: Option<B256>,
}

impl Auction {
    pub fn new(id: B256, terms: AuctionOrder, deposit: U256, opened_at: u64, opened_block: u64) -> Self {
        Self { id, terms, deposit, opened_at, opened_block, closed_at: None, bids: BTreeMap::new() }
    }

    /// Creates the order from its first event; `None` for any other event.
    pub fn open(event: &MarketEvents, time: u64, block: u64) -> Option<Self> {
        let MarketEvents::OrderOpened(opened) = event else { return None };
        Some(Self::new(opened.order, opened.terms.clone(), opened.deposit, time, block))
    }

    /// Applies a later event of this order, from a block of the given time.
    pub fn apply(&mut self, event: &MarketEvents, time: u64) {
        match event {
            MarketEvents::OrderCancelled(_) => self.closed_at = Some(time),
            MarketEvents::BidPlaced(placed) => {
                let bid = PlacedBid { terms: placed.terms.clone(), placed_at: time, lease: None };
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
    pub fn live(&self) -> Vec<(B256, &PlacedBid)> {
        let live = self.bids.iter().filter(|(_, bid)| bid.lease.is_none());
        let mut live: Vec<_> = live.map(|(id, bid)| (*id, bid)).collect();
        live.sort_by_key(|(_, bid)| (bid.terms.rates.reserved, bid.placed_at));
        live
    }

    /// The provider's bid that holds its capacity.
    pub fn bid_of(&self, provider: Address) -> Option<(B256, &Bid)> {
        let mut own = self.live().into_iter().filter(|(_, bid)| bid.terms.provider == provider);
        own.next().map(|(id, bid)| (id, &bid.terms))
    }

    /// The bid that a cheaper one replaces: the dearest, when all places are taken.
    pub fn displaced(&self) -> Option<&Bid> {
        let live = self.live();
        if live.len() < MOST_BIDS { None } else { live.last().map(|(_, bid)| &bid.terms) }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use alloy::primitives::aliases::U104;
    use solidity::{
        Market::{BidAccepted, BidPlaced, BidReleased, OrderCancelled, OrderOpened},
        Rates,
    };

    use super::*;

    const ORDER: B256 = B256::repeat_byte(1);

    fn opened() -> Auction {
        let event = OrderOpened { order: ORDER, deposit: U256::from(7), ..OrderOpened::default() };
        Auction::open(&MarketEvents::OrderOpened(event), 10, 1).unwrap()
    }

    fn placed(number: u8, reserved: u64) -> MarketEvents {
        let rates = Rates { reserved: U104::from(reserved), ..Rates::default() };
        let provider = Address::repeat_byte(number);
        let terms = Bid { provider, rates, expiry: 100 };
        MarketEvents::BidPlaced(BidPlaced { order: ORDER, bid: B256::repeat_byte(number), provider, terms })
    }

    #[test]
    fn bids_come_and_go_and_the_cheapest_is_first() {
        let mut auction = opened();
        for (number, reserved) in [(1, 30), (2, 10), (3, 20)] {
            auction.apply(&placed(number, reserved), 20);
        }
        let order: Vec<_> = auction.live().into_iter().map(|(id, _)| id[0]).collect();
        assert_eq!(order, [2, 3, 1]);
        let released = BidReleased { order: ORDER, bid: B256::repeat_byte(2), provider: Address::repeat_byte(2) };
        auction.apply(&MarketEvents::BidReleased(released), 21);
        let accepted = BidAccepted { order: ORDER, bid: B256::repeat_byte(3), lease: B256::repeat_byte(9) };
        auction.apply(&MarketEvents::BidAccepted(accepted), 22);
        assert_eq!(auction.closed_at, Some(22));
        assert_eq!(auction.live().into_iter().map(|(id, _)| id[0]).collect::<Vec<_>>(), [1]);
        assert!(auction.bid_of(Address::repeat_byte(1)).is_some() && auction.bid_of(Address::repeat_byte(3)).is_none());
        // The lease moves on to the one that lost.
        let moved = BidAccepted { order: ORDER, bid: B256::repeat_byte(1), lease: B256::repeat_byte(8) };
        auction.apply(&MarketEvents::BidAccepted(moved), 30);
        assert_eq!((auction.closed_at, auction.live().len()), (Some(22), 0));
    }

    #[test]
    fn when_all_places_are_taken_the_dearest_makes_room() {
        let mut auction = opened();
        for number in 1..16 {
            auction.apply(&placed(number, 100 - u64::from(number)), 20);
            assert!(auction.displaced().is_none());
        }
        auction.apply(&placed(16, 200), 20);
        assert_eq!(auction.displaced().unwrap().provider, Address::repeat_byte(16));
        let cancelled = OrderCancelled { order: ORDER, ..OrderCancelled::default() };
        auction.apply(&MarketEvents::OrderCancelled(cancelled), 40);
        assert!(!auction.is_open());
    }
}

//! A provider's next action for an order: a pure function of what is known of it.
//!
//! A provider answers with a bid or with a reason why there is none. A bid reserves inventory from the moment it is
//! decided; the reservation ends when the chain shows the bid, which then holds the capacity itself, or when the bid
//! can no longer appear. A bid on chain holds until it wins, or until the provider releases it because it has lost or
//! expired.

use alloy::primitives::{B256, ruint::UintTryFrom};
use serde::{Deserialize, Serialize};
use solidity::{AuctionOrder, Bid, Rates};

use super::auction::Auction;

/// How long a decision not to bid, or a bid that could not be placed, is kept before the order is considered again, in
/// milliseconds.
const PAUSE_MS: u64 = 5_000;

/// The outcome of the transaction that was to place a bid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wish {
    /// Wanted, and not signed.
    Prepared,
    /// Signed; its outcome on chain is not certain yet.
    Sent,
    /// It took effect in a block that has been read.
    Done,
    /// It had no effect, and never will.
    Failed(String),
}

/// The state of a provider's bid on an order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", tag = "standing")]
pub enum BidStatus {
    /// Not considered yet.
    Open,
    /// No bid, with the reason.
    Declined {
        reason: String,
    },
    /// A bid is on its way; inventory is reserved for it.
    Bidding,
    /// The bid is on chain and holds capacity.
    Placed,
    Won {
        lease: B256,
    },
    /// The bid ended without a lease, and everything it held is free.
    Released,
    /// The bid could not be placed.
    Failed {
        reason: String,
    },
}

/// The next action for an order.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BidAction {
    /// Screen, price, and bid or record why not.
    Answer,
    /// The transaction is on its way.
    Wait,
    /// Cancel a bid that has not been signed yet.
    Withdraw,
    /// The bid is on chain: its reservation can be freed.
    Hold,
    /// Release the bid on chain.
    Release,
    /// Nothing is left to do until the order changes.
    Rest,
}

/// The provider's settings for bids.
#[derive(Debug, Clone, Copy, Default)]
pub struct BidBounds {
    /// Place no new bids.
    pub drain: bool,
    /// Seconds for which a lost bid stays, so that its tenant can move a lease to it.
    pub standby: u64,
}

/// A provider's decision about an order: a bid with its id, or the reason why there is none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BidDecision {
    Bid { id: B256, bid: Bid },
    None { reason: String },
}

/// `auction` is none when a reorg took the order back; `wish` belongs to a decision to bid.
pub fn standing(auction: Option<&Auction>, decision: Option<&BidDecision>, wish: Option<&Wish>) -> BidStatus {
    let id = match decision {
        None => return BidStatus::Open,
        Some(BidDecision::None { reason }) => return BidStatus::Declined { reason: reason.clone() },
        Some(BidDecision::Bid { id, .. }) => id,
    };
    match (auction.and_then(|auction| auction.bids.get(id)), wish) {
        (Some(placed), _) => placed.lease.map_or(BidStatus::Placed, |lease| BidStatus::Won { lease }),
        (None, Some(Wish::Prepared | Wish::Sent)) => BidStatus::Bidding,
        (None, Some(Wish::Done)) => BidStatus::Released,
        (None, Some(Wish::Failed(reason))) => BidStatus::Failed { reason: reason.clone() },
        // A bid that an earlier database placed.
        (None, None) => BidStatus::Released,
    }
}

/// The next action. `now` is the chain's time in Unix seconds, `idle_ms` how long ago the decision was made.
pub fn next(
    standing: &BidStatus,
    auction: Option<&Auction>,
    decision: Option<&BidDecision>,
    wish: Option<&Wish>,
    (now, idle_ms): (u64, u64),
    bounds: BidBounds,
) -> BidAction {
    let bidding = auction.filter(|auction| auction.is_open() && now < u64::from(auction.terms.bidUntil));
    match standing {
        BidStatus::Open if bidding.is_some() => BidAction::Answer,
        BidStatus::Declined { .. } | BidStatus::Failed { .. } if bidding.is_some() => {
            if idle_ms >= PAUSE_MS {
                BidAction::Answer
            } else {
                BidAction::Wait
            }
        }
        BidStatus::Bidding if wish == Some(&Wish::Prepared) && (bounds.drain || bidding.is_none()) => {
            BidAction::Withdraw
        }
        BidStatus::Bidding => BidAction::Wait,
        BidStatus::Placed if may_release(auction, decision, now, bounds) => BidAction::Release,
        BidStatus::Placed => BidAction::Hold,
        _ => BidAction::Rest,
    }
}

/// Whether a bid on chain can and should be released.
fn may_release(auction: Option<&Auction>, decision: Option<&BidDecision>, now: u64, bounds: BidBounds) -> bool {
    let (Some(auction), Some(BidDecision::Bid { bid, .. })) = (auction, decision) else { return false };
    now > u64::from(bid.expiry) || auction.closed_at.is_some_and(|closed_at| now >= closed_at + bounds.standby)
}

/// The expiry of a bid made now: when its order can no longer be accepted, or `hold` seconds from now; never before the
/// bidding ends.
pub fn expiry(order: &AuctionOrder, now: u64, hold: Option<u64>) -> u32 {
    let held = hold.map(|hold| u32::try_from(now.saturating_add(hold)).unwrap_or(u32::MAX));
    held.map_or(order.acceptUntil, |held| held.max(order.bidUntil).min(order.acceptUntil))
}

/// Rates raised by a percentage, rounded up and capped at the highest rate that fits.
pub fn with_margin(rates: &Rates, percent: u16) -> Rates {
    fn dearer<const BITS: usize, const LIMBS: usize>(
        rate: alloy::primitives::Uint<BITS, LIMBS>,
        percent: u16,
    ) -> alloy::primitives::Uint<BITS, LIMBS> {
        use alloy::primitives::{U256, Uint};
        let scaled = (U256::from(rate) * U256::from(100 + u32::from(percent))).div_ceil(U256::from(100));
        Uint::uint_try_from(scaled).unwrap_or(Uint::MAX)
    }
    Rates {
        reserved: dearer(rates.reserved, percent),
        replicaSecond: dearer(rates.replicaSecond, percent),
        cpuSecond: dearer(rates.cpuSecond, percent),
        memoryMiBSecond: dearer(rates.memoryMiBSecond, percent),
        networkMiB: dearer(rates.networkMiB, percent),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use alloy::primitives::{
        Address, U256,
        aliases::{U80, U104},
    };

    use super::*;
    use crate::auction::PlacedBid;

    const BOUNDS: BidBounds = BidBounds { drain: false, standby: 0 };

    fn auction() -> Auction {
        let terms = AuctionOrder { bidUntil: 100, acceptUntil: 1000, ..AuctionOrder::default() };
        Auction::new(B256::repeat_byte(1), terms, U256::from(5), 10, 1)
    }

    fn decided() -> BidDecision {
        BidDecision::Bid {
            id: B256::repeat_byte(2),
            bid: Bid { provider: Address::ZERO, expiry: 1000, ..Bid::default() },
        }
    }

    fn placed(mut auction: Auction, lease: Option<B256>) -> Auction {
        let BidDecision::Bid { id, bid } = decided() else { unreachable!("it is a bid") };
        auction.bids.insert(id, PlacedBid { terms: bid, placed_at: 20, lease });
        auction
    }

    fn act(
        auction: Option<&Auction>,
        decision: Option<&BidDecision>,
        wish: Option<Wish>,
        now: u64,
        bounds: BidBounds,
    ) -> BidAction {
        let standing = standing(auction, decision, wish.as_ref());
        next(&standing, auction, decision, wish.as_ref(), (now, PAUSE_MS), bounds)
    }

    #[test]
    fn an_open_order_is_answered_until_the_bidding_ends() {
        let (open, none) = (auction(), BidDecision::None { reason: "too small".to_owned() });
        assert_eq!(act(Some(&open), None, None, 99, BOUNDS), BidAction::Answer);
        assert_eq!(act(Some(&open), Some(&none), None, 99, BOUNDS), BidAction::Answer);
        assert_eq!(act(Some(&open), Some(&none), None, 100, BOUNDS), BidAction::Rest);
        assert_eq!(act(None, None, None, 99, BOUNDS), BidAction::Rest);
    }

    #[test]
    fn nobody_bids_twice() {
        let (open, bid) = (auction(), decided());
        for wish in [Wish::Prepared, Wish::Sent] {
            assert_eq!(act(Some(&open), Some(&bid), Some(wish), 50, BOUNDS), BidAction::Wait);
        }
        assert_eq!(act(Some(&open), Some(&bid), Some(Wish::Done), 50, BOUNDS), BidAction::Rest, "displaced");
        assert_eq!(act(Some(&placed(auction(), None)), Some(&bid), Some(Wish::Done), 50, BOUNDS), BidAction::Hold);
        let failed = || Some(Wish::Failed("CapacityExceeded".to_owned()));
        assert_eq!(
            act(Some(&open), Some(&bid), failed(), 50, BOUNDS),
            BidAction::Answer,
            "it had no effect and never will"
        );
        assert_eq!(act(Some(&open), Some(&bid), failed(), 100, BOUNDS), BidAction::Rest);
    }

    #[test]
    fn what_is_not_signed_is_taken_back_when_it_makes_no_sense() {
        let (open, bid, drain) = (auction(), decided(), BidBounds { drain: true, standby: 0 });
        assert_eq!(act(Some(&open), Some(&bid), Some(Wish::Prepared), 50, drain), BidAction::Withdraw);
        assert_eq!(act(Some(&open), Some(&bid), Some(Wish::Prepared), 100, BOUNDS), BidAction::Withdraw);
        assert_eq!(
            act(None, Some(&bid), Some(Wish::Prepared), 50, BOUNDS),
            BidAction::Withdraw,
            "a reorg took the order"
        );
        assert_eq!(act(None, Some(&bid), Some(Wish::Sent), 50, BOUNDS), BidAction::Wait, "the chain will say");
    }

    #[test]
    fn a_bid_is_taken_back_when_it_lost_or_expired_and_never_when_it_binds() {
        let bid = decided();
        let mut lost = placed(auction(), None);
        assert_eq!(
            act(Some(&lost), Some(&bid), Some(Wish::Done), 1000, BOUNDS),
            BidAction::Hold,
            "binding to its last second"
        );
        assert_eq!(act(Some(&lost), Some(&bid), Some(Wish::Done), 1001, BOUNDS), BidAction::Release);
        lost.closed_at = Some(200);
        assert_eq!(act(Some(&lost), Some(&bid), Some(Wish::Done), 200, BOUNDS), BidAction::Release);
        let standby = BidBounds { drain: false, standby: 60 };
        assert_eq!(act(Some(&lost), Some(&bid), Some(Wish::Done), 259, standby), BidAction::Hold);
        assert_eq!(act(Some(&lost), Some(&bid), Some(Wish::Done), 260, standby), BidAction::Release);
        let won = placed(lost, Some(B256::repeat_byte(3)));
        assert_eq!(act(Some(&won), Some(&bid), Some(Wish::Done), 5000, BOUNDS), BidAction::Rest);
    }

    #[test]
    fn a_bid_expires_within_its_order_s_deadlines() {
        let order = auction().terms;
        assert_eq!(expiry(&order, 50, None), 1000);
        assert_eq!(expiry(&order, 50, Some(10)), 100);
        assert_eq!(expiry(&order, 50, Some(500)), 550);
        assert_eq!(expiry(&order, 50, Some(u64::MAX)), 1000);
    }

    #[test]
    fn a_margin_rounds_up_and_never_overflows() {
        let rates = Rates { reserved: U104::from(101), cpuSecond: U80::MAX, ..Rates::default() };
        let dearer = with_margin(&rates, 10);
        assert_eq!((dearer.reserved, dearer.cpuSecond, dearer.replicaSecond), (U104::from(112), U80::MAX, U104::ZERO));
        assert_eq!(with_margin(&rates, 0), rates);
    }
}

//! The noun that the seven stages act on, and every decision about it. Pure: no I/O, no clock, no environment.

pub mod access;
pub mod accrual;
pub mod auction;
pub mod clearing;
pub mod intent;
pub mod label;
pub mod manifest;
pub mod meter;
pub mod physics;
pub mod reconcile;
pub mod screen;
pub mod statement;

use alloy::primitives::{B256, U256};
use serde::{Deserialize, Serialize};
use solidity::{LeasePolicy, Market::MarketEvents, Terms};

/// One lease as the chain tells it: the fold of its events. Money in base units of its currency, times in the chain's
/// Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Lease {
    pub id: B256,
    pub offer: u32,
    pub terms: Terms,
    pub policy: LeasePolicy,
    /// How many replicas are wanted; 0 once closed.
    pub replicas: u16,
    /// Reserved from the opening to `since` less what can never be claimed any more, base units × 1e12.
    pub integral: U256,
    pub since: u64,
    /// Replicas × seconds from the opening to `since`: what could run, whatever of it can still be claimed.
    pub replica_seconds: u64,
    /// Whether `since` is still the opening.
    pub at_opening: bool,
    pub deposited: U256,
    /// Settled to the provider.
    pub paid: U256,
    /// Withdrawn by or refunded to the tenant, or moved to the lease that goes on from this one.
    pub returned: U256,
    /// Time of the newest settled statement; the opening before there is one.
    pub settled_at: u64,
    pub opened_at: u64,
    pub opened_block: u64,
    pub closed_at: Option<u64>,
    /// What stood until it was closed.
    pub ended: Option<Stand>,
    /// The arbiters' deadline, while a dispute freezes what is claimed.
    pub disputed_until: Option<u64>,
    /// When the provider may close because of its notice.
    pub notice_ends: Option<u64>,
    /// The contract's: seconds after which an unproven reservation lapses.
    pub claim_window: u64,
}

/// A count of replicas, and since when.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stand {
    pub replicas: u16,
    pub since: u64,
}

/// Derived from a lease and the time, like the contract's `statusOf`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Active,
    Exhausted,
    Closed,
}

impl Lease {
    /// The first event of a lease; `None` for any other.
    pub fn open(event: &MarketEvents, time: u64, block: u64, claim_window: u64) -> Option<Self> {
        let MarketEvents::LeaseOpened(opened) = event else { return None };
        Some(Self {
            id: opened.lease,
            offer: opened.offer,
            terms: opened.terms.clone(),
            policy: opened.policy.clone(),
            replicas: opened.replicas,
            integral: U256::ZERO,
            since: time,
            replica_seconds: 0,
            at_opening: true,
            deposited: opened.deposit,
            paid: U256::ZERO,
            returned: U256::ZERO,
            settled_at: time,
            opened_at: time,
            opened_block: block,
            closed_at: None,
            ended: None,
            disputed_until: None,
            notice_ends: None,
            claim_window,
        })
    }

    /// Applies a later event of this lease, which stood in a block of the given time.
    ///
    /// `reach` is what a lease cannot know of its provider: when that fell silent, the time of its newest root. Only the
    /// events for which [`needs_reach`] holds ask for it.
    pub fn apply(&mut self, event: &MarketEvents, time: u64, reach: Option<u64>) {
        match event {
            MarketEvents::LeaseScaled(scaled) => self.step(scaled.replicas, time),
            MarketEvents::PolicySet(set) => self.policy = set.policy.clone(),
            MarketEvents::LeaseClosed(_) => {
                self.ended = Some(Stand { replicas: self.replicas, since: self.since });
                self.step(0, time);
                self.closed_at = Some(time);
            }
            MarketEvents::LeaseMoved(moved) => {
                accrual::cut_end(self, time, reach);
                self.returned += moved.amount;
            }
            MarketEvents::NoticeGiven(notice) => self.notice_ends = Some(notice.until.saturating_to()),
            MarketEvents::ToppedUp(topped) => self.deposited += topped.amount,
            MarketEvents::Withdrawn(withdrawn) => self.returned += withdrawn.amount,
            MarketEvents::Refunded(refunded) => self.returned += refunded.amount,
            MarketEvents::Settled(settled) => {
                accrual::lapse(self, time);
                self.paid += settled.amount;
                self.settled_at = settled.time.saturating_to();
            }
            MarketEvents::DisputeOpened(opened) => self.disputed_until = Some(opened.until.saturating_to()),
            MarketEvents::DisputeEnded(ended) => {
                self.disputed_until = None;
                if ended.ruled && ended.forTenant {
                    accrual::void(self, time);
                }
            }
            MarketEvents::FraudProven(_) => accrual::void(self, time),
            MarketEvents::OutageCredited(_) => accrual::cut(self, time, reach),
            _ => {}
        }
    }

    /// Deposited, and neither settled nor returned.
    pub fn balance(&self) -> U256 {
        self.deposited.saturating_sub(self.paid).saturating_sub(self.returned)
    }

    /// Reserved per second at the present replica count, base units × 1e12.
    pub fn rate(&self) -> U256 {
        U256::from(self.terms.rates.reserved) * U256::from(self.replicas)
    }

    pub fn status(&self, time: u64) -> Status {
        if self.closed_at.is_some() {
            Status::Closed
        } else if accrual::owed(self, time) >= self.balance() {
            Status::Exhausted
        } else {
            Status::Active
        }
    }

    /// Replicas × seconds from the opening to a time not before `since`: the most that was ever there to be healthy.
    pub fn replica_seconds_until(&self, time: u64) -> u64 {
        self.replica_seconds + u64::from(self.replicas) * time.saturating_sub(self.since)
    }

    /// Whether a dispute keeps it from being settled.
    pub fn is_frozen(&self) -> bool {
        self.disputed_until.is_some()
    }

    fn step(&mut self, replicas: u16, time: u64) {
        let integral = accrual::carried(self, time);
        self.move_point(integral, time);
        self.replicas = replicas;
    }

    /// Moves the curve's one point. What is reserved there may be less than it was, what could run is what it was.
    fn move_point(&mut self, integral: U256, since: u64) {
        self.replica_seconds = self.replica_seconds_until(since);
        self.integral = integral;
        self.since = since;
        self.at_opening = false;
    }
}

/// Whether an event of a lease needs to be told how far its silent provider's roots reach.
pub fn needs_reach(event: &MarketEvents) -> bool {
    matches!(event, MarketEvents::OutageCredited(_) | MarketEvents::LeaseMoved(_))
}

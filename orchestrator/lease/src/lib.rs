//! The lease, and every decision about it. The seven stages act on what this crate decides.
//!
//! The crate is pure: it has no I/O, no clock and no environment, and its `Cargo.toml` names no runtime, database or
//! engine client. Everything is a function of its arguments; the time is one of them. It may know the contract's types
//! (`solidity`) and nothing of the orchestrator.
//!
//! # Invariants
//!
//! - A `Lease` and an `auction::Auction` are folds of the chain's events: the same events give the same value.
//! - Where the contract computes the same (money, screening, physics), the contract is the authority and a test
//!   compares.
//! - `reconcile` removes something only as the answer to a complete observation.
//! - A statement never claims more than was measured, nor more than the lease could consume.
//! - An `intent::IntentKey` has one text form, which is in databases and never changes.

pub mod access;
pub mod accrual;
pub mod auction;
pub mod clearing;
pub mod epoch_tree;
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

/// One lease as the chain shows it: a fold of its events. Money in base units of its currency, times in the chain's
/// Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Lease {
    pub id: B256,
    pub offer: u32,
    pub terms: Terms,
    pub policy: LeasePolicy,
    /// The wanted replica count; 0 once closed.
    pub replicas: u16,
    /// What was reserved from the opening to `since`, less what can never be claimed any more, base units × 1e12.
    pub integral: U256,
    pub since: u64,
    /// Replicas × seconds from the opening to `since`: what could run, whether or not it can still be claimed.
    pub replica_seconds: u64,
    /// Whether `since` is still the opening.
    pub at_opening: bool,
    pub deposited: U256,
    /// Settled to the provider.
    pub paid: U256,
    /// Withdrawn by or refunded to the tenant, or moved to the lease that continues this one.
    pub returned: U256,
    /// Time of the newest settled statement; the opening before there is one.
    pub settled_at: u64,
    pub opened_at: u64,
    pub opened_block: u64,
    pub closed_at: Option<u64>,
    /// The replica count until it was closed.
    pub ended: Option<Stand>,
    /// The arbiters' deadline, while a dispute freezes what is claimed.
    pub disputed_until: Option<u64>,
    /// When the provider may close because of its notice.
    pub notice_ends: Option<u64>,
    /// A parameter of the contract: seconds after which an unproven reservation lapses.
    pub claim_window: u64,
}

/// A replica count, and since when.
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
    /// Creates the lease from its first event; `None` for any other event.
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

    /// Applies a later event of this lease, from a block of the given time.
    ///
    /// `last_root` is what a lease cannot know of its provider: when that fell silent, the time of its last root
    /// before. Only the events for which [`needs_last_root`] holds need it.
    pub fn apply(&mut self, event: &MarketEvents, time: u64, last_root: Option<u64>) {
        match event {
            MarketEvents::LeaseScaled(scaled) => self.step(scaled.replicas, time),
            MarketEvents::PolicySet(set) => self.policy = set.policy.clone(),
            MarketEvents::LeaseClosed(_) => {
                self.ended = Some(Stand { replicas: self.replicas, since: self.since });
                self.step(0, time);
                self.closed_at = Some(time);
            }
            MarketEvents::LeaseMoved(moved) => {
                accrual::cut_end(self, time, last_root);
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
            MarketEvents::OutageCredited(_) => accrual::cut(self, time, last_root),
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

    /// Replicas × seconds from the opening to a time not before `since`: the most that could be healthy.
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

    /// Moves the curve's one point. The reservation at that point may be less than it was; what could run is unchanged.
    fn move_point(&mut self, integral: U256, since: u64) {
        self.replica_seconds = self.replica_seconds_until(since);
        self.integral = integral;
        self.since = since;
        self.at_opening = false;
    }
}

/// Whether applying an event of a lease needs the time of its silent provider's last root.
pub fn needs_last_root(event: &MarketEvents) -> bool {
    matches!(event, MarketEvents::OutageCredited(_) | MarketEvents::LeaseMoved(_))
}

//! The noun that the seven stages act on, and every decision about it. Pure: no I/O, no clock, no environment.

pub mod accrual;
pub mod auction;
pub mod clearing;
pub mod decide;
pub mod intent;
pub mod label;
pub mod manifest;
pub mod meter;
pub mod screen;
pub mod statement;

use alloy::primitives::{B256, U256};
use serde::{Deserialize, Serialize};
use solidity::{Market::MarketEvents, Policy, Terms};

/// One lease as the chain tells it: the fold of its events. Money in base units of its currency, times in the chain's
/// Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Lease {
    pub id: B256,
    pub offer: u32,
    pub terms: Terms,
    pub policy: Policy,
    /// How many replicas are wanted; 0 once closed.
    pub replicas: u16,
    /// Reserved from the opening to `since` less what can never be claimed any more, base units × 1e12.
    pub integral: U256,
    pub since: u64,
    pub deposited: U256,
    /// Settled to the provider.
    pub paid: U256,
    /// Withdrawn by or refunded to the tenant.
    pub returned: U256,
    /// Time of the newest settled statement; the opening before there is one.
    pub settled_at: u64,
    pub opened_at: u64,
    pub opened_block: u64,
    pub closed_at: Option<u64>,
    /// When the provider may close because of its notice.
    pub notice_ends: Option<u64>,
    /// The contract's: seconds after which an unproven reservation lapses.
    pub claim_window: u64,
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
            deposited: opened.deposit,
            paid: U256::ZERO,
            returned: U256::ZERO,
            settled_at: time,
            opened_at: time,
            opened_block: block,
            closed_at: None,
            notice_ends: None,
            claim_window,
        })
    }

    /// Applies a later event of this lease, which stood in a block of the given time.
    pub fn apply(&mut self, event: &MarketEvents, time: u64) {
        match event {
            MarketEvents::LeaseScaled(scaled) => self.step(scaled.replicas, time),
            MarketEvents::PolicySet(set) => self.policy = set.policy.clone(),
            MarketEvents::LeaseClosed(_) => {
                self.step(0, time);
                self.closed_at = Some(time);
            }
            MarketEvents::NoticeGiven(notice) => self.notice_ends = Some(notice.until.saturating_to()),
            MarketEvents::ToppedUp(topped) => self.deposited += topped.amount,
            MarketEvents::Withdrawn(withdrawn) => self.returned += withdrawn.amount,
            MarketEvents::Refunded(refunded) => self.returned += refunded.amount,
            // The lease that goes on with another provider began with it.
            MarketEvents::LeaseMoved(moved) => self.returned += moved.amount,
            MarketEvents::Settled(settled) => {
                accrual::lapse(self, time);
                self.paid += settled.amount;
                self.settled_at = settled.time.saturating_to();
            }
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

    fn step(&mut self, replicas: u16, time: u64) {
        self.integral = accrual::carried(self, time);
        self.since = time;
        self.replicas = replicas;
    }
}

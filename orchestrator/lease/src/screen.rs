//! Whether an order matches an offer or a bid: the predicates by which the contract takes an offer (`Market.take`) or
//! screens a bid (`Auction.screen`).
//!
//! The contract stops at the first predicate that fails. This module returns every one that fails, in the contract's
//! order and with its numbers, so that a refusal comes with all its reasons. `solidity/test/vectors` holds both to the
//! same cases; the contract is the authority.

use std::{collections::BTreeSet, fmt};

use alloy::primitives::{Address, B256, U256};
use serde::{Deserialize, Serialize};
use solidity::{Bid, LeasePolicy, Market::Capacity, Order, Rates, Shape};

use super::{
    accrual::SCALE,
    auction::{Auction, MOST_BIDS},
};

/// Millicores, MiB of memory, MiB of disk, GPUs: in the order in which the contract numbers them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amounts(pub [u64; 4]);

/// Their names, for messages.
pub const KINDS: [&str; 4] = ["millicores", "MiB of memory", "MiB of disk", "GPUs"];

const MOST_REPLICAS: u16 = 1 << 14;

/// What an order can see of a provider.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seller {
    pub provider: Address,
    pub registered: bool,
    pub capacity: Amounts,
    /// Reserved by leases, bids and the provider itself.
    pub held: Amounts,
    pub attributes: BTreeSet<B256>,
    /// Whether the market accepts new leases and bids at all.
    pub intake_open: bool,
}

/// Why an order and an offer or a bid do not match. Each is the contract's error of that name, with the numbers needed
/// to remedy it. Rates are base units × 1e12 a second, amounts base units, times Unix seconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Mismatch {
    IntakeStopped,
    OfferClosed { offer: u32 },
    NotRegistered { provider: Address },
    OrderClosed { order: B256 },
    BiddingOver { until: u64 },
    BadDeadlines { deadline: u64, earliest: u64, latest: u64 },
    EmptyShape { millicores: u32, memory_mib: u32 },
    BadPolicy { policy: LeasePolicy },
    ReplicasOutOfBounds { replicas: u16, min: u16, max: u16 },
    RateTooHigh { rate: U256, max_rate: U256 },
    AttributeMissing { attribute: B256 },
    InsufficientFunds { available: U256, required: U256 },
    CapacityExceeded { kind: usize, asked: u64, free: u64 },
    NotBetter { rate: U256, displaced: U256 },
}

impl Amounts {
    pub fn of(shape: &Shape, replicas: u16) -> Self {
        let each = [shape.millicores, shape.memoryMiB, shape.diskMiB, shape.gpus.into()];
        Self(each.map(|each| u64::from(each) * u64::from(replicas)))
    }

    pub fn plus(self, other: Self) -> Self {
        Self(std::array::from_fn(|kind| self.0[kind].saturating_add(other.0[kind])))
    }

    /// Zero where the difference would be negative.
    pub fn less(self, other: Self) -> Self {
        Self(std::array::from_fn(|kind| self.0[kind].saturating_sub(other.0[kind])))
    }
}

/// The provider's registered capacity on chain, and the part that leases and bids hold.
pub fn amounts(c: &Capacity) -> (Amounts, Amounts) {
    let registered = [c.millicores, c.memoryMiB, c.diskMiB, c.gpus.into()];
    let held = [c.heldMillicores, c.heldMemoryMiB, c.heldDiskMiB, c.heldGpus.into()];
    (Amounts(registered.map(u64::from)), Amounts(held.map(u64::from)))
}

/// Every reason why an order cannot take an offer with these rates.
///
/// # Arguments
/// `deposit` is the amount that arrives, in base units; without it money is not checked.
pub fn take(
    (offer, open): (u32, bool),
    rates: &Rates,
    seller: &Seller,
    order: &Order,
    deposit: Option<U256>,
    notice_period: u32,
) -> Vec<Mismatch> {
    let mut reasons = Vec::new();
    let mut unless = |fits: bool, reason: Mismatch| reasons.extend((!fits).then_some(reason));
    let (shape, policy) = (&order.shape, &order.policy);
    unless(seller.intake_open, Mismatch::IntakeStopped);
    unless(open, Mismatch::OfferClosed { offer });
    let (millicores, memory_mib) = (shape.millicores, shape.memoryMiB);
    unless(millicores > 0 && memory_mib > 0, Mismatch::EmptyShape { millicores, memory_mib });
    unless(sound(policy), Mismatch::BadPolicy { policy: policy.clone() });
    let (replicas, min, max) = (order.replicas, policy.minReplicas, policy.maxReplicas);
    unless((min..=max).contains(&replicas), Mismatch::ReplicasOutOfBounds { replicas, min, max });
    reasons.extend(too_dear(rates, max, order));
    reasons.extend(too_little(seller, shape, max));
    reasons.extend(deposit.and_then(|deposit| unfunded(deposit, rates, replicas, notice_period)));
    reasons
}

/// Every reason why a bid on an order would be refused at a time.
pub fn bid(auction: &Auction, bid: &Bid, seller: &Seller, now: u64, notice_period: u32) -> Vec<Mismatch> {
    let mut reasons = standing(auction, seller, now);
    let order = &auction.terms;
    let deadlines = (u64::from(bid.expiry), u64::from(order.bidUntil), u64::from(order.acceptUntil));
    let (deadline, earliest, latest) = deadlines;
    if deadline < earliest || deadline > latest {
        reasons.push(Mismatch::BadDeadlines { deadline, earliest, latest });
    }
    reasons.extend(too_dear(&bid.rates, order.order.policy.maxReplicas, &order.order));
    reasons.extend(attributes(seller, &order.attributes));
    reasons.extend(unfunded(auction.deposit, &bid.rates, order.order.replicas, notice_period));
    reasons.extend(too_little(seller, &order.order.shape, order.order.policy.maxReplicas));
    reasons.extend(crowded(auction, bid));
    reasons
}

/// Every reason that no bid of this provider's could remedy, whatever its rates.
pub fn any_bid(auction: &Auction, seller: &Seller, now: u64) -> Vec<Mismatch> {
    let order = &auction.terms;
    let mut reasons = standing(auction, seller, now);
    reasons.extend(attributes(seller, &order.attributes));
    reasons.extend(too_little(seller, &order.order.shape, order.order.policy.maxReplicas));
    reasons
}

/// The attributes that an order wants and a provider does not claim.
pub fn attributes<'a>(seller: &'a Seller, wanted: &'a [B256]) -> impl Iterator<Item = Mismatch> + 'a {
    let missing = wanted.iter().filter(|attribute| !seller.attributes.contains(*attribute));
    missing.map(|attribute| Mismatch::AttributeMissing { attribute: *attribute })
}

fn standing(auction: &Auction, seller: &Seller, now: u64) -> Vec<Mismatch> {
    let until = u64::from(auction.terms.bidUntil);
    let mut reasons = Vec::new();
    let mut unless = |fits: bool, reason: Mismatch| reasons.extend((!fits).then_some(reason));
    unless(seller.intake_open, Mismatch::IntakeStopped);
    unless(seller.registered, Mismatch::NotRegistered { provider: seller.provider });
    unless(auction.is_open(), Mismatch::OrderClosed { order: auction.id });
    unless(now < until, Mismatch::BiddingOver { until });
    reasons
}

/// The same predicate as `Accrual.sound`.
fn sound(policy: &LeasePolicy) -> bool {
    policy.maxReplicas > 0
        && policy.maxReplicas < MOST_REPLICAS
        && policy.minReplicas <= policy.maxReplicas
        && (1..=100).contains(&policy.target)
        && policy.down < policy.target
        && policy.target <= policy.up
        && policy.up <= 100
        && policy.step > 0
}

/// The highest rate that the whole lease may reserve.
pub fn highest_rate(rates: &Rates, max_replicas: u16) -> U256 {
    U256::from(rates.reserved) * U256::from(max_replicas)
}

fn too_dear(rates: &Rates, most: u16, order: &Order) -> Option<Mismatch> {
    let (rate, max_rate) = (highest_rate(rates, most), U256::from(order.maxRate));
    (rate > max_rate).then_some(Mismatch::RateTooHigh { rate, max_rate })
}

fn unfunded(available: U256, rates: &Rates, replicas: u16, notice_period: u32) -> Option<Mismatch> {
    let rate = highest_rate(rates, replicas);
    let required = (rate * U256::from(notice_period)).div_ceil(SCALE);
    (available < required).then_some(Mismatch::InsufficientFunds { available, required })
}

fn too_little(seller: &Seller, shape: &Shape, most: u16) -> impl Iterator<Item = Mismatch> {
    let asked = Amounts::of(shape, most).0;
    let free = seller.capacity.less(seller.held).0;
    // A kind that is not requested is no obstacle, even when the capacity has shrunk below what is held.
    (0..KINDS.len()).filter(move |kind| asked[*kind] > free[*kind]).map(move |kind| Mismatch::CapacityExceeded {
        kind,
        asked: asked[kind],
        free: free[kind],
    })
}

/// When all places are taken, a bid has to be cheaper than the dearest.
fn crowded(auction: &Auction, bid: &Bid) -> Option<Mismatch> {
    let displaced = auction.displaced()?;
    let (rate, displaced) = (U256::from(bid.rates.reserved), U256::from(displaced.rates.reserved));
    (rate >= displaced).then_some(Mismatch::NotBetter { rate, displaced })
}

/// How amounts and rates are written: as the contract's integers, or in a currency.
pub trait Figures {
    /// Base units.
    fn amount(&self, amount: U256) -> String;
    /// Base units × 1e12 a second.
    fn rate(&self, rate: U256) -> String;
}

/// The contract's integers.
pub struct Plain;

impl Figures for Plain {
    fn amount(&self, amount: U256) -> String {
        amount.to_string()
    }
    fn rate(&self, rate: U256) -> String {
        rate.to_string()
    }
}

impl Mismatch {
    /// The name of the contract's error.
    pub fn error(&self) -> &'static str {
        match self {
            Self::IntakeStopped => "IntakeStopped",
            Self::OfferClosed { .. } => "OfferClosed",
            Self::NotRegistered { .. } => "NotRegistered",
            Self::OrderClosed { .. } => "OrderClosed",
            Self::BiddingOver { .. } => "BiddingOver",
            Self::BadDeadlines { .. } => "BadDeadlines",
            Self::EmptyShape { .. } => "EmptyShape",
            Self::BadPolicy { .. } => "BadPolicy",
            Self::ReplicasOutOfBounds { .. } => "ReplicasOutOfBounds",
            Self::RateTooHigh { .. } => "RateTooHigh",
            Self::AttributeMissing { .. } => "AttributeMissing",
            Self::InsufficientFunds { .. } => "InsufficientFunds",
            Self::CapacityExceeded { .. } => "CapacityExceeded",
            Self::NotBetter { .. } => "NotBetter",
        }
    }

    /// The arguments of the contract's error, numbers in decimal.
    pub fn arguments(&self) -> Vec<String> {
        match self {
            Self::IntakeStopped | Self::EmptyShape { .. } | Self::BadPolicy { .. } => Vec::new(),
            Self::OfferClosed { offer } => vec![offer.to_string()],
            Self::NotRegistered { provider } => vec![provider.to_string()],
            Self::OrderClosed { order } => vec![order.to_string()],
            Self::BiddingOver { until } => vec![until.to_string()],
            Self::BadDeadlines { deadline, earliest, latest } => {
                [deadline, earliest, latest].map(u64::to_string).into()
            }
            Self::ReplicasOutOfBounds { replicas, min, max } => [replicas, min, max].map(u16::to_string).into(),
            Self::RateTooHigh { rate, max_rate } => [rate, max_rate].map(U256::to_string).into(),
            Self::AttributeMissing { attribute } => vec![attribute.to_string()],
            Self::InsufficientFunds { available, required } => [available, required].map(U256::to_string).into(),
            Self::CapacityExceeded { kind, asked, free } => vec![kind.to_string(), asked.to_string(), free.to_string()],
            Self::NotBetter { rate, displaced } => [rate, displaced].map(U256::to_string).into(),
        }
    }

    /// One sentence: what does not match, with numbers, and what would make it match.
    pub fn sentence(&self, figures: &dyn Figures) -> String {
        match self {
            Self::IntakeStopped => {
                "the arbiters have stopped the market's intake: wait until they reopen it".to_owned()
            }
            Self::OfferClosed { offer } => format!("offer {offer} was withdrawn or never listed: choose another"),
            Self::NotRegistered { provider } => {
                format!("{provider} is not registered: `tidemark provider register` makes it a provider")
            }
            Self::OrderClosed { order } => format!("order {order} is not open: it was accepted or cancelled"),
            Self::BiddingOver { until } => format!("bids were taken until {until}: only a new order takes more"),
            Self::BadDeadlines { deadline, earliest, latest } => {
                format!(
                    "a bid that expires at {deadline} does not fit: it must hold from {earliest} to at most {latest}"
                )
            }
            Self::EmptyShape { millicores, memory_mib } => format!(
                "{millicores} millicores and {memory_mib} MiB of memory are asked: a replica needs at least 1 of each"
            ),
            Self::BadPolicy { policy } => format!(
                "the policy contradicts itself: with {} to {} replicas, target {} %, up {} %, down {} % and step {}, it needs \
                 min ≤ max < {MOST_REPLICAS}, max ≥ 1, down < target ≤ up ≤ 100, target ≥ 1 and step ≥ 1",
                policy.minReplicas, policy.maxReplicas, policy.target, policy.up, policy.down, policy.step
            ),
            Self::ReplicasOutOfBounds { replicas, min, max } => {
                format!("{replicas} replicas are outside the policy's {min} to {max}: begin with a count within")
            }
            Self::RateTooHigh { rate, max_rate } => format!(
                "the highest rate would be {}, {} above the budget of {}: raise the budget or lower the replicas",
                figures.rate(*rate),
                figures.rate(rate.saturating_sub(*max_rate)),
                figures.rate(*max_rate)
            ),
            Self::AttributeMissing { attribute } => {
                format!("the provider does not claim {}: only one that does can answer", attribute_text(*attribute))
            }
            Self::InsufficientFunds { available, required } => format!(
                "a deposit of {} does not keep the notice period's {}: deposit {} more",
                figures.amount(*available),
                figures.amount(*required),
                figures.amount(required.saturating_sub(*available))
            ),
            Self::CapacityExceeded { kind, asked, free } => {
                let name = KINDS.get(*kind).unwrap_or(&"units");
                format!("{free} {name} are free where {asked} are asked: ask for {} fewer", asked.saturating_sub(*free))
            }
            Self::NotBetter { rate, displaced } => format!(
                "all {MOST_BIDS} places are taken, and a replica's rate of {} is not below the dearest's {}",
                figures.rate(*rate),
                figures.rate(*displaced)
            ),
        }
    }
}

impl fmt::Display for Mismatch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.sentence(&Plain))
    }
}

/// All reasons in one text.
pub fn listed(reasons: &[Mismatch]) -> String {
    reasons.iter().map(Mismatch::to_string).collect::<Vec<_>>().join("; ")
}

/// An attribute such as `region=eu` as the contract stores it: its bytes, padded with zeros.
///
/// # Errors
/// A sentence when it is empty, longer than 32 bytes, or not printable.
pub fn attribute(text: &str) -> Result<B256, String> {
    if text.is_empty() || text.len() > 32 || !text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return Err(format!("{text:?} is not an attribute: 1 to 32 printable characters such as region=eu"));
    }
    let mut word = B256::ZERO;
    word[..text.len()].copy_from_slice(text.as_bytes());
    Ok(word)
}

/// An attribute as people write it, or in hex when it is no text.
pub fn attribute_text(attribute: B256) -> String {
    let end = attribute.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let text = &attribute[..end];
    let printable = end > 0 && text.iter().all(u8::is_ascii_graphic);
    if printable { String::from_utf8_lossy(text).into_owned() } else { attribute.to_string() }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

//! The contract's money functions (`Accrual.sol`), for what the orchestrator shows and predicts. The contract is the
//! authority; `tests/tests/settlement/money_functions.rs` compares the two.

use alloy::primitives::{U256, aliases::U80};
use solidity::{PriceList, Rates, Shape, Statement};

use super::Lease;

/// Rates and integrals are base units × 1e12.
pub const SCALE: U256 = U256::from_limbs([1_000_000_000_000, 0, 0, 0]);

/// The price of cumulative usage, in base units.
pub fn price(rates: &Rates, statement: &Statement) -> U256 {
    let nanos = U256::from(1_000_000_000u64);
    let mib = U256::from(1u64 << 20);
    let scaled = U256::from(rates.replicaSecond) * U256::from(statement.replicaSeconds)
        + U256::from(rates.cpuSecond) * U256::from(statement.cpuNanos) / nanos
        + U256::from(rates.memoryMiBSecond) * U256::from(statement.memoryByteSeconds) / mib
        + U256::from(rates.networkMiB) * U256::from(statement.networkBytes) / mib;
    scaled / SCALE
}

/// What the lease reserved from its opening to a time not before its last step, base units × 1e12.
pub fn reserved_until(lease: &Lease, time: u64) -> U256 {
    lease.integral + lease.rate() * U256::from(time.saturating_sub(lease.since))
}

/// The reservation that a step at `time` carries forward: without the whole base units from before the claim window, or
/// before the newest settled statement, that were not paid.
pub fn carried(lease: &Lease, time: u64) -> U256 {
    carried_from(lease, claimable(lease, time), time)
}

fn carried_from(lease: &Lease, from: u64, time: u64) -> U256 {
    let reserved = reserved_until(lease, time);
    if from < lease.since {
        return reserved;
    }
    let unclaimed = (reserved_until(lease, from) / SCALE).saturating_sub(lease.paid);
    reserved.saturating_sub(unclaimed * SCALE)
}

/// The time from which a lease's reservation can still be claimed.
fn claimable(lease: &Lease, time: u64) -> u64 {
    lease.settled_at.max(time.saturating_sub(lease.claim_window))
}

/// The first effect of settling a lease that stayed unsettled for a whole claim window: the curve's point moves to the
/// window's beginning, without what was not proven in time.
pub fn lapse(lease: &mut Lease, time: u64) {
    let oldest = time.saturating_sub(lease.claim_window);
    if lease.settled_at < oldest && oldest >= lease.since {
        let integral = carried_from(lease, oldest, oldest);
        lease.move_point(integral, oldest);
    }
}

/// Voids what is owed for the time before `time`: the reservation becomes what was paid.
pub fn void(lease: &mut Lease, time: u64) {
    lease.move_point(lease.paid * SCALE, time);
}

/// Voids what is owed after a silent provider's last root, or after the newest settled statement when that is later.
pub fn cut(lease: &mut Lease, time: u64, root_at: Option<u64>) {
    let from = claimable(lease, time);
    let integral = carried_from(lease, from, from.max(root_at.unwrap_or_default()));
    lease.move_point(integral, time);
}

/// The same for a lease that was closed at this very time in order to continue with another provider: the reservation
/// from the last root to the end is removed. Without a last root its provider was not silent.
pub fn cut_end(lease: &mut Lease, time: u64, root_at: Option<u64>) {
    let (Some(stood), Some(root_at)) = (lease.ended, root_at) else { return };
    let from = claimable(lease, time).max(root_at).max(stood.since);
    let rate = U256::from(lease.terms.rates.reserved) * U256::from(stood.replicas);
    lease.integral = lease.integral.saturating_sub(rate * U256::from(time.saturating_sub(from)));
}

/// What the provider may still be owed, in base units, rounded up.
pub fn owed(lease: &Lease, time: u64) -> U256 {
    let from = claimable(lease, time);
    if from >= lease.since {
        (lease.rate() * U256::from(time.saturating_sub(from))).div_ceil(SCALE)
    } else {
        reserved_until(lease, time).div_ceil(SCALE).saturating_sub(lease.paid)
    }
}

/// Seconds until what may be owed equals the balance; `None` when nothing is reserved, so that it never does.
pub fn runway(lease: &Lease, time: u64) -> Option<u64> {
    let left = lease.balance().saturating_sub(owed(lease, time));
    if lease.rate().is_zero() { None } else { Some((left * SCALE / lease.rate()).saturating_to()) }
}

/// The most replicas for which the money covers what may be owed then, and the notice period at their rate.
pub fn affordable(lease: &Lease, time: u64, notice_period: u64) -> u32 {
    let left = lease.balance().saturating_sub(owed(lease, time));
    let each = U256::from(lease.terms.rates.reserved) * U256::from(notice_period);
    if each.is_zero() { u32::MAX } else { (left * SCALE / each).saturating_to() }
}

/// Applies a price list to a shape, as `Accrual.rates` does.
pub fn rates(prices: &PriceList, shape: &Shape) -> Rates {
    let times = |price: U80, count: u32| U256::from(price) * U256::from(count);
    let replica_second = times(prices.millicore, shape.millicores)
        + times(prices.memoryMiB, shape.memoryMiB)
        + times(prices.diskMiB, shape.diskMiB)
        + times(prices.gpu, shape.gpus.into());
    let reserved = replica_second
        + times(prices.cpuSecond, shape.millicores).div_ceil(U256::from(1000))
        + times(prices.memoryMiBSecond, shape.memoryMiB)
        + times(prices.networkMiB, prices.networkKiBps).div_ceil(U256::from(1024));
    Rates {
        reserved: reserved.saturating_to(),
        replicaSecond: replica_second.saturating_to(),
        cpuSecond: prices.cpuSecond,
        memoryMiBSecond: prices.memoryMiBSecond,
        networkMiB: prices.networkMiB,
    }
}

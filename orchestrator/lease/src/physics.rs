//! What no honest meter can state (`Physics.sol` and `Faults.sol`), for providers that state and for watchers. The
//! contract is the authority; `tests/tests/enforcement` compares the two.
//!
//! A watcher needs to trust only the chain: a statement's path leads to a posted root, and what follows from the
//! statement follows from the lease's terms and its events.

use alloy::primitives::U256;
use serde::{Deserialize, Serialize};
use solidity::{Shape, Statement};

use super::Lease;

/// The tolerance of a utilization, in basis points.
const ROUNDING: u64 = 1;

/// The frauds that leaves alone prove against their provider, as the contract numbers them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[repr(u8)]
pub enum Fraud {
    /// One leaf: more than its lease could consume.
    Excess,
    /// Two leaves: more than could be consumed between them.
    Growth,
    /// Two leaves: a counter fell.
    Fall,
    /// Two leaves under one root: two statements of one lease.
    Twins,
    /// Two leaves under successive roots: a utilization that their counters contradict.
    Utilization,
}

/// A statement and the epoch whose root covers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stated {
    pub epoch: u64,
    pub statement: Statement,
}

/// The fraud that one statement proves.
pub fn alone(lease: &Lease, statement: &Statement, epoch_length: u64) -> Option<Fraud> {
    let since_opening = u64::from(statement.time).checked_sub(lease.since).filter(|_| lease.at_opening);
    let beyond = |seconds| beyond_count(lease, statement.replicaSeconds, seconds, epoch_length);
    let excess = beyond_shape(&lease.terms.shape, statement) || since_opening.is_some_and(beyond);
    excess.then_some(Fraud::Excess)
}

/// The fraud that two statements of one lease prove. The earlier comes first: by time, and by epoch when the times are
/// equal.
pub fn together(lease: &Lease, earlier: &Stated, later: &Stated, epoch_length: u64) -> Option<Fraud> {
    let (a, b) = (&earlier.statement, &later.statement);
    if earlier.epoch == later.epoch {
        return (a != b).then_some(Fraud::Twins);
    }
    let misstates = later.epoch == earlier.epoch + 1 && a.time < b.time && misstated(&lease.terms.shape, a, b);
    if fell(a, b) {
        Some(Fraud::Fall)
    } else if outgrows(lease, a, b, epoch_length) {
        Some(Fraud::Growth)
    } else {
        misstates.then_some(Fraud::Utilization)
    }
}

/// Whether the first of two statements is the earlier.
pub fn in_order(a: &Stated, b: &Stated) -> bool {
    (a.statement.time, a.epoch) <= (b.statement.time, b.epoch)
}

/// More CPU time or memory than the shape has for the stated replica-seconds.
fn beyond_shape(shape: &Shape, statement: &Statement) -> bool {
    let seconds = U256::from(statement.replicaSeconds);
    U256::from(statement.cpuNanos) > cpu(shape, statement.replicaSeconds)
        || U256::from(statement.memoryByteSeconds) > U256::from(shape.memoryMiB) * U256::from(1u64 << 20) * seconds
}

/// More replica-seconds than the lease's present count spends in this many seconds, plus its highest count for an
/// epoch.
fn beyond_count(lease: &Lease, replica_seconds: u64, seconds: u64, epoch_length: u64) -> bool {
    let (now, most) = (u64::from(lease.replicas), u64::from(lease.policy.maxReplicas));
    replica_seconds > now.saturating_mul(seconds).saturating_add(most.saturating_mul(epoch_length))
}

/// More counted between two statements than the lease's replicas could spend. The lease has kept its count since its
/// last step, and the provider had an epoch to follow that.
fn outgrows(lease: &Lease, earlier: &Statement, later: &Statement, epoch_length: u64) -> bool {
    let grown = later.replicaSeconds.saturating_sub(earlier.replicaSeconds);
    let seconds = u64::from(later.time.saturating_sub(earlier.time));
    lease.closed_at.is_none()
        && u64::from(earlier.time) >= lease.since + epoch_length
        && beyond_count(lease, grown, seconds, epoch_length)
}

/// Whether a counter is lower than before.
fn fell(earlier: &Statement, later: &Statement) -> bool {
    later.replicaSeconds < earlier.replicaSeconds
        || later.cpuNanos < earlier.cpuNanos
        || later.memoryByteSeconds < earlier.memoryByteSeconds
        || later.networkBytes < earlier.networkBytes
}

/// Whether a utilization differs from what the counters' growth makes it. Counters that fell determine none.
fn misstated(shape: &Shape, earlier: &Statement, later: &Statement) -> bool {
    if fell(earlier, later) {
        return false;
    }
    let nanos = U256::from(later.cpuNanos) - U256::from(earlier.cpuNanos);
    let had = utilization(shape, nanos, later.replicaSeconds - earlier.replicaSeconds);
    had.map_or(later.utilization != 0, |had| u64::from(had.abs_diff(later.utilization)) > ROUNDING)
}

/// CPU used of the CPU that healthy replicas had, in basis points; none when no replica was healthy.
pub fn utilization(shape: &Shape, nanos: U256, replica_seconds: u64) -> Option<u16> {
    let had = cpu(shape, replica_seconds);
    (!had.is_zero()).then(|| (nanos * U256::from(10_000) / had).saturating_to())
}

/// CPU time that a shape has in this many replica-seconds, in nanoseconds.
fn cpu(shape: &Shape, replica_seconds: u64) -> U256 {
    U256::from(shape.millicores) * U256::from(1_000_000) * U256::from(replica_seconds)
}

//! From meter totals to the statement that stands under a root.
//!
//! A statement claims what was measured and never more than the lease could consume: replica-seconds within the reserved
//! integral, CPU time within the shape for the claimed replica-seconds. What the meters saw beyond that (clocks that drift,
//! a burst at start) is forgone, because a claim beyond physics is a fault that anybody can prove. Counters never fall.

use alloy::primitives::{U256, aliases::U96};
use solidity::Usage;

use super::{Lease, accrual};

/// What the meters counted since the lease was opened.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counters {
    /// Healthy replicas × milliseconds.
    pub replica_millis: u64,
    pub cpu_nanos: u64,
    pub memory_byte_seconds: u128,
    pub network_bytes: u64,
}

/// The statement of a lease at a time of the chain, after an earlier one.
pub fn state(lease: &Lease, counted: &Counters, previous: Option<&Usage>, time: u64) -> Usage {
    let reserved = lease.terms.rates.reserved;
    let most_seconds = if reserved.is_zero() {
        u64::MAX
    } else {
        (accrual::reserved_until(lease, time) / U256::from(reserved)).saturating_to()
    };
    let replica_seconds = (counted.replica_millis / 1000).min(most_seconds);
    let shape = &lease.terms.shape;
    let most_nanos = u128::from(shape.millicores) * 1_000_000 * u128::from(replica_seconds);
    let most_memory = u128::from(shape.memoryMiB) * (1 << 20) * u128::from(replica_seconds);
    let mut usage = Usage {
        time: time.try_into().unwrap_or(u32::MAX),
        replicaSeconds: replica_seconds,
        cpuNanos: U96::from(u128::from(counted.cpu_nanos).min(most_nanos)),
        memoryByteSeconds: counted.memory_byte_seconds.min(most_memory),
        networkBytes: U96::from(counted.network_bytes),
        utilization: 0,
    };
    if let Some(previous) = previous {
        usage.replicaSeconds = usage.replicaSeconds.max(previous.replicaSeconds);
        usage.cpuNanos = usage.cpuNanos.max(previous.cpuNanos);
        usage.memoryByteSeconds = usage.memoryByteSeconds.max(previous.memoryByteSeconds);
        usage.networkBytes = usage.networkBytes.max(previous.networkBytes);
    }
    usage.utilization = utilization(lease, &usage, previous);
    usage
}

/// CPU used over CPU reserved since the previous statement, in basis points; 0 when no replica was healthy.
fn utilization(lease: &Lease, usage: &Usage, previous: Option<&Usage>) -> u16 {
    let seconds = usage.replicaSeconds - previous.map_or(0, |previous| previous.replicaSeconds);
    let nanos = usage.cpuNanos - previous.map_or(U96::ZERO, |previous| previous.cpuNanos);
    let reserved = U256::from(lease.terms.shape.millicores) * U256::from(1_000_000) * U256::from(seconds);
    if reserved.is_zero() {
        return 0;
    }
    (U256::from(nanos) * U256::from(10_000) / reserved).saturating_to()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use alloy::primitives::aliases::U104;
    use proptest::prelude::*;
    use solidity::{Policy, Rates, Shape, Terms};

    use super::*;

    /// One replica of one CPU and a GiB, opened at 1,000.
    fn lease() -> Lease {
        let rates = Rates {
            reserved: U104::from(5),
            replicaSecond: U104::from(5),
            cpuSecond: Default::default(),
            memoryMiBSecond: Default::default(),
            networkMiB: Default::default(),
        };
        Lease {
            id: Default::default(),
            offer: 1,
            terms: Terms {
                tenant: Default::default(),
                provider: Default::default(),
                currency: Default::default(),
                shape: Shape { millicores: 1000, memoryMiB: 1024, diskMiB: 0, gpus: 0 },
                rates,
                manifestHash: Default::default(),
                salt: 0,
            },
            policy: Policy {
                minReplicas: 1,
                maxReplicas: 4,
                target: 70,
                up: 80,
                down: 40,
                cooldown: 0,
                step: 1,
                headroom: 0,
            },
            replicas: 1,
            integral: U256::ZERO,
            since: 1000,
            deposited: U256::ZERO,
            paid: U256::ZERO,
            returned: U256::ZERO,
            settled_at: 1000,
            opened_at: 1000,
            opened_block: 1,
            closed_at: None,
            notice_ends: None,
            claim_window: 3600,
        }
    }

    #[test]
    fn a_busy_second_is_stated_as_it_was() {
        let counted = Counters { replica_millis: 10_900, cpu_nanos: 5_000_000_000, ..Default::default() };
        let usage = state(&lease(), &counted, None, 1020);
        assert_eq!((usage.time, usage.replicaSeconds, usage.utilization), (1020, 10, 5000));
    }

    #[test]
    fn no_more_is_claimed_than_was_reserved() {
        let counted = Counters { replica_millis: 60_000, cpu_nanos: u64::MAX, ..Default::default() };
        let usage = state(&lease(), &counted, None, 1010);
        assert_eq!(usage.replicaSeconds, 10);
        assert_eq!(usage.cpuNanos, U96::from(10_000_000_000u64));
        assert_eq!(usage.utilization, 10_000);
    }

    proptest! {
        #[test]
        fn counters_never_fall(
            first in any::<(u64, u64, u64, u64)>(), second in any::<(u64, u64, u64, u64)>(), a in 1000u64..100_000, b in 1000u64..100_000
        ) {
            let of = |(replica_millis, cpu_nanos, memory, network_bytes): (u64, u64, u64, u64)| Counters {
                replica_millis, cpu_nanos, memory_byte_seconds: memory.into(), network_bytes,
            };
            let earlier = state(&lease(), &of(first), None, a);
            let later = state(&lease(), &of(second), Some(&earlier), b);
            prop_assert!(later.replicaSeconds >= earlier.replicaSeconds);
            prop_assert!(later.cpuNanos >= earlier.cpuNanos);
            prop_assert!(later.memoryByteSeconds >= earlier.memoryByteSeconds);
            prop_assert!(later.networkBytes >= earlier.networkBytes);
        }
    }
}

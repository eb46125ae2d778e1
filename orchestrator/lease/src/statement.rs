//! From meter totals to the statement that a root covers.
//!
//! A statement claims what was measured and never more than the lease could consume, because a claim beyond physics is
//! a fault that anyone can prove (`super::physics`):
//!
//! - replica-seconds within what the chain wanted, ∫ replicas dt since the opening, and, since the statement before,
//!   within what could run in between. The reserved integral would be the wrong bound: it loses what cannot be claimed
//!   any more, and with it the provider would forgo seconds that it served;
//! - CPU time and memory within the shape for the claimed replica-seconds;
//! - counters that never fall;
//! - a utilization that follows from them: CPU used of the CPU that healthy replicas had since the statement before.
//!
//! What the meters measured beyond that (clocks that drift, a burst at start, a replica that stopped slowly) is not
//! claimed.

use alloy::primitives::{U256, aliases::U96};
use solidity::Statement;

use super::{Lease, physics};

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
pub fn state(lease: &Lease, counted: &Counters, previous: Option<&Statement>, time: u64) -> Statement {
    let before = previous.cloned().unwrap_or_default();
    let time = u32::try_from(time).unwrap_or(u32::MAX).max(before.time);
    let most_seconds = most_replica_seconds(lease, previous, time.into());
    let replica_seconds = (counted.replica_millis / 1000).min(most_seconds).max(before.replicaSeconds);
    let shape = &lease.terms.shape;
    let most_nanos = u128::from(shape.millicores) * 1_000_000 * u128::from(replica_seconds);
    let most_memory = u128::from(shape.memoryMiB) * (1 << 20) * u128::from(replica_seconds);
    let mut statement = Statement {
        time,
        replicaSeconds: replica_seconds,
        cpuNanos: U96::from(u128::from(counted.cpu_nanos).min(most_nanos)).max(before.cpuNanos),
        memoryByteSeconds: counted.memory_byte_seconds.min(most_memory).max(before.memoryByteSeconds),
        networkBytes: U96::from(counted.network_bytes).max(before.networkBytes),
        utilization: 0,
    };
    let nanos = U256::from(statement.cpuNanos - before.cpuNanos);
    let seconds = statement.replicaSeconds - before.replicaSeconds;
    statement.utilization = physics::utilization(shape, nanos, seconds).unwrap_or_default();
    statement
}

/// The replica-seconds that may be claimed at a time: at most what could run in all, and, once the statement before is
/// not older than the last step, at most the count times the seconds since then.
fn most_replica_seconds(lease: &Lease, previous: Option<&Statement>, time: u64) -> u64 {
    let in_all = lease.replica_seconds_until(time);
    match previous {
        Some(previous) if u64::from(previous.time) >= lease.since => {
            let seconds = time.saturating_sub(previous.time.into());
            in_all.min(previous.replicaSeconds.saturating_add(u64::from(lease.replicas) * seconds))
        }
        _ => in_all,
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use alloy::primitives::aliases::U104;
    use proptest::prelude::*;
    use solidity::{
        LeasePolicy,
        Market::{DisputeEnded, FraudProven, LeaseScaled, MarketEvents, OutageCredited, Settled},
        Rates, Shape, Terms,
    };

    use super::*;
    use crate::{
        accrual,
        physics::{Fraud, Stated},
    };

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
            policy: LeasePolicy {
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
            replica_seconds: 0,
            at_opening: true,
            deposited: U256::ZERO,
            paid: U256::ZERO,
            returned: U256::ZERO,
            settled_at: 1000,
            opened_at: 1000,
            opened_block: 1,
            closed_at: None,
            ended: None,
            disputed_until: None,
            notice_ends: None,
            claim_window: 3600,
        }
    }

    #[test]
    fn a_busy_second_is_stated_as_it_was() {
        let counted = Counters { replica_millis: 10_900, cpu_nanos: 5_000_000_000, ..Default::default() };
        let statement = state(&lease(), &counted, None, 1020);
        assert_eq!((statement.time, statement.replicaSeconds, statement.utilization), (1020, 10, 5000));
    }

    #[test]
    fn no_more_is_claimed_than_could_be() {
        let counted = Counters { replica_millis: 60_000, cpu_nanos: u64::MAX, ..Default::default() };
        let statement = state(&lease(), &counted, None, 1010);
        assert_eq!(statement.replicaSeconds, 10);
        assert_eq!(statement.cpuNanos, U96::from(10_000_000_000u64));
        assert_eq!(statement.utilization, 10_000);
    }

    /// What happens to a lease between two statements.
    #[derive(Debug, Clone)]
    enum Turn {
        Pass(u64),
        Step(u16),
        Settle(u64),
        Void,
        Cut,
        Dispute,
    }

    fn turn() -> impl Strategy<Value = Turn> {
        prop_oneof![
            4 => (1u64..120).prop_map(Turn::Pass),
            1 => (4000u64..9000).prop_map(Turn::Pass),
            2 => (0u16..=4).prop_map(Turn::Step),
            1 => (0u64..50).prop_map(Turn::Settle),
            1 => Just(Turn::Void),
            1 => Just(Turn::Cut),
            1 => Just(Turn::Dispute),
        ]
    }

    /// A lease's life, and at each turn the exact ∫ replicas dt.
    struct Life {
        lease: Lease,
        time: u64,
        exact: u64,
    }

    impl Life {
        fn new() -> Self {
            Self { lease: lease(), time: 1000, exact: 0 }
        }

        fn take(&mut self, turn: &Turn) {
            let lease = &mut self.lease;
            let apply = |lease: &mut Lease, event: MarketEvents, time| lease.apply(&event, time, Some(time - 5));
            match turn {
                Turn::Pass(seconds) => {
                    self.exact += u64::from(lease.replicas) * seconds;
                    self.time += seconds;
                }
                Turn::Step(replicas) => {
                    let scaled = LeaseScaled { lease: lease.id, replicas: *replicas };
                    apply(lease, MarketEvents::LeaseScaled(scaled), self.time);
                }
                Turn::Settle(amount) => {
                    let reserved = accrual::reserved_until(lease, self.time) / accrual::SCALE;
                    let amount = U256::from(*amount).min(reserved.saturating_sub(lease.paid));
                    let settled =
                        Settled { lease: lease.id, provider: Default::default(), time: U256::from(self.time), amount };
                    apply(lease, MarketEvents::Settled(settled), self.time);
                }
                Turn::Void => {
                    let proven = FraudProven {
                        lease: lease.id,
                        provider: Default::default(),
                        reporter: Default::default(),
                        kind: 0,
                        slashed: U256::ZERO,
                    };
                    apply(lease, MarketEvents::FraudProven(proven), self.time);
                }
                Turn::Cut => {
                    let credited = OutageCredited {
                        lease: lease.id,
                        provider: Default::default(),
                        epoch: U256::ZERO,
                        slashed: U256::ZERO,
                    };
                    apply(lease, MarketEvents::OutageCredited(credited), self.time);
                }
                Turn::Dispute => {
                    let ended = DisputeEnded {
                        lease: lease.id,
                        provider: Default::default(),
                        ruled: true,
                        forTenant: true,
                        slashed: U256::ZERO,
                    };
                    apply(lease, MarketEvents::DisputeEnded(ended), self.time);
                }
            }
        }
    }

    const EPOCH: u64 = 10;

    /// Whether any statements prove anything against their provider, as the lease is now.
    fn convictable(lease: &Lease, stated: &[Stated]) -> Option<(Fraud, Stated)> {
        let alone = stated.iter().filter_map(|one| Some((physics::alone(lease, &one.statement, EPOCH)?, one.clone())));
        let pairs = stated.iter().enumerate().flat_map(|(i, a)| stated[i + 1..].iter().map(move |b| (a, b)));
        let together = pairs.filter_map(|(a, b)| {
            let (a, b) = if physics::in_order(a, b) { (a, b) } else { (b, a) };
            Some((physics::together(lease, a, b, EPOCH)?, b.clone()))
        });
        alone.chain(together).next()
    }

    proptest! {
        #[test]
        fn nothing_is_forgone_while_replicas_are_healthy(turns in prop::collection::vec((turn(), any::<bool>()), 1..40)) {
            let (mut life, mut previous) = (Life::new(), None::<Statement>);
            for (turn, states) in turns {
                life.take(&turn);
                if states {
                    let counted = Counters { replica_millis: life.exact * 1000, ..Counters::default() };
                    let statement = state(&life.lease, &counted, previous.as_ref(), life.time);
                    prop_assert_eq!(statement.replicaSeconds, life.exact);
                    previous = Some(statement);
                }
            }
        }

        #[test]
        fn no_statement_is_beyond_physics_whatever_the_meters_say(
            turns in prop::collection::vec((turn(), any::<(u64, u64, u64, u64)>(), 0u64..300_000), 1..30)
        ) {
            let (mut life, mut stated, mut counted) = (Life::new(), Vec::<Stated>::new(), Counters::default());
            for (turn, (wild, cpu, memory, network), millis) in turns {
                life.take(&turn);
                // Mostly near what could be, sometimes far beyond.
                counted.replica_millis =
                    counted.replica_millis.saturating_add(if wild % 8 == 0 { wild } else { millis });
                counted.cpu_nanos = counted.cpu_nanos.saturating_add(cpu % 200_000_000_000);
                counted.memory_byte_seconds += u128::from(memory);
                counted.network_bytes = counted.network_bytes.saturating_add(network % 1_000_000);
                let previous = stated.last().map(|stated| stated.statement.clone());
                let statement = state(&life.lease, &counted, previous.as_ref(), life.time);
                prop_assert!(statement.replicaSeconds <= life.exact, "beyond what could be in all");
                if let Some(previous) = previous.filter(|previous| u64::from(previous.time) >= life.lease.since) {
                    let grown = statement.replicaSeconds - previous.replicaSeconds;
                    let could = u64::from(life.lease.replicas) * u64::from(statement.time - previous.time);
                    prop_assert!(grown <= could, "beyond what could be since the statement before");
                }
                stated.push(Stated { epoch: stated.len() as u64 + 1, statement });
                prop_assert_eq!(convictable(&life.lease, &stated), None);
            }
        }

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

//! The totals of a lease from consecutive readings of raw counters. Totals never fall; a raw counter that fell was
//! reset, and its present value is added as new.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::statement::Counters;

/// A lease's totals, and the raw counters that they include.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Meter {
    /// The machine's Unix milliseconds.
    pub at_ms: u64,
    pub counters: Counters,
    pub raw: RawReading,
}

/// Raw counters of one reading.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct RawReading {
    /// The lease's parent group, which outlives its containers; none where groups cannot be read.
    pub group: Option<GroupReading>,
    /// By container, or by container and process where a restart can be seen.
    pub containers: BTreeMap<String, ContainerReading>,
    /// Replicas of which every service was up.
    pub ready: BTreeSet<u16>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct GroupReading {
    /// Distinguishes a group from another of its name that was created later.
    pub inode: u64,
    pub cpu_nanos: u64,
    pub memory_bytes: u64,
}

/// One container's counters. CPU time and memory are 0 where the group reports them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ContainerReading {
    pub cpu_nanos: u64,
    pub memory_bytes: u64,
    pub network_bytes: u64,
}

impl Meter {
    /// The meter after another reading. `longest_ms` is the longest interval between two readings for which presence is
    /// claimed: for a longer one it was not observed that a replica was healthy throughout.
    pub fn advance(&self, at_ms: u64, raw: RawReading, longest_ms: u64) -> Self {
        let mut counters = self.counters;
        let first = self.at_ms == 0;
        let seen_ms = if first { 0 } else { at_ms.saturating_sub(self.at_ms).min(longest_ms) };

        let both = raw.ready.intersection(&self.raw.ready).count() as u64;
        counters.replica_millis = counters.replica_millis.saturating_add(both.saturating_mul(seen_ms));

        let cpu = match (&self.raw.group, &raw.group) {
            (Some(before), Some(now)) if before.inode == now.inode => grown(before.cpu_nanos, now.cpu_nanos),
            (_, Some(now)) => now.cpu_nanos,
            (_, None) => 0,
        };
        counters.cpu_nanos = counters.cpu_nanos.saturating_add(cpu);
        for (name, now) in &raw.containers {
            let before = self.raw.containers.get(name).copied().unwrap_or_default();
            counters.cpu_nanos = counters.cpu_nanos.saturating_add(grown(before.cpu_nanos, now.cpu_nanos));
            let network = grown(before.network_bytes, now.network_bytes);
            counters.network_bytes = counters.network_bytes.saturating_add(network);
        }

        // A line between two readings is the best estimate of the memory held between them.
        let held = (u128::from(self.raw.memory()) + u128::from(raw.memory())) / 2;
        let memory = held * u128::from(seen_ms) / 1000;
        counters.memory_byte_seconds = counters.memory_byte_seconds.saturating_add(memory);

        // A group that could not be read this time has not been reset.
        let group = raw.group.or(self.raw.group);
        Self { at_ms, counters, raw: RawReading { group, ..raw } }
    }
}

impl RawReading {
    fn memory(&self) -> u64 {
        let singles = self.containers.values().map(|single| single.memory_bytes);
        self.group.map_or(0, |group| group.memory_bytes).saturating_add(singles.sum())
    }
}

/// The growth of a counter that is 0 after a reset.
fn grown(before: u64, now: u64) -> u64 {
    if now >= before { now - before } else { now }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn raw(inode: u64, cpu_nanos: u64, ready: &[u16]) -> RawReading {
        let group = Some(GroupReading { inode, cpu_nanos, memory_bytes: 1000 });
        RawReading { group, ready: ready.iter().copied().collect(), ..RawReading::default() }
    }

    #[test]
    fn presence_needs_both_ends_and_is_claimed_no_longer_than_was_watched() {
        let meter = Meter::default().advance(1_000, raw(1, 5, &[0]), 3_000);
        assert_eq!(meter.counters, Counters { cpu_nanos: 5, ..Counters::default() }, "CPU counts from the start");
        let meter = meter.advance(2_000, raw(1, 7, &[0, 1]), 3_000);
        assert_eq!(meter.counters.replica_millis, 1_000, "replica 1 was there at one end only");
        assert_eq!((meter.counters.cpu_nanos, meter.counters.memory_byte_seconds), (7, 1_000));
        let meter = meter.advance(102_000, raw(1, 9, &[0, 1]), 3_000);
        assert_eq!(meter.counters.replica_millis, 7_000, "of a hundred unwatched seconds, three for each");
        assert_eq!((meter.counters.cpu_nanos, meter.counters.memory_byte_seconds), (9, 4_000), "CPU counts whole");
        assert_eq!(meter.advance(101_000, raw(1, 9, &[0, 1]), 3_000).counters.replica_millis, 7_000, "clock went back");
    }

    #[test]
    fn a_counter_that_fell_or_a_new_group_still_adds_up() {
        let meter = Meter::default().advance(1, raw(1, 100, &[]), 1).advance(2, raw(1, 40, &[]), 1);
        assert_eq!(meter.counters.cpu_nanos, 140);
        let meter = meter.advance(3, raw(2, 50, &[]), 1);
        assert_eq!(meter.counters.cpu_nanos, 190, "another group, though its counter is larger");
        let meter = meter.advance(4, RawReading::default(), 1).advance(5, raw(2, 60, &[]), 1);
        assert_eq!(meter.counters.cpu_nanos, 200, "a group that could not be read in between");
    }

    #[test]
    fn each_process_of_a_container_counts_its_traffic() {
        let network = |pairs: &[(&str, u64)]| RawReading {
            containers: pairs
                .iter()
                .map(|(name, bytes)| {
                    ((*name).to_owned(), ContainerReading { network_bytes: *bytes, ..ContainerReading::default() })
                })
                .collect(),
            ..RawReading::default()
        };
        let meter =
            Meter::default().advance(1, network(&[("a@1", 10)]), 1).advance(2, network(&[("a@1", 15), ("b@2", 1)]), 1);
        assert_eq!(meter.counters.network_bytes, 16);
        assert_eq!(meter.advance(3, network(&[("a@3", 20)]), 1).counters.network_bytes, 36);
        assert_eq!(meter.advance(3, network(&[("a@1", 3)]), 1).counters.network_bytes, 19);
    }

    proptest! {
        #[test]
        fn totals_never_fall(looks in prop::collection::vec((any::<u64>(), 0u64..3, any::<u64>(), any::<bool>()), 0..20)) {
            let mut meter = Meter::default();
            for (at_ms, inode, cpu, ready) in looks {
                let next = meter.advance(at_ms, raw(inode, cpu, if ready { &[0] } else { &[] }), 5_000);
                prop_assert!(next.counters.cpu_nanos >= meter.counters.cpu_nanos);
                prop_assert!(next.counters.replica_millis >= meter.counters.replica_millis);
                prop_assert!(next.counters.replica_millis - meter.counters.replica_millis <= 5_000);
                prop_assert!(next.counters.memory_byte_seconds >= meter.counters.memory_byte_seconds);
                meter = next;
            }
        }
    }
}

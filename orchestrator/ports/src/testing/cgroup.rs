//! A kernel with control groups whose counters a test sets.

use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    sync::{Arc, Mutex},
};

use alloy::primitives::B256;
use solidity::Shape;

use super::lock;
use crate::{
    cgroup::{Cgroups, Gauge, Kernel, Reading, Traffic},
    engine::Info,
};

/// A kernel with or without control groups.
#[derive(Debug, Clone, Default)]
pub struct FakeKernel(pub Option<Arc<FakeCgroups>>);

impl Kernel for FakeKernel {
    fn cgroups(&self, _: &Info) -> Option<Arc<dyn Cgroups>> {
        self.0.clone().map(|cgroups| cgroups as Arc<dyn Cgroups>)
    }
}

/// Control groups. A lease has one once a replica of it was limited or a test set its counters.
#[derive(Debug, Clone, Default)]
pub struct FakeCgroups(Arc<Mutex<GroupCounters>>);

#[derive(Debug, Default)]
struct GroupCounters {
    limits: BTreeMap<(B256, u16), Shape>,
    readings: BTreeMap<B256, (u64, Reading)>,
    processes: BTreeSet<(B256, u32)>,
    traffic: BTreeMap<u32, u64>,
    made: u64,
}

impl GroupCounters {
    fn group(&mut self, lease: B256) -> &mut (u64, Reading) {
        self.made += 1;
        let inode = self.made;
        self.readings.entry(lease).or_insert((inode, Reading { cpu_nanos: 0, memory_bytes: 0 }))
    }
}

impl FakeCgroups {
    /// Sets a lease's counters.
    pub fn set(&self, lease: B256, reading: Reading) {
        lock(&self.0).group(lease).1 = reading;
    }

    /// Puts a process into the lease's group, with the bytes that it received and sent.
    pub fn run(&self, lease: B256, pid: u32, network_bytes: u64) {
        let mut groups = lock(&self.0);
        groups.group(lease);
        groups.processes.insert((lease, pid));
        groups.traffic.insert(pid, network_bytes);
    }

    /// Ends a process.
    pub fn end(&self, pid: u32) {
        let mut groups = lock(&self.0);
        groups.processes.retain(|(_, running)| *running != pid);
        groups.traffic.remove(&pid);
    }

    /// The limits of a lease's replicas, by replica.
    pub fn limits(&self, lease: B256) -> BTreeMap<u16, Shape> {
        let groups = lock(&self.0);
        let own = groups.limits.iter().filter(|((of, _), _)| *of == lease);
        own.map(|((_, replica), shape)| (*replica, shape.clone())).collect()
    }

    /// Whether the lease has a group.
    pub fn has(&self, lease: B256) -> bool {
        lock(&self.0).readings.contains_key(&lease)
    }
}

impl Cgroups for FakeCgroups {
    fn limit(&self, lease: B256, replica: u16, shape: &Shape) -> io::Result<()> {
        let mut groups = lock(&self.0);
        groups.group(lease);
        groups.limits.insert((lease, replica), shape.clone());
        Ok(())
    }

    fn holds(&self, lease: B256, pid: u32) -> bool {
        lock(&self.0).processes.contains(&(lease, pid))
    }

    fn open(&self, lease: B256) -> io::Result<Box<dyn Gauge>> {
        let inode = lock(&self.0).readings.get(&lease).ok_or(io::ErrorKind::NotFound)?.0;
        Ok(Box::new(FakeGauge { groups: self.clone(), lease, inode }))
    }

    fn remove(&self, lease: B256) -> io::Result<()> {
        let mut groups = lock(&self.0);
        if groups.processes.iter().any(|(of, _)| *of == lease) {
            return Err(io::ErrorKind::ResourceBusy.into());
        }
        groups.readings.remove(&lease);
        groups.limits.retain(|(of, _), _| *of != lease);
        Ok(())
    }

    fn traffic(&self, pid: u32) -> io::Result<Box<dyn Traffic>> {
        let traffic = FakeTraffic { groups: self.clone(), pid };
        traffic.read()?;
        Ok(Box::new(traffic))
    }
}

struct FakeGauge {
    groups: FakeCgroups,
    lease: B256,
    inode: u64,
}

impl Gauge for FakeGauge {
    fn inode(&self) -> u64 {
        self.inode
    }

    fn read(&self) -> io::Result<Reading> {
        let groups = lock(&self.groups.0);
        let group = groups.readings.get(&self.lease).filter(|(inode, _)| *inode == self.inode);
        group.map(|(_, reading)| *reading).ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

struct FakeTraffic {
    groups: FakeCgroups,
    pid: u32,
}

impl Traffic for FakeTraffic {
    fn pid(&self) -> u32 {
        self.pid
    }

    fn read(&self) -> io::Result<u64> {
        lock(&self.groups.0).traffic.get(&self.pid).copied().ok_or_else(|| io::ErrorKind::NotFound.into())
    }
}

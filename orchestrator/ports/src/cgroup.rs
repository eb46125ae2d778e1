//! The kernel's resource counters of a lease: a control group for each lease, in it one for each replica, and the
//! network interface counters of its containers.
//!
//! They are available only where the engine's containers run under this machine's kernel: not with Docker Desktop and
//! not with a remote engine.

use std::{io, path::PathBuf, sync::Arc};

use alloy::primitives::B256;
use lease::label;
use solidity::Shape;

use crate::engine::Info;

/// The driver by which the engine manages control groups; it decides how parent groups are named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CgroupDriver {
    Cgroupfs,
    Systemd,
}

impl CgroupDriver {
    pub fn of(info: &Info) -> Self {
        if info.cgroup_driver == "systemd" { Self::Systemd } else { Self::Cgroupfs }
    }

    /// The parent group to name when a container of this replica is created.
    pub fn parent(self, lease: B256, replica: u16) -> String {
        let short = label::short(lease);
        match self {
            Self::Cgroupfs => format!("/tidemark/{short}/{replica}"),
            Self::Systemd => format!("tidemark-{short}-{replica}.slice"),
        }
    }

    /// The path of the lease's group below a hierarchy's root. In a slice's name each dash is a level.
    pub fn lease(self, lease: B256) -> PathBuf {
        let short = label::short(lease);
        match self {
            Self::Cgroupfs => PathBuf::from(format!("tidemark/{short}")),
            Self::Systemd => PathBuf::from(format!("tidemark.slice/tidemark-{short}.slice")),
        }
    }

    pub fn replica(self, lease: B256, replica: u16) -> PathBuf {
        let name = match self {
            Self::Cgroupfs => replica.to_string(),
            Self::Systemd => format!("tidemark-{}-{replica}.slice", label::short(lease)),
        };
        self.lease(lease).join(name)
    }
}

/// CPU time since the group was created, and the memory that it holds now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    pub cpu_nanos: u64,
    pub memory_bytes: u64,
}

/// The kernel of this machine.
pub trait Kernel: Send + Sync + 'static {
    /// The control groups; none where they do not exist, or where their version is not the engine's.
    fn cgroups(&self, info: &Info) -> Option<Arc<dyn Cgroups>>;
}

/// The control groups of leases.
pub trait Cgroups: Send + Sync + 'static {
    /// Creates the replica's group and limits it to the shape.
    ///
    /// # Errors
    /// Usually missing permission; then each container has its own limits and the replica's services do not share one.
    fn limit(&self, lease: B256, replica: u16, shape: &Shape) -> io::Result<()>;

    /// Whether a process of this machine runs in the lease's group, which proves that the engine shares our kernel.
    fn holds(&self, lease: B256, pid: u32) -> bool;

    /// Opens the lease's counters.
    fn open(&self, lease: B256) -> io::Result<Box<dyn Gauge>>;

    /// Removes the lease's group and those of its replicas. A group that still has processes stays.
    fn remove(&self, lease: B256) -> io::Result<()>;

    /// Opens the network interface counters of a container, named by its first process.
    fn traffic(&self, pid: u32) -> io::Result<Box<dyn Traffic>>;
}

/// A lease's counters, kept open: each reading costs one system call.
pub trait Gauge: Send + Sync {
    /// Identifies the group: one that was removed and created again has another inode and counts from 0.
    fn inode(&self) -> u64;

    /// # Errors
    /// `ENODEV` once the group is gone.
    fn read(&self) -> io::Result<Reading>;
}

/// The network interface counters of one container, kept open.
pub trait Traffic: Send + Sync {
    fn pid(&self) -> u32;

    /// Bytes received and sent since the process started, on every interface except loopback.
    ///
    /// # Errors
    /// `NotFound` once the container has ended: the engine has removed its interface.
    fn read(&self) -> io::Result<u64>;
}

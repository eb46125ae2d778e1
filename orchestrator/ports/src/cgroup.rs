//! The kernel's counters of what a lease uses: control groups, one for each lease and in it one for each replica, and the
//! interface counters of its containers.
//!
//! Only where the engine's containers run under our kernel: not with Docker Desktop, not with an engine elsewhere.

use std::{io, path::PathBuf, sync::Arc};

use alloy::primitives::B256;
use lease::label;
use solidity::Shape;

use crate::engine::Info;

/// How the engine wants parent groups to be named.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CgroupDriver {
    Cgroupfs,
    Systemd,
}

impl CgroupDriver {
    pub fn of(info: &Info) -> Self {
        if info.cgroup_driver == "systemd" { Self::Systemd } else { Self::Cgroupfs }
    }

    /// What the engine is told as a container's parent group.
    pub fn parent(self, lease: B256, replica: u16) -> String {
        let short = label::short(lease);
        match self {
            Self::Cgroupfs => format!("/tidemark/{short}/{replica}"),
            Self::Systemd => format!("tidemark-{short}-{replica}.slice"),
        }
    }

    /// Where the lease's group is, below a hierarchy's root. In a slice's name each dash is a level.
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

/// CPU time since the group was made, and the memory that it holds now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Reading {
    pub cpu_nanos: u64,
    pub memory_bytes: u64,
}

/// This machine's kernel.
pub trait Kernel: Send + Sync + 'static {
    /// The control groups; none where there are none, or of another version than the engine uses.
    fn cgroups(&self, info: &Info) -> Option<Arc<dyn Cgroups>>;
}

/// The control groups of leases.
pub trait Cgroups: Send + Sync + 'static {
    /// Makes the replica's group and gives it the shape as its limit.
    ///
    /// # Errors
    /// Mostly for want of permission; then containers have their own limits and do not share one.
    fn limit(&self, lease: B256, replica: u16, shape: &Shape) -> io::Result<()>;

    /// Whether a process of this machine runs in the lease's group: the proof that the engine shares our kernel.
    fn holds(&self, lease: B256, pid: u32) -> bool;

    /// Opens the lease's counters.
    fn open(&self, lease: B256) -> io::Result<Box<dyn Gauge>>;

    /// Removes the lease's group and those of its replicas. One that still has processes stays.
    fn remove(&self, lease: B256) -> io::Result<()>;

    /// Opens the interface counters of a container by its first process.
    fn traffic(&self, pid: u32) -> io::Result<Box<dyn Traffic>>;
}

/// A lease's counters, kept open: reading them again costs one system call each.
pub trait Gauge: Send + Sync {
    /// Which group this is: a group that was removed and made again has another number, and counts from 0.
    fn inode(&self) -> u64;

    /// # Errors
    /// `ENODEV` once the group is gone.
    fn read(&self) -> io::Result<Reading>;
}

/// The interface counters of one container, kept open.
pub trait Traffic: Send + Sync {
    fn pid(&self) -> u32;

    /// Bytes received and sent since the process started, on every interface but its loopback.
    ///
    /// # Errors
    /// `NotFound` once the container ended: the engine has taken its interface away.
    fn read(&self) -> io::Result<u64>;
}

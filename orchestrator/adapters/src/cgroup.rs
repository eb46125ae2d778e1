//! Control groups of this machine's kernel, versions 1 and 2: a parent group for each lease, and in it one for each
//! replica.
//!
//! A container's own group disappears with its counters when the container stops. The parent's counters include
//! everything that ever ran below it and stay, so the lease's CPU time is exact across restarts and crashes. The
//! replica's group carries the shape as its limit, which all services of the replica share.
//!
//! This works only where the engine's containers run under our kernel: not with Docker Desktop and not with a remote
//! engine.

use std::{
    fs::{self, File},
    io::{self, ErrorKind},
    os::unix::fs::{FileExt, MetadataExt},
    path::{Path, PathBuf},
    sync::Arc,
};

use alloy::primitives::B256;
use ports::{
    cgroup::{CgroupDriver, Cgroups, Kernel, Reading, Traffic},
    engine::Info,
};
use solidity::Shape;

use crate::interfaces::Interfaces;

/// The kernel's period for CPU quotas, in microseconds.
const PERIOD: u64 = 100_000;

/// The mounted hierarchies of this machine.
#[derive(Debug, Clone)]
pub struct Hierarchies {
    driver: CgroupDriver,
    layout: Layout,
}

#[derive(Debug, Clone)]
enum Layout {
    V1 { cpu: PathBuf, cpuacct: PathBuf, memory: PathBuf, all: Vec<PathBuf> },
    V2 { root: PathBuf },
}

/// A lease's counters, kept open: each reading costs one system call.
#[derive(Debug)]
struct LeaseGauge {
    cpu: File,
    memory: File,
    inode: u64,
    version: u8,
}

/// Finds the hierarchies of this machine.
pub struct HostKernel;

impl Kernel for HostKernel {
    fn cgroups(&self, info: &Info) -> Option<Arc<dyn Cgroups>> {
        Some(Arc::new(Hierarchies::find(info)?))
    }
}

impl Hierarchies {
    /// The hierarchies that are mounted; `None` where there are none, or where their version is not the engine's.
    pub fn find(info: &Info) -> Option<Self> {
        let mounts = fs::read_to_string("/proc/self/mountinfo").ok()?;
        Some(Self { driver: CgroupDriver::of(info), layout: layout(&mounts, info.cgroup_version)? })
    }
}

impl Cgroups for Hierarchies {
    fn limit(&self, lease: B256, replica: u16, shape: &Shape) -> io::Result<()> {
        let group = self.driver.replica(lease, replica);
        let quota = u64::from(shape.millicores) * PERIOD / 1000;
        let memory = u64::from(shape.memoryMiB) << 20;
        match &self.layout {
            Layout::V1 { cpu, memory: hierarchy, .. } => {
                fs::create_dir_all(cpu.join(&group))?;
                fs::write(cpu.join(&group).join("cpu.cfs_period_us"), PERIOD.to_string())?;
                fs::write(cpu.join(&group).join("cpu.cfs_quota_us"), quota.to_string())?;
                fs::create_dir_all(hierarchy.join(&group))?;
                fs::write(hierarchy.join(&group).join("memory.limit_in_bytes"), memory.to_string())
            }
            Layout::V2 { root } => {
                let mut path = root.clone();
                for part in group.components() {
                    // A controller counts in a group only when its parent enables it for its children.
                    fs::write(path.join("cgroup.subtree_control"), "+cpu +memory +pids")?;
                    path.push(part);
                    fs::create_dir_all(&path)?;
                }
                fs::write(path.join("cpu.max"), format!("{quota} {PERIOD}"))?;
                fs::write(path.join("memory.max"), memory.to_string())
            }
        }
    }

    fn holds(&self, lease: B256, pid: u32) -> bool {
        let group = self.driver.lease(lease);
        let groups = fs::read_to_string(format!("/proc/{pid}/cgroup")).unwrap_or_default();
        pid > 0 && group.to_str().is_some_and(|group| groups.contains(group))
    }

    fn open(&self, lease: B256) -> io::Result<Box<dyn ports::cgroup::Gauge>> {
        let group = self.driver.lease(lease);
        let (cpu, memory, version) = match &self.layout {
            Layout::V1 { cpuacct, memory, .. } => {
                (cpuacct.join(&group).join("cpuacct.usage"), memory.join(&group).join("memory.usage_in_bytes"), 1)
            }
            Layout::V2 { root } => (root.join(&group).join("cpu.stat"), root.join(&group).join("memory.current"), 2),
        };
        let inode = cpu.parent().map(fs::metadata).transpose()?.map_or(0, |found| found.ino());
        Ok(Box::new(LeaseGauge { cpu: File::open(cpu)?, memory: File::open(memory)?, inode, version }))
    }

    fn remove(&self, lease: B256) -> io::Result<()> {
        let group = self.driver.lease(lease);
        let roots = match &self.layout {
            Layout::V1 { all, .. } => all.clone(),
            Layout::V2 { root } => vec![root.clone()],
        };
        roots.iter().try_for_each(|root| remove_tree(&root.join(&group)))
    }

    fn traffic(&self, pid: u32) -> io::Result<Box<dyn Traffic>> {
        Ok(Box::new(Interfaces::open(pid)?))
    }
}

impl ports::cgroup::Gauge for LeaseGauge {
    fn inode(&self) -> u64 {
        self.inode
    }

    fn read(&self) -> io::Result<Reading> {
        let cpu_nanos = match self.version {
            1 => number(&self.cpu)?,
            _ => usage_nanos(&self.cpu)?,
        };
        Ok(Reading { cpu_nanos, memory_bytes: number(&self.memory)? })
    }
}

fn layout(mounts: &str, version: u8) -> Option<Layout> {
    // 36 35 98:0 /root /mount/point options - type source super,options
    let mut points = Vec::new();
    for line in mounts.lines() {
        let (left, right) = line.split_once(" - ")?;
        let (point, mut right) = (left.split(' ').nth(4)?, right.split(' '));
        let (kind, options) = (right.next()?, right.nth(1).unwrap_or_default());
        points.push((kind, PathBuf::from(point), options));
    }
    if version == 2 {
        let (_, root, _) = points.into_iter().find(|(kind, ..)| *kind == "cgroup2")?;
        return Some(Layout::V2 { root });
    }
    let all: Vec<_> = points.into_iter().filter(|(kind, ..)| kind.starts_with("cgroup")).collect();
    let with = |controller: &str| {
        let found = all.iter().find(|(_, _, options)| options.split(',').any(|option| option == controller));
        found.map(|(_, point, _)| point.clone())
    };
    let (cpu, cpuacct, memory) = (with("cpu")?, with("cpuacct")?, with("memory")?);
    Some(Layout::V1 { cpu, cpuacct, memory, all: all.into_iter().map(|(_, point, _)| point).collect() })
}

fn number(file: &File) -> io::Result<u64> {
    let mut buffer = [0; 32];
    let length = file.read_at(&mut buffer, 0)?;
    digits(&buffer[..length]).ok_or_else(|| io::Error::from(ErrorKind::InvalidData))
}

/// `usage_usec` is the first line of `cpu.stat`, and microseconds.
fn usage_nanos(file: &File) -> io::Result<u64> {
    let mut buffer = [0; 256];
    let length = file.read_at(&mut buffer, 0)?;
    let usage = buffer[..length].strip_prefix(b"usage_usec ").and_then(digits);
    usage.map(|micros| micros * 1000).ok_or_else(|| io::Error::from(ErrorKind::InvalidData))
}

/// The number at the beginning of a text.
fn digits(text: &[u8]) -> Option<u64> {
    let end = text.iter().position(|byte| !byte.is_ascii_digit()).unwrap_or(text.len());
    std::str::from_utf8(&text[..end]).ok()?.parse().ok()
}

/// Removes groups from the leaves up; their files disappear with them.
fn remove_tree(path: &Path) -> io::Result<()> {
    let entries = match fs::read_dir(path) {
        Ok(entries) => entries,
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(()),
        Err(error) => return Err(error),
    };
    for entry in entries {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            remove_tree(&entry.path())?;
        }
    }
    match fs::remove_dir(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const LEASE: B256 = B256::repeat_byte(0xab);

    #[test]
    fn both_versions_are_found_in_the_mount_table() {
        let v1 = "1 0 0:1 / /sys rw - sysfs sysfs rw\n2 1 0:2 / /c/cpu rw shared:1 - cgroup cgroup rw,cpu,cpuacct\n\
                  3 1 0:3 / /c/memory rw - cgroup cgroup rw,memory\n4 1 0:4 / /c/unified rw - cgroup2 cgroup2 rw";
        let Some(Layout::V1 { cpu, cpuacct, memory, all }) = layout(v1, 1) else { panic!() };
        assert_eq!((cpu.to_str(), cpuacct.to_str()), (Some("/c/cpu"), Some("/c/cpu")));
        assert_eq!((memory.to_str(), all.len()), (Some("/c/memory"), 3));
        assert!(matches!(layout(v1, 2), Some(Layout::V2 { root }) if root == Path::new("/c/unified")));
        assert!(layout("1 0 0:1 / /sys rw - sysfs sysfs rw", 1).is_none());
    }

    #[test]
    fn parents_are_named_as_the_driver_wants() {
        assert_eq!(CgroupDriver::Cgroupfs.parent(LEASE, 2), "/tidemark/abababababababab/2");
        assert_eq!(CgroupDriver::Systemd.parent(LEASE, 2), "tidemark-abababababababab-2.slice");
        let path = CgroupDriver::Systemd.replica(LEASE, 2);
        assert_eq!(
            path.to_str(),
            Some("tidemark.slice/tidemark-abababababababab.slice/tidemark-abababababababab-2.slice")
        );
    }

    /// Both layouts over ordinary files, because this machine has only one of them.
    #[test]
    fn limits_and_counters_are_written_and_read() {
        let shape = Shape { millicores: 1500, memoryMiB: 64, ..Shape::default() };
        let dir = tempfile::tempdir().unwrap();
        let root = dir.path().to_owned();
        let v2 = Hierarchies { driver: CgroupDriver::Cgroupfs, layout: Layout::V2 { root: root.clone() } };
        v2.limit(LEASE, 0, &shape).unwrap();
        let group = root.join("tidemark/abababababababab");
        assert_eq!(fs::read_to_string(group.join("0/cpu.max")).unwrap(), "150000 100000");
        fs::write(group.join("cpu.stat"), "usage_usec 12345\nuser_usec 1\n").unwrap();
        fs::write(group.join("memory.current"), "4096\n").unwrap();
        let gauge = v2.open(LEASE).unwrap();
        assert_eq!(gauge.read().unwrap(), Reading { cpu_nanos: 12_345_000, memory_bytes: 4096 });

        let paths = ["cpu", "cpuacct", "memory"].map(|name| root.join(name));
        let [cpu, cpuacct, memory] = paths.clone();
        let v1 = Hierarchies {
            driver: CgroupDriver::Cgroupfs,
            layout: Layout::V1 { cpu, cpuacct, memory, all: paths.to_vec() },
        };
        v1.limit(LEASE, 1, &shape).unwrap();
        let quota = fs::read_to_string(paths[0].join("tidemark/abababababababab/1/cpu.cfs_quota_us")).unwrap();
        assert_eq!(quota, "150000");
        fs::create_dir_all(paths[1].join("tidemark/abababababababab")).unwrap();
        fs::write(paths[1].join("tidemark/abababababababab/cpuacct.usage"), "987\n").unwrap();
        fs::write(paths[2].join("tidemark/abababababababab/memory.usage_in_bytes"), "1\n").unwrap();
        assert_eq!(v1.open(LEASE).unwrap().read().unwrap(), Reading { cpu_nanos: 987, memory_bytes: 1 });
        assert!(!v1.holds(LEASE, std::process::id()));
    }
}

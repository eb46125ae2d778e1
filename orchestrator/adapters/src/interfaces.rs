//! Bytes that a container received and sent, from the kernel's table of its network namespace. Available only where
//! containers run under our kernel, as with `cgroup.rs`.

use std::{
    fs::File,
    io::{self, ErrorKind},
    os::unix::fs::FileExt,
};

use ports::cgroup::Traffic;

/// The interface counters of one process's network namespace, kept open.
#[derive(Debug)]
pub struct Interfaces {
    pid: u32,
    file: File,
}

impl Interfaces {
    pub fn open(pid: u32) -> io::Result<Self> {
        Ok(Self { pid, file: File::open(format!("/proc/{pid}/net/dev"))? })
    }
}

impl Traffic for Interfaces {
    fn pid(&self) -> u32 {
        self.pid
    }

    fn read(&self) -> io::Result<u64> {
        let mut buffer = [0; 4096];
        let length = self.file.read_at(&mut buffer, 0)?;
        sum(&String::from_utf8_lossy(&buffer[..length])).ok_or_else(|| io::Error::from(ErrorKind::NotFound))
    }
}

fn sum(table: &str) -> Option<u64> {
    let mut all = None;
    for line in table.lines().skip(2) {
        let (name, counters) = line.split_once(':')?;
        // An idle tunnel exists in every namespace; a container's own traffic goes through an Ethernet pair.
        if !name.trim().starts_with("eth") {
            continue;
        }
        let mut counters = counters.split_whitespace().map(|number| number.parse::<u64>());
        let received = counters.next()?.ok()?;
        let sent = counters.nth(7)?.ok()?;
        all = Some(all.unwrap_or(0) + received + sent);
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_directions_of_every_real_interface_are_summed() {
        let table = "Inter-|   Receive                |  Transmit\n face |bytes    packets |bytes\n\
            lo: 99 1 0 0 0 0 0 0 99 1 0 0 0 0 0 0\n  eth0: 1000 1 0 0 0 0 0 0 234 1 0 0 0 0 0 0\n";
        assert_eq!(sum(table), Some(1234));
        assert_eq!(sum("a\nb\n  lo: 9 1 0 0 0 0 0 0 9 1 0 0 0 0 0 0\n"), None);
    }
}

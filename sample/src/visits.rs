//! The count of visits: in a file when a volume is mounted, otherwise in memory.

use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Where a volume is expected without `DATA`.
const VOLUME: &str = "/data";

pub enum VisitCount {
    /// In a file that outlives the container. Replicas that share the volume share the count.
    Persistent(PathBuf),
    InMemory(AtomicU64),
}

impl VisitCount {
    /// Chooses the file: in `folder`, the value of `DATA`, or else in `/data` if a volume is mounted there. A plain folder of
    /// the image would be lost with the container.
    pub fn find(folder: Option<PathBuf>) -> Self {
        let folder = folder.or_else(|| is_mounted(Path::new(VOLUME)).then(|| VOLUME.into()));
        match folder {
            Some(folder) => Self::Persistent(folder.join("visits")),
            None => Self::InMemory(AtomicU64::new(0)),
        }
    }

    pub fn are_persistent(&self) -> bool {
        matches!(self, Self::Persistent(_))
    }

    /// Counts one visit and returns the total. Blocks on the file and its lock.
    pub fn add(&self) -> io::Result<u64> {
        match self {
            Self::Persistent(path) => add_in(path),
            Self::InMemory(count) => Ok(count.fetch_add(1, Ordering::Relaxed) + 1),
        }
    }
}

fn add_in(path: &Path) -> io::Result<u64> {
    let mut file = File::options().read(true).write(true).create(true).truncate(false).open(path)?;
    // Held until the file is closed; other replicas wait for it.
    file.lock()?;
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    let before: u64 = match text.trim() {
        "" => 0,
        digits => digits.parse().map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?,
    };
    let after = before + 1;
    file.rewind()?;
    // A single write of text that never becomes shorter: after a crash, the file has the old or the new count.
    file.write_all(format!("{after}\n").as_bytes())?;
    Ok(after)
}

fn is_mounted(folder: &Path) -> bool {
    match (fs::metadata(folder), fs::metadata("/")) {
        (Ok(folder), Ok(root)) => folder.is_dir() && folder.dev() != root.dev(),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn without_a_volume_the_count_starts_at_one() {
        let visits = VisitCount::InMemory(AtomicU64::new(0));
        assert!(!visits.are_persistent());
        assert_eq!(visits.add().ok(), Some(1));
        assert_eq!(visits.add().ok(), Some(2));
    }

    #[test]
    fn a_persistent_count_continues() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        for expected in 1..=12 {
            let visits = VisitCount::find(Some(folder.path().to_owned()));
            assert!(visits.are_persistent());
            assert_eq!(visits.add()?, expected);
        }
        Ok(())
    }

    #[test]
    fn concurrent_visits_are_all_counted() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let visits = VisitCount::find(Some(folder.path().to_owned()));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..50).for_each(|_| assert!(visits.add().is_ok())));
            }
        });
        assert_eq!(visits.add()?, 201);
        Ok(())
    }

    #[test]
    fn a_file_with_other_content_is_not_changed() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("visits"), "a diary")?;
        let visits = VisitCount::find(Some(folder.path().to_owned()));
        assert_eq!(visits.add().map_err(|error| error.kind()), Err(io::ErrorKind::InvalidData));
        assert_eq!(fs::read_to_string(folder.path().join("visits"))?, "a diary");
        Ok(())
    }
}

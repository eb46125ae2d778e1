//! The count of visits: in a file when a volume is there to keep it, else in memory.

use std::fs::{self, File};
use std::io::{self, Read, Seek, Write};
use std::os::unix::fs::MetadataExt;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

/// Where a volume is expected when `DATA` names no folder.
const VOLUME: &str = "/data";

pub enum Visits {
    /// The file outlives the container, and replicas that share the volume share the count.
    Kept(PathBuf),
    Forgotten(AtomicU64),
}

impl Visits {
    /// `folder` is the value of `DATA`. Without it `/data` serves, but only when something is mounted there: a plain
    /// folder of the image dies with the container.
    pub fn find(folder: Option<PathBuf>) -> Self {
        let folder = folder.or_else(|| is_mounted(Path::new(VOLUME)).then(|| VOLUME.into()));
        match folder {
            Some(folder) => Self::Kept(folder.join("visits")),
            None => Self::Forgotten(AtomicU64::new(0)),
        }
    }

    pub fn are_kept(&self) -> bool {
        matches!(self, Self::Kept(_))
    }

    /// Counts one more visit and returns the sum. Blocks on the file and its lock.
    pub fn add(&self) -> io::Result<u64> {
        match self {
            Self::Kept(path) => add_in(path),
            Self::Forgotten(count) => Ok(count.fetch_add(1, Ordering::Relaxed) + 1),
        }
    }
}

fn add_in(path: &Path) -> io::Result<u64> {
    let mut file = File::options().read(true).write(true).create(true).truncate(false).open(path)?;
    // Held until the file closes; other replicas wait their turn.
    file.lock()?;
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    let before: u64 = match text.trim() {
        "" => 0,
        digits => digits.parse().map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))?,
    };
    let after = before + 1;
    file.rewind()?;
    // One write of a text that never gets shorter: a crash leaves the old count or the new one.
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
        let visits = Visits::Forgotten(AtomicU64::new(0));
        assert!(!visits.are_kept());
        assert_eq!(visits.add().ok(), Some(1));
        assert_eq!(visits.add().ok(), Some(2));
    }

    #[test]
    fn a_kept_count_goes_on_where_it_stopped() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        for expected in 1..=12 {
            let visits = Visits::find(Some(folder.path().to_owned()));
            assert!(visits.are_kept());
            assert_eq!(visits.add()?, expected);
        }
        Ok(())
    }

    #[test]
    fn visits_at_the_same_time_are_all_counted() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        let visits = Visits::find(Some(folder.path().to_owned()));
        std::thread::scope(|scope| {
            for _ in 0..4 {
                scope.spawn(|| (0..50).for_each(|_| assert!(visits.add().is_ok())));
            }
        });
        assert_eq!(visits.add()?, 201);
        Ok(())
    }

    #[test]
    fn a_file_of_another_kind_is_left_alone() -> io::Result<()> {
        let folder = tempfile::tempdir()?;
        fs::write(folder.path().join("visits"), "a diary")?;
        let visits = Visits::find(Some(folder.path().to_owned()));
        assert_eq!(visits.add().map_err(|error| error.kind()), Err(io::ErrorKind::InvalidData));
        assert_eq!(fs::read_to_string(folder.path().join("visits"))?, "a diary");
        Ok(())
    }
}

//! Ratios to the peer measured in the same run, beside those last committed in `tests/bench.snapshot`.
//!
//! Only ratios are kept: absolute times belong to one machine. `BLESS=1` writes what this run measured and leaves the rest.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use anyhow::Context;

/// A ratio that is worse by more than this share is named.
const TOLERANCE: f64 = 0.1;

/// What this process measured so far, by the figure's name.
static MEASURED: Mutex<BTreeMap<String, Ratio>> = Mutex::new(BTreeMap::new());

/// A figure's value as a multiple of its peer's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Ratio {
    pub value: f64,
    /// Rates rise when they get better; times, costs and failures fall.
    pub higher_is_better: bool,
}

impl Ratio {
    /// None beside a peer of nothing.
    pub fn of(value: f64, peer: f64, unit: &str) -> Option<Self> {
        let ratio = value / peer;
        ratio.is_finite().then(|| Self { value: ratio, higher_is_better: unit.ends_with("/s") })
    }

    /// How much worse it is than before, as a share of before; negative when better.
    fn worse_than(self, before: f64) -> f64 {
        let change = (self.value - before) / before;
        if self.higher_is_better { -change } else { change }
    }
}

pub(super) fn keep(name: &str, ratio: Ratio) {
    MEASURED.lock().unwrap_or_else(PoisonError::into_inner).insert(name.to_owned(), ratio);
}

/// Compares what was measured with the snapshot: one sentence for each ratio that moved by more than a tenth, those that got
/// worse first, and for each that the snapshot lacks. With `bless` the snapshot takes over what was measured.
///
/// # Errors
/// The snapshot cannot be read or written.
pub fn compare(bless: bool) -> anyhow::Result<Vec<String>> {
    let measured = MEASURED.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let text = fs::read_to_string(file()).with_context(|| format!("{} is not readable", file().display()))?;
    let before = parse(&text)?;
    if bless {
        let mut after = before.clone();
        after.extend(measured.iter().map(|(name, ratio)| (name.clone(), ratio.value)));
        fs::write(file(), render(&after)).with_context(|| format!("{} is not writable", file().display()))?;
    }
    Ok(moved(&before, &measured))
}

fn file() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("bench.snapshot")
}

fn parse(text: &str) -> anyhow::Result<BTreeMap<String, f64>> {
    let lines = text.lines().filter(|line| !line.starts_with('#') && !line.trim().is_empty());
    let entry = |line: &str| {
        let (name, ratio) = line.split_once(' ').with_context(|| format!("{line:?} is not `name ratio`"))?;
        Ok((name.to_owned(), ratio.trim().parse().with_context(|| format!("{line:?} is not `name ratio`"))?))
    };
    lines.map(entry).collect()
}

fn render(ratios: &BTreeMap<String, f64>) -> String {
    let head = "# Figures as multiples of their peers in the same run; written by `BLESS=1 make bench`, in release on a quiet machine.\n";
    ratios.iter().fold(head.to_owned(), |text, (name, ratio)| text + &format!("{name} {ratio:.3}\n"))
}

fn moved(before: &BTreeMap<String, f64>, measured: &BTreeMap<String, Ratio>) -> Vec<String> {
    let mut moved = Vec::new();
    for (name, ratio) in measured {
        let Some(was) = before.get(name) else {
            moved.push((0.0, format!("{name} is {:.3} × its peer; the snapshot lacks it", ratio.value)));
            continue;
        };
        let worse = ratio.worse_than(*was);
        if worse.abs() > TOLERANCE {
            let how = if worse > 0.0 { "WORSE" } else { "better" };
            moved.push((worse, format!("{name} went from {was:.3} to {:.3} × its peer: {how}", ratio.value)));
        }
    }
    moved.sort_by(|(a, _), (b, _)| b.total_cmp(a));
    moved.into_iter().map(|(_, sentence)| sentence).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(was: f64, value: f64, peer: f64, unit: &str) -> Vec<String> {
        let before = BTreeMap::from([("chain/backfill_per_s".to_owned(), was)]);
        let ratio = Ratio::of(value, peer, unit).unwrap();
        moved(&before, &BTreeMap::from([("chain/backfill_per_s".to_owned(), ratio)]))
    }

    #[test]
    fn a_rate_that_fell_by_more_than_a_tenth_is_named() {
        let told = told(0.59, 49_810.0, 141_200.0, "events/s");
        assert_eq!(told, ["chain/backfill_per_s went from 0.590 to 0.353 × its peer: WORSE"]);
    }

    #[test]
    fn a_time_is_worse_when_it_rises_and_better_when_it_falls() {
        assert!(told(1.0, 1.2, 1.0, "ms")[0].ends_with("WORSE"));
        assert!(told(1.0, 0.8, 1.0, "ms")[0].ends_with("better"));
        assert!(told(1.0, 1.05, 1.0, "ms").is_empty());
        assert!(told(1.0, 0.95, 1.0, "1/s").is_empty());
    }

    #[test]
    fn what_the_snapshot_lacks_is_said_and_what_has_no_peer_is_left_out() {
        let new = BTreeMap::from([("a".to_owned(), Ratio::of(1.0, 2.0, "ms").unwrap())]);
        assert_eq!(moved(&BTreeMap::new(), &new), ["a is 0.500 × its peer; the snapshot lacks it"]);
        assert_eq!(Ratio::of(1.0, 0.0, "ms"), None);
    }

    #[test]
    fn a_snapshot_reads_back_and_nonsense_is_refused() {
        let ratios = BTreeMap::from([("a/b".to_owned(), 0.5), ("c".to_owned(), 1.25)]);
        assert_eq!(parse(&render(&ratios)).unwrap(), ratios);
        assert!(parse("a").is_err() && parse("a b").is_err());
    }
}

//! How long answers took lately: a histogram for each of the last seconds.

use std::time::Instant;

use hdrhistogram::Histogram;

/// Pieces of the window, and the seconds of each: ten seconds, and the piece that is being filled.
const PIECES: usize = 6;
const PIECE_SECONDS: u64 = 2;
/// Microseconds; what took longer counts as this.
const LONGEST: u64 = 120_000_000;

pub(super) struct LatencyWindow {
    began: Instant,
    /// Made with the first answer: most leases of a provider may never get one.
    pieces: Vec<Piece>,
}

struct Piece {
    /// Which piece of time it holds.
    number: u64,
    micros: Histogram<u32>,
}

impl LatencyWindow {
    pub(super) fn new() -> Self {
        Self { began: Instant::now(), pieces: Vec::new() }
    }

    pub(super) fn record(&mut self, now: Instant, took: std::time::Duration) {
        let number = self.number(now);
        let index = number as usize % PIECES;
        while self.pieces.len() <= index {
            // Two digits: a percentile is right to a hundredth.
            let Ok(micros) = Histogram::new_with_bounds(1, LONGEST, 2) else { return };
            self.pieces.push(Piece { number, micros });
        }
        let piece = &mut self.pieces[index];
        if piece.number != number {
            piece.micros.reset();
            piece.number = number;
        }
        piece.micros.saturating_record((took.as_micros() as u64).clamp(1, LONGEST));
    }

    /// The 99th percentile in seconds; none when nothing was answered in the last ten.
    pub(super) fn p99(&self, now: Instant) -> Option<f64> {
        let number = self.number(now);
        let recent = self.pieces.iter().filter(|piece| piece.number + (PIECES as u64) > number);
        let mut all: Option<Histogram<u32>> = None;
        for piece in recent.filter(|piece| !piece.micros.is_empty()) {
            let all = all.get_or_insert(Histogram::new_with_bounds(1, LONGEST, 2).ok()?);
            all.add(&piece.micros).ok()?;
        }
        Some(all?.value_at_quantile(0.99) as f64 / 1e6)
    }

    fn number(&self, now: Instant) -> u64 {
        now.saturating_duration_since(self.began).as_secs() / PIECE_SECONDS
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn old_answers_are_forgotten() {
        let mut window = LatencyWindow::new();
        let at = |seconds| window_start() + Duration::from_secs(seconds);
        window.began = window_start();
        assert_eq!(window.p99(at(0)), None);
        for _ in 0..98 {
            window.record(at(3), Duration::from_millis(2));
        }
        for _ in 0..2 {
            window.record(at(9), Duration::from_secs(1));
        }
        let p99 = window.p99(at(10)).unwrap();
        assert!((p99 - 1.0).abs() < 0.02, "{p99}");
        let p99 = window.p99(at(14)).unwrap();
        assert!((p99 - 1.0).abs() < 0.02, "only the slow ones are left: {p99}");
        assert_eq!(window.p99(at(40)), None);
        window.record(at(40), Duration::from_millis(5));
        assert!(window.p99(at(40)).unwrap() < 0.006);
    }

    fn window_start() -> Instant {
        static START: std::sync::LazyLock<Instant> = std::sync::LazyLock::new(Instant::now);
        *START
    }
}

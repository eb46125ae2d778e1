//! The latency of recent responses: a ring of histograms, one for each interval.

use std::time::Instant;

use hdrhistogram::Histogram;

/// Intervals of the window and their length: ten seconds, and the current interval.
const INTERVALS: usize = 6;
const INTERVAL_SECONDS: u64 = 2;
/// Microseconds. A longer latency is recorded as this.
const MAX_LATENCY: u64 = 120_000_000;

pub(super) struct LatencyWindow {
    began: Instant,
    /// Allocated with the first response, because many leases never get one.
    intervals: Vec<Interval>,
}

struct Interval {
    /// The interval's number since the start.
    number: u64,
    micros: Histogram<u32>,
}

impl LatencyWindow {
    pub(super) fn new() -> Self {
        Self { began: Instant::now(), intervals: Vec::new() }
    }

    pub(super) fn record(&mut self, now: Instant, latency: std::time::Duration) {
        let number = self.number(now);
        let index = number as usize % INTERVALS;
        while self.intervals.len() <= index {
            // Two significant digits: a percentile is exact to one percent.
            let Ok(micros) = Histogram::new_with_bounds(1, MAX_LATENCY, 2) else { return };
            self.intervals.push(Interval { number, micros });
        }
        let interval = &mut self.intervals[index];
        if interval.number != number {
            interval.micros.reset();
            interval.number = number;
        }
        interval.micros.saturating_record((latency.as_micros() as u64).clamp(1, MAX_LATENCY));
    }

    /// The 99th percentile in seconds. None without a response in the last ten seconds.
    pub(super) fn p99(&self, now: Instant) -> Option<f64> {
        let number = self.number(now);
        let recent = self.intervals.iter().filter(|interval| interval.number + (INTERVALS as u64) > number);
        let mut all: Option<Histogram<u32>> = None;
        for interval in recent.filter(|interval| !interval.micros.is_empty()) {
            let all = all.get_or_insert(Histogram::new_with_bounds(1, MAX_LATENCY, 2).ok()?);
            all.add(&interval.micros).ok()?;
        }
        Some(all?.value_at_quantile(0.99) as f64 / 1e6)
    }

    fn number(&self, now: Instant) -> u64 {
        now.saturating_duration_since(self.began).as_secs() / INTERVAL_SECONDS
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn old_responses_leave_the_window() {
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

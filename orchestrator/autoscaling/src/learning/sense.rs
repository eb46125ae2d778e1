//! A learner's features of an observation: a forecast, how far such forecasts erred, and deviations from the usual.
//! Errors are relative to the forecast, so that what was learned on ten replicas holds for a hundred.

use std::collections::VecDeque;

use crate::Observation;

/// The forecasters: the time constants of level and slope in seconds. Zero is no smoothing, and no slope.
const WAYS: [(f64, f64); 5] = [(0.0, 0.0), (45.0, 0.0), (180.0, 0.0), (60.0, 300.0), (180.0, 900.0)];
/// Seconds over which a forecaster's errors are averaged.
const MEMORY: f64 = 1_800.0;
/// Seconds over which a large error decays.
const ALARM: f64 = 12.0 * 3_600.0;
/// Seconds over which the usual demand is averaged.
const USUAL: f64 = 24.0 * 3_600.0;
/// Relative errors below this count as this: a forecast is never certain.
const FLOOR: f64 = 0.004;
/// Surprises above this count as this: a surprise from zero has no measure.
const LARGEST: f64 = 1.5;
/// The prior error.
const ASSUMED: f64 = 0.05;
/// The least demand, in replicas, by which anything is divided.
const LEAST: f64 = 0.5;
/// The longest start delay that a forecast covers, in seconds.
const FARTHEST: f64 = 3_600.0;
/// Demand beyond this many replicas is invalid.
const SENSELESS: f64 = 1e9;

/// The features of one moment. Demand is in replicas' worth of work.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Sensed {
    /// The demand to be expected when a replica requested now would serve, with what waits spread over the start delay.
    pub forecast: f64,
    /// The mean absolute error of such forecasts, relative to them.
    pub error: f64,
    /// The largest error upward, relative to the forecast, decaying over half a day.
    pub surprise: f64,
    /// The expected change until then, relative to the demand.
    pub trend: f64,
    /// The peak of the last five minutes.
    pub five_minutes: f64,
    /// The peak of the last twenty minutes.
    pub twenty_minutes: f64,
    /// The usual demand: the mean of the last day or so.
    pub usual: f64,
}

/// One forecaster with its results.
#[derive(Debug, Clone, Copy, Default)]
struct Way {
    level: f64,
    /// Change of the level per second.
    slope: f64,
    /// The mean absolute error, relative to the forecast.
    error: f64,
}

/// The state behind the features.
#[derive(Debug, Clone, Default)]
pub struct Sense {
    /// The time of the last observation.
    time: Option<f64>,
    /// Seconds between the last two observations at different times.
    gap: f64,
    ways: [Way; WAYS.len()],
    /// Forecasts by each forecaster, with the time that they are for.
    forecasts: VecDeque<(f64, [f64; WAYS.len()])>,
    surprise: f64,
    /// Demands of twenty minutes that no later one exceeded, with their time.
    peaks: VecDeque<(f64, f64)>,
    usual: f64,
    /// Seconds that the usual demand is averaged over, at most [`USUAL`].
    known: f64,
}

impl Sense {
    /// Takes an observation. None when it has no valid time or demand.
    pub fn take(&mut self, seen: &Observation) -> Option<Sensed> {
        let demand = demand(seen)?;
        if !seen.time.is_finite() {
            return None;
        }
        if self.time.is_some_and(|before| seen.time < before) {
            // Forecasts and observations before the gap are discarded.
            self.forecasts.clear();
            self.peaks.clear();
        }
        let gap = self.time.replace(seen.time).map(|before| (seen.time - before).max(0.0));
        match gap {
            None => self.begin(demand),
            Some(gap) if gap > 0.0 => {
                self.gap = gap;
                self.judge(seen.time, demand, gap);
                self.follow(demand, gap);
            }
            Some(_) => {}
        }
        let ahead = delay(seen) + self.gap;
        let forecasts = self.ways.map(|way| (way.level + way.slope * ahead).clamp(0.0, SENSELESS));
        // A second observation at the same time, or after time went back, is not recorded.
        if gap != Some(0.0) {
            self.forecasts.push_back((seen.time + ahead, forecasts));
            self.remember(seen.time, demand);
        }
        let (best, way) = self.best();
        let waiting = waiting(seen) / ahead.max(60.0);
        Some(Sensed {
            forecast: (forecasts[best] + waiting).min(SENSELESS),
            error: way.error.max(FLOOR),
            surprise: self.surprise.max(FLOOR),
            trend: (forecasts[best] - way.level) / way.level.max(LEAST),
            five_minutes: self.peak_since(seen.time - 300.0),
            twenty_minutes: self.peak_since(seen.time - 1_200.0),
            usual: self.usual.max(LEAST),
        })
    }

    /// Steps from a decision to the first that its replicas serve.
    pub fn lead(&self, seen: &Observation) -> usize {
        if self.gap > 0.0 { (delay(seen) / self.gap).ceil() as usize } else { 1 }
    }

    /// The forecaster that erred least recently.
    fn best(&self) -> (usize, Way) {
        let ways = self.ways.into_iter().enumerate();
        ways.min_by(|(_, a), (_, b)| a.error.total_cmp(&b.error)).unwrap_or_default()
    }

    fn begin(&mut self, demand: f64) {
        self.ways = [Way { level: demand, slope: 0.0, error: ASSUMED }; WAYS.len()];
        self.surprise = ASSUMED;
        self.usual = demand;
    }

    /// Compares the newest forecast that has come due with the demand.
    fn judge(&mut self, now: f64, demand: f64, gap: f64) {
        self.surprise *= (-gap / ALARM).exp();
        let mut due = None;
        // Unix time in floating point has steps of less than a microsecond.
        while self.forecasts.front().is_some_and(|(time, _)| *time <= now + 1e-6) {
            due = self.forecasts.pop_front();
        }
        let (best, _) = self.best();
        let keep = (-gap / MEMORY).exp();
        let Some((_, forecasts)) = due.filter(|(time, _)| now - time <= gap) else { return };
        for (index, (way, forecast)) in self.ways.iter_mut().zip(forecasts).enumerate() {
            let miss = ((demand - forecast) / forecast.max(LEAST)).clamp(-4.0, 4.0);
            way.error = keep * way.error + (1.0 - keep) * miss.abs();
            if index == best {
                self.surprise = self.surprise.max(miss.min(LARGEST));
            }
        }
    }

    fn follow(&mut self, demand: f64, gap: f64) {
        let share = |constant: f64| if constant > 0.0 { 1.0 - (-gap / constant).exp() } else { 1.0 };
        for (way, (level, slope)) in self.ways.iter_mut().zip(WAYS) {
            let before = way.level;
            let expected = before + way.slope * gap;
            way.level = expected + share(level) * (demand - expected);
            if slope > 0.0 {
                way.slope += share(slope) * ((way.level - before) / gap - way.slope);
            }
        }
        self.known = (self.known + gap).min(USUAL);
        self.usual += (gap / self.known).min(1.0) * (demand - self.usual);
    }

    fn remember(&mut self, now: f64, demand: f64) {
        while self.peaks.back().is_some_and(|(_, peak)| *peak <= demand) {
            self.peaks.pop_back();
        }
        self.peaks.push_back((now, demand));
        while self.peaks.front().is_some_and(|(time, _)| *time < now - 1_200.0) {
            self.peaks.pop_front();
        }
    }

    fn peak_since(&self, time: f64) -> f64 {
        self.peaks.iter().find(|(at, _)| *at >= time).map_or(0.0, |(_, peak)| *peak)
    }
}

/// The demand in replicas, where it is valid.
fn demand(seen: &Observation) -> Option<f64> {
    let demand = seen.demand().filter(|demand| *demand <= SENSELESS)?;
    let by_requests = seen.arrivals.is_some() && seen.capacity.is_some();
    // CPU that is fully used hides the demand beyond it.
    let hidden = !by_requests && seen.utilization.is_some_and(|used| used >= 0.99);
    Some(if hidden { 1.25 * demand } else { demand })
}

/// The waiting requests in replica-seconds; zero where a replica's capacity is not known.
fn waiting(seen: &Observation) -> f64 {
    let capacity = seen.capacity.filter(|capacity| *capacity > 0.0);
    let seconds = capacity.map_or(0.0, |capacity| seen.waiting / capacity);
    if seconds.is_finite() { seconds.max(0.0) } else { 0.0 }
}

fn delay(seen: &Observation) -> f64 {
    if seen.delay.is_finite() { seen.delay.clamp(0.0, FARTHEST) } else { 0.0 }
}

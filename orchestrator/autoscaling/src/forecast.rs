//! A forecast of demand, learned from past demand: a level, a trend and the profiles of the day and the week, mixed by
//! how well each has forecast recently, with a spread that is learned from its own errors.
//!
//! Measurements often have a coarser interval than decisions: a counter that is read once a minute shows one value four
//! times when a decision is taken every fifteen seconds. `Cadence` estimates that interval, so that a value is known
//! to hold until the next reading is due, and the forecast counts *readings*, not steps.

mod cadence;
mod profile;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;

use cadence::Cadence;
use profile::{DAY, Minutes, Profile};

/// The farthest forecast, in readings; what is farther is forecast as this.
pub const AHEAD: usize = 24;
/// The prior spread, as a share of demand, and how many errors outweigh it.
const UNKNOWN: f64 = 0.1;
const DOUBT: f64 = 4.0;
/// The weight of an expert's older errors against the newest.
const MEMORY: f64 = 0.97;

/// One method of forecasting.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Expert {
    /// The smoothed level, by the weight of the newest reading.
    Level(f64),
    /// The smoothed level and trend, by Holt, damped.
    Trend(f64, f64),
    /// The profile of the day, scaled by the smoothed ratio of demand to profile.
    Day(f64),
    /// The profile of the week, likewise.
    Week(f64),
}

const EXPERTS: [Expert; 11] = [
    Expert::Level(1.0),
    Expert::Level(0.5),
    Expert::Level(0.2),
    Expert::Trend(0.9, 0.2),
    Expert::Trend(0.4, 0.1),
    Expert::Day(1.0),
    Expert::Day(0.4),
    Expert::Day(0.1),
    Expert::Week(1.0),
    Expert::Week(0.4),
    Expert::Week(0.1),
];

/// An expert's state.
#[derive(Debug, Clone, Copy, Default)]
struct Memory {
    /// The level, or the ratio to the profile.
    level: f64,
    trend: f64,
    /// Its forecast of the next reading.
    said: Option<f64>,
    /// Its discounted error.
    error: f64,
    weight: f64,
}

/// Learns from one step after another; see the module.
#[derive(Debug, Clone)]
pub struct Forecast {
    cadence: Cadence,
    minutes: Minutes,
    /// Seconds of a reading.
    reading: f64,
    experts: [Memory; EXPERTS.len()],
    day: Profile,
    week: Profile,
    /// The newest reading, and its time.
    newest: Option<(f64, f64)>,
    means: [f64; AHEAD + 1],
    /// The forecasts of the readings to come; the front is the newest.
    said: VecDeque<[f64; AHEAD + 1]>,
    spreads: [Spread; AHEAD + 1],
    /// Readings taken.
    seen: usize,
}

/// The mean square of errors that were [`weigh`]ed, in the long run and recently.
#[derive(Debug, Clone, Copy, Default)]
struct Spread {
    slow: f64,
    fast: f64,
    count: f64,
}

impl Default for Forecast {
    fn default() -> Self {
        Self {
            cadence: Cadence::default(),
            minutes: Minutes::default(),
            reading: 0.0,
            experts: [Memory::default(); EXPERTS.len()],
            day: Profile::new(DAY, 0.4),
            week: Profile::new(7.0 * DAY, 0.6),
            newest: None,
            means: [0.0; AHEAD + 1],
            said: VecDeque::new(),
            spreads: [Spread::default(); AHEAD + 1],
            seen: 0,
        }
    }
}

impl Forecast {
    /// Takes the demand of the step of `step` seconds that began at `time`. Forecasts at least `reach` steps ahead.
    pub fn see(&mut self, time: f64, step: f64, value: f64, reach: usize) {
        let grain = self.cadence.grain();
        let new = self.cadence.see(value);
        if grain != self.cadence.grain() {
            // Errors over another horizon are no measure of those to come.
            self.said.clear();
            self.spreads = [Spread::default(); AHEAD + 1];
        }
        if !new {
            return;
        }
        self.reading = step * self.cadence.grain() as f64;
        self.settle(time, value);
        let raw = value;
        let value = value / self.factor(time);
        for (expert, memory) in EXPERTS.iter().zip(&mut self.experts) {
            let profile = match expert {
                Expert::Day(_) => self.day.at(time, self.reading),
                Expert::Week(_) => self.week.at(time, self.reading),
                _ => None,
            };
            memory.learn(*expert, value, profile, self.seen == 0);
        }
        self.day.learn(time, self.reading, value);
        self.week.learn(time, self.reading, value);
        self.newest = Some((time, raw));
        self.seen += 1;
        self.foretell(time, value, (reach / self.cadence.grain() + 1).min(AHEAD));
    }

    /// The interval of the readings.
    pub fn cadence(&self) -> &Cadence {
        &self.cadence
    }

    /// The mean and the spread of demand in the next `steps` steps, once for each reading that falls into them.
    pub fn ahead(&self, steps: usize) -> Vec<(f64, f64)> {
        let mut known = None;
        let mut ahead = Vec::new();
        for step in 1..=steps {
            let readings = self.cadence.readings(step).min(AHEAD);
            if known != Some(readings) {
                ahead.push(self.at(readings));
                known = Some(readings);
            }
        }
        ahead
    }

    /// The mean and the spread of demand this many readings ahead; 0 is the reading just taken.
    fn at(&self, readings: usize) -> (f64, f64) {
        let readings = readings.min(AHEAD);
        if readings == 0 {
            return (self.newest.map_or(0.0, |(_, value)| value), 0.0);
        }
        let then = self.newest.map_or(0.0, |(time, _)| time) + readings as f64 * self.reading;
        let mean = self.means[readings] * self.factor(then);
        let spread = self.spreads[readings].scale(UNKNOWN * mean / weigh(mean));
        (mean, spread * weigh(mean) * self.minutes.unrest(then, self.reading))
    }

    fn factor(&self, time: f64) -> f64 {
        self.minutes.factor(time, self.reading)
    }

    /// Compares the forecasts with the reading.
    fn settle(&mut self, time: f64, value: f64) {
        let factor = self.factor(time);
        if let Some(said) = self.said.front() {
            let scale = self.spreads[1].scale(UNKNOWN * value / weigh(value));
            let error = (value - said[1] * factor) / weigh(said[1] * factor);
            self.minutes.learn(
                time,
                self.reading,
                value / said[1].max(1e-9),
                if scale > 0.0 { error / scale } else { 1.0 },
            );
        }
        let told = if self.cadence.known() { AHEAD } else { 0 };
        for (readings, said) in (1..=told).zip(&self.said) {
            let said = said[readings] * factor;
            let unrest = self.minutes.unrest(time, self.reading);
            self.spreads[readings].learn((value - said) / weigh(said) / unrest);
        }
        let value = value / factor;
        for memory in &mut self.experts {
            if let Some(said) = memory.said {
                memory.error = MEMORY * memory.error + ((value - said) / weigh(said.max(value))).powi(2);
            }
        }
    }

    fn foretell(&mut self, time: f64, value: f64, reach: usize) {
        let known = |memory: &Memory| memory.said.is_some();
        let best = self.experts.iter().filter(|m| known(m)).map(|m| m.error).fold(f64::INFINITY, f64::min);
        let width = (best * 0.1).max(1e-12);
        let mut total = 0.0;
        for memory in &mut self.experts {
            memory.weight = if memory.said.is_some() { (-(memory.error - best) / width).exp() } else { 0.0 };
            total += memory.weight;
        }
        self.means[0] = value;
        for readings in 1..=reach {
            let then = time + readings as f64 * self.reading;
            let mut mean = 0.0;
            for (expert, memory) in EXPERTS.iter().zip(&mut self.experts) {
                let profile = match expert {
                    Expert::Day(_) => self.day.at(then, self.reading),
                    Expert::Week(_) => self.week.at(then, self.reading),
                    _ => None,
                };
                let says = memory.says(*expert, readings, profile);
                if readings == 1 {
                    if memory.said.is_none() && says.is_some() {
                        // A new expert is assumed to err twice as much as the best until it has been measured.
                        memory.error = if best.is_finite() { memory.error.max(2.0 * best) } else { 0.0 };
                    }
                    memory.said = says;
                }
                mean += memory.weight * says.unwrap_or(value);
            }
            self.means[readings] = if total > 0.0 { (mean / total).max(0.0) } else { value };
        }
        for readings in reach + 1..=AHEAD {
            self.means[readings] = self.means[reach];
        }
        self.said.push_front(self.means);
        self.said.truncate(reach);
    }
}

/// The scale of errors: between the root of demand (counts) and demand itself (shares).
fn weigh(demand: f64) -> f64 {
    demand.max(1e-3).powf(0.6)
}

impl Memory {
    fn learn(&mut self, expert: Expert, value: f64, profile: Option<f64>, first: bool) {
        match expert {
            Expert::Level(rate) => self.level = if first { value } else { self.level + rate * (value - self.level) },
            Expert::Trend(rate, slope) => {
                if first {
                    self.level = value;
                } else {
                    let before = self.level;
                    let expected = before + 0.9 * self.trend;
                    self.level = expected + rate * (value - expected);
                    self.trend = 0.9 * self.trend + slope * (self.level - before - 0.9 * self.trend);
                }
            }
            Expert::Day(rate) | Expert::Week(rate) => {
                if let Some(profile) = profile.filter(|profile| *profile > 0.0) {
                    let ratio = (value / profile).clamp(0.1, 10.0);
                    self.level = if self.level > 0.0 { self.level + rate * (ratio - self.level) } else { ratio };
                }
            }
        }
    }

    fn says(&self, expert: Expert, readings: usize, profile: Option<f64>) -> Option<f64> {
        match expert {
            Expert::Level(_) => Some(self.level),
            Expert::Trend(..) => {
                let reach: f64 = (1..=readings).map(|ahead| 0.9_f64.powi(ahead as i32)).sum();
                Some((self.level + reach * self.trend).max(0.0))
            }
            Expert::Day(_) | Expert::Week(_) => {
                profile.filter(|_| self.level > 0.0).map(|profile| profile * self.level)
            }
        }
    }
}

impl Spread {
    fn learn(&mut self, error: f64) {
        // Only demand beyond the forecast is missed; demand below it counts half.
        let square = if error > 0.0 { error * error } else { 0.5 * error * error };
        self.count += 1.0;
        let slow = (1.0 / self.count).max(0.003);
        let fast = (1.0 / self.count).max(0.1);
        self.slow += slow * (square - self.slow);
        self.fast += fast * (square - self.fast);
    }

    /// The estimate after this many errors; `prior` before the first.
    fn scale(&self, prior: f64) -> f64 {
        let seen = 0.7 * self.slow + 0.3 * self.fast;
        ((seen * self.count + prior * prior * DOUBT) / (self.count + DOUBT)).sqrt()
    }
}

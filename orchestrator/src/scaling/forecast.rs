//! Demand to come, learned from demand that was: a level, a trend and the hours of the day and of the week, mixed by how well
//! each has foretold lately, with a spread around it that is learned from its own errors.
//!
//! Measurements often come in coarser grains than decisions are taken in: a counter that is read once a minute shows one
//! value four times when one decides every fifteen seconds. [`Cadence`] finds that grain, so that a value is known to stand
//! until the next reading is due, and the forecast counts *readings*, not steps.

use std::collections::VecDeque;

/// The farthest that is foretold, in readings.
pub const AHEAD: usize = 24;
/// Runs of equal values from which the grain is told.
const RUNS: usize = 16;
const LEAST_RUNS: usize = 3;
const DAY: f64 = 86_400.0;
/// Slots of the profile of a day: five minutes each.
const SLOTS: usize = 288;
/// The spread of the unknown, as a share of demand, and how many errors it takes to outweigh that.
const UNKNOWN: f64 = 0.1;
const DOUBT: f64 = 4.0;
/// What an expert's older errors weigh against the newest.
const MEMORY: f64 = 0.97;

/// Finds how many steps a reading lasts.
#[derive(Debug, Clone, Default)]
pub struct Cadence {
    last: Option<f64>,
    /// Steps in which the newest value was seen.
    age: usize,
    runs: VecDeque<usize>,
    /// Steps of a reading; 1 until it is known to be more.
    grain: usize,
    /// Every run was a whole number of readings.
    regular: bool,
}

impl Cadence {
    /// Takes the value of one more step. Says whether a new reading begins with it.
    pub fn see(&mut self, value: f64) -> bool {
        let new = self.last != Some(value);
        if new {
            if self.last.is_some() {
                self.runs.push_back(self.age);
                if self.runs.len() > RUNS {
                    self.runs.pop_front();
                }
                // The first run may have begun before anybody looked.
                let shortest = self.runs.iter().copied().min().unwrap_or(1);
                self.grain = if self.known() { shortest } else { 1 };
                self.regular = self.runs.iter().all(|run| run % self.grain == 0);
            }
            self.age = 0;
            self.last = Some(value);
        }
        self.age += 1;
        new || (self.age - 1).is_multiple_of(self.grain())
    }

    /// Whether enough was seen to tell the grain.
    pub fn known(&self) -> bool {
        self.runs.len() >= LEAST_RUNS
    }

    /// Steps of a reading.
    pub fn grain(&self) -> usize {
        self.grain.max(1)
    }

    /// Steps of a reading, or how long the first ones last at least.
    pub fn at_least(&self) -> usize {
        if self.known() { self.grain() } else { self.age.max(self.runs.iter().copied().max().unwrap_or(1)) }
    }

    /// How many readings lie between the newest and the step that comes `ahead` steps after the newest seen; 0 is the newest.
    pub fn readings(&self, ahead: usize) -> usize {
        let grain = self.grain();
        if self.regular || grain == 1 {
            let into = (self.age.max(1) - 1) % grain;
            (into + ahead) / grain
        } else if self.age + ahead <= grain {
            0
        } else {
            1 + (self.age.max(grain) + ahead - grain - 1) / grain
        }
    }
}

/// One way to foretell.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Expert {
    /// The smoothed level, by the weight of the newest reading.
    Level(f64),
    /// The smoothed level and trend, by Holt, damped.
    Trend(f64, f64),
    /// The profile of the day, at the smoothed ratio of what is to what the profile says.
    Day(f64),
    /// The profile of the week likewise.
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

/// What an expert remembers.
#[derive(Debug, Clone, Copy, Default)]
struct Memory {
    /// The level, or the ratio to the profile.
    level: f64,
    trend: f64,
    /// What it said of the next reading.
    said: Option<f64>,
    /// Its discounted error.
    error: f64,
    weight: f64,
}

/// Demand at the same time of other days, in slots.
#[derive(Debug, Clone)]
struct Profile {
    period: f64,
    slots: Vec<Option<f64>>,
    /// The weight of the newest time.
    rate: f64,
    /// What is averaged for the slot that is going on.
    open: Option<(usize, f64, f64)>,
}

/// What each minute of the hour does to demand: jobs that start at the full hour, mail that goes out at the half.
#[derive(Debug, Clone)]
struct Minutes {
    minutes: [Minute; 60],
}

#[derive(Debug, Clone, Copy, Default)]
struct Minute {
    /// By how much demand exceeds what was foretold without it, as a share.
    excess: f64,
    /// The square of that share's deviation.
    square: f64,
    /// The square of errors against the spread of all.
    error: f64,
    count: f64,
}

#[derive(Debug, Clone)]
pub struct Forecast {
    pub cadence: Cadence,
    minutes: Minutes,
    /// Seconds of a reading.
    reading: f64,
    experts: [Memory; EXPERTS.len()],
    day: Profile,
    week: Profile,
    /// The newest reading, and when.
    newest: Option<(f64, f64)>,
    means: [f64; AHEAD + 1],
    /// What was said of the readings to come; the front is the newest saying.
    said: VecDeque<[f64; AHEAD + 1]>,
    spreads: [Spread; AHEAD + 1],
    pub seen: usize,
}

/// The spread of errors, over the root of what was foretold: the one of counts, over demand's own: of shares.
#[derive(Debug, Clone, Copy, Default)]
struct Spread {
    slow: f64,
    fast: f64,
    count: f64,
}

impl Profile {
    fn new(period: f64, rate: f64) -> Self {
        let slots = (period / DAY * SLOTS as f64).round() as usize;
        Self { period, slots: vec![None; slots], rate, open: None }
    }

    fn slot(&self, time: f64) -> usize {
        let part = (time.rem_euclid(self.period)) / self.period;
        ((part * self.slots.len() as f64) as usize).min(self.slots.len() - 1)
    }

    fn learn(&mut self, time: f64, reading: f64, value: f64) {
        let slot = self.slot(time);
        match &mut self.open {
            Some((open, sum, count)) if *open == slot => {
                *sum += value;
                *count += 1.0;
            }
            _ => {
                self.close();
                self.open = Some((slot, value, 1.0));
            }
        }
        // A reading that lasts longer than a slot stands in all of them.
        let width = self.period / self.slots.len() as f64;
        let more = ((reading / width).round() as usize).clamp(1, self.slots.len());
        for next in 1..more {
            let slot = (slot + next) % self.slots.len();
            self.blend(slot, value);
        }
    }

    fn close(&mut self) {
        if let Some((slot, sum, count)) = self.open.take() {
            self.blend(slot, sum / count);
        }
    }

    fn blend(&mut self, slot: usize, value: f64) {
        let old = &mut self.slots[slot];
        *old = Some(old.map_or(value, |old| old + self.rate * (value - old)));
    }

    /// What it was at this time, between the middles of slots.
    fn at(&self, time: f64, reading: f64) -> Option<f64> {
        let width = self.period / self.slots.len() as f64;
        if reading >= width {
            return self.slots[self.slot(time)];
        }
        let place = time.rem_euclid(self.period) / width - 0.5;
        let low = place.floor();
        let part = place - low;
        let count = self.slots.len() as i64;
        let slot = |index: f64| self.slots[(index as i64).rem_euclid(count) as usize];
        Some(slot(low)? * (1.0 - part) + slot(low + 1.0)? * part)
    }
}

impl Minutes {
    fn learn(&mut self, time: f64, reading: f64, ratio: f64, error: f64) {
        if reading > 300.0 {
            return;
        }
        let minute = &mut self.minutes[minute(time)];
        minute.count += 1.0;
        let rate = (1.0 / minute.count).max(0.04);
        let excess = (ratio - 1.0).clamp(-0.9, 4.0);
        minute.square += rate * ((excess - minute.excess).powi(2) - minute.square);
        minute.excess += rate * (excess - minute.excess);
        minute.error += rate * (error.clamp(-6.0, 6.0).powi(2) - minute.error);
    }

    /// What the forecast is multiplied by: only what is beyond chance.
    fn factor(&self, time: f64, reading: f64) -> f64 {
        let minute = &self.minutes[minute(time)];
        if reading > 300.0 || minute.count < 4.0 {
            return 1.0;
        }
        let doubt = (minute.square / minute.count.min(40.0)).sqrt();
        if minute.excess.abs() > 3.5 * doubt { 1.0 + minute.excess } else { 1.0 }
    }

    /// What the spread is multiplied by.
    fn unrest(&self, time: f64, reading: f64) -> f64 {
        let minute = &self.minutes[minute(time)];
        if reading > 300.0 {
            return 1.0;
        }
        ((minute.error * minute.count + 30.0) / (minute.count + 30.0)).sqrt().clamp(0.7, 3.0)
    }
}

fn minute(time: f64) -> usize {
    ((time + 1e-6).rem_euclid(3600.0) / 60.0) as usize % 60
}

impl Default for Forecast {
    fn default() -> Self {
        Self {
            cadence: Cadence::default(),
            minutes: Minutes { minutes: [Minute::default(); 60] },
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
    /// Takes the demand of the step of `step` seconds that began at `time`.
    pub fn see(&mut self, time: f64, step: f64, value: f64, reach: usize) {
        let grain = self.cadence.grain();
        let new = self.cadence.see(value);
        if grain != self.cadence.grain() {
            // Errors over another time are no measure of those to come.
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

    /// The mean and the spread of demand so many readings ahead; 0 is what was just read.
    pub fn at(&self, readings: usize) -> (f64, f64) {
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

    /// Compares what was said with what came.
    fn settle(&mut self, time: f64, value: f64) {
        let factor = self.factor(time);
        if let Some(said) = self.said.front() {
            let scale = self.spreads[1].scale(UNKNOWN * value / weigh(value));
            let error = (value - said[1] * factor) / weigh(said[1] * factor);
            self.minutes.learn(time, self.reading, value / said[1].max(1e-9), if scale > 0.0 { error / scale } else { 1.0 });
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
                        // A newcomer is taken for as good as the mean of the others until it has shown itself.
                        memory.error = memory.error.max(best.min(1e12) * 2.0);
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

/// What errors are measured against: between the root of demand (counts) and demand itself (shares).
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
            Expert::Day(_) | Expert::Week(_) => profile.filter(|_| self.level > 0.0).map(|profile| profile * self.level),
        }
    }
}

impl Spread {
    fn learn(&mut self, error: f64) {
        // Only what exceeds the forecast is missed; what falls short counts half.
        let square = if error > 0.0 { error * error } else { 0.5 * error * error };
        self.count += 1.0;
        let slow = (1.0 / self.count).max(0.003);
        let fast = (1.0 / self.count).max(0.1);
        self.slow += slow * (square - self.slow);
        self.fast += fast * (square - self.fast);
    }

    /// What is believed after so few errors; `prior` before the first.
    fn scale(&self, prior: f64) -> f64 {
        let seen = 0.7 * self.slow + 0.3 * self.fast;
        ((seen * self.count + prior * prior * DOUBT) / (self.count + DOUBT)).sqrt()
    }
}

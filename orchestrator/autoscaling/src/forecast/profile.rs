//! Demand at the same time of other days and weeks, and the effect of each minute of the hour on it.

/// Seconds of a day.
pub const DAY: f64 = 86_400.0;
/// Slots of the profile of a day: five minutes each.
const SLOTS: usize = 288;
/// Readings that last longer, in seconds, carry no information about minutes.
const COARSE: f64 = 300.0;

/// Demand at the same time of other days, in slots.
#[derive(Debug, Clone)]
pub struct Profile {
    period: f64,
    slots: Vec<Option<f64>>,
    /// The weight of the newest day.
    rate: f64,
    /// What is averaged for the current slot.
    open: Option<(usize, f64, f64)>,
}

/// The effect of each minute of the hour on demand: jobs that start at the full hour, mail that is sent at the half.
#[derive(Debug, Clone)]
pub struct Minutes {
    minutes: [Minute; 60],
}

#[derive(Debug, Clone, Copy, Default)]
struct Minute {
    /// By how much demand exceeds the forecast without it, as a share.
    excess: f64,
    /// The square of that share's deviation.
    square: f64,
    /// The square of errors against the spread of all.
    error: f64,
    count: f64,
}

impl Profile {
    /// A profile of a period in seconds, in which the newest weighs `rate`.
    pub fn new(period: f64, rate: f64) -> Self {
        let slots = (period / DAY * SLOTS as f64).round() as usize;
        Self { period, slots: vec![None; slots], rate, open: None }
    }

    fn slot(&self, time: f64) -> usize {
        let part = (time.rem_euclid(self.period)) / self.period;
        ((part * self.slots.len() as f64) as usize).min(self.slots.len() - 1)
    }

    /// Takes a reading of this many seconds.
    pub fn learn(&mut self, time: f64, reading: f64, value: f64) {
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
        // A reading that lasts longer than a slot applies to all of them.
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

    /// The demand at this time, interpolated between the middles of slots.
    pub fn at(&self, time: f64, reading: f64) -> Option<f64> {
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

impl Default for Minutes {
    fn default() -> Self {
        Self { minutes: [Minute::default(); 60] }
    }
}

impl Minutes {
    /// Takes the ratio of the demand seen to the forecast without the minute, and the error of the forecast with it, in
    /// spreads.
    pub fn learn(&mut self, time: f64, reading: f64, ratio: f64, error: f64) {
        if reading > COARSE {
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

    /// The factor of the forecast: only what is significant.
    pub fn factor(&self, time: f64, reading: f64) -> f64 {
        let minute = &self.minutes[minute(time)];
        if reading > COARSE || minute.count < 4.0 {
            return 1.0;
        }
        let doubt = (minute.square / minute.count.min(40.0)).sqrt();
        if minute.excess.abs() > 3.5 * doubt { 1.0 + minute.excess } else { 1.0 }
    }

    /// The factor of the spread.
    pub fn unrest(&self, time: f64, reading: f64) -> f64 {
        let minute = &self.minutes[minute(time)];
        if reading > COARSE {
            return 1.0;
        }
        ((minute.error * minute.count + 30.0) / (minute.count + 30.0)).sqrt().clamp(0.7, 3.0)
    }
}

fn minute(time: f64) -> usize {
    ((time + 1e-6).rem_euclid(3600.0) / 60.0) as usize % 60
}

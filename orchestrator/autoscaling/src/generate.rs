//! Synthetic traces from a seed, each with one shape of demand. The same seed gives the same trace on every machine.

use std::{f64::consts::TAU, fmt, str::FromStr};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::trace::{Trace, TraceError, TraceRow};

const HOUR: f64 = 3600.0;
const DAY: f64 = 24.0 * HOUR;
/// More rows than this are refused.
const MOST_ROWS: f64 = 20_000_000.0;

/// A shape of demand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// A low at night, a high in the afternoon, and a smaller one in the evening.
    Diurnal,
    /// Such days, of which two in seven are quiet.
    Weekly,
    /// A quiet day on which a crowd arrives within minutes and leaves over an hour, one to three times a day.
    FlashCrowd,
    /// Nothing, then a burst of work, at irregular intervals: a batch queue.
    OnOff,
    /// A Markov-modulated Poisson process: random arrivals whose rate jumps between four levels.
    Mmpp,
    /// A steady climb to the peak and down again.
    Ramp,
    /// One level, and from one step to the next another, as after an announcement or the loss of a neighbor.
    Cliff,
}

/// The parameters of a synthetic trace.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Recipe {
    pub kind: Kind,
    pub seed: u64,
    /// How long it lasts, in seconds.
    pub seconds: f64,
    /// Seconds between rows.
    pub step: f64,
    /// The peak demand, in requests per second, before noise.
    pub peak: f64,
    /// The standard deviation of the noise on each row, as a share of it.
    pub noise: f64,
}

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("there is no kind of trace {0:?}; the kinds are {all}", all = Kind::ALL.map(|kind| kind.to_string()).join(", "))]
pub struct UnknownKind(String);

impl Kind {
    pub const ALL: [Self; 7] =
        [Self::Diurnal, Self::Weekly, Self::FlashCrowd, Self::OnOff, Self::Mmpp, Self::Ramp, Self::Cliff];
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Diurnal => "diurnal",
            Self::Weekly => "weekly",
            Self::FlashCrowd => "flash-crowd",
            Self::OnOff => "on-off",
            Self::Mmpp => "mmpp",
            Self::Ramp => "ramp",
            Self::Cliff => "cliff",
        })
    }
}

impl FromStr for Kind {
    type Err = UnknownKind;

    fn from_str(name: &str) -> Result<Self, UnknownKind> {
        Self::ALL.into_iter().find(|kind| kind.to_string() == name).ok_or_else(|| UnknownKind(name.to_owned()))
    }
}

/// Generates the trace; its rows start at 0.
///
/// # Errors
/// Invalid numbers, as in a file.
pub fn generate(recipe: &Recipe) -> Result<Trace, TraceError> {
    if !(recipe.step.is_finite() && recipe.step > 0.0) {
        return Err(TraceError::Step(recipe.step));
    }
    let rows = recipe.seconds / recipe.step;
    if rows.is_nan() || rows > MOST_ROWS {
        return Err(TraceError::Long { seconds: recipe.seconds, step: recipe.step });
    }
    let mut chance = ChaCha8Rng::seed_from_u64(recipe.seed);
    let count = (recipe.seconds / recipe.step).round().max(1.0) as usize;
    let times = (0..count).map(|row| row as f64 * recipe.step);
    let shape: Vec<f64> = match recipe.kind {
        Kind::Diurnal => times.map(day).collect(),
        Kind::Weekly => {
            let quiet = chance.gen_range(0.35..0.6);
            times.map(|time| if (time / DAY) as u64 % 7 >= 5 { quiet * day(time) } else { day(time) }).collect()
        }
        Kind::FlashCrowd => flash_crowd(times, recipe.seconds, &mut chance),
        Kind::OnOff => on_off(times, &mut chance),
        Kind::Mmpp => modulated(times, &mut chance),
        Kind::Ramp => {
            let top = recipe.seconds * chance.gen_range(0.4..0.7);
            let fall = (recipe.seconds - top).max(recipe.step);
            times.map(|time| 0.1 + 0.9 * (time / top).min((recipe.seconds - time) / fall)).collect()
        }
        Kind::Cliff => {
            let edges = [0.25, 0.5, 0.75].map(|part| recipe.seconds * (part + chance.gen_range(-0.1..0.1)));
            let levels = [0.2, 1.0, 0.5, 0.15];
            times.map(|time| levels[edges.iter().filter(|edge| time >= **edge).count()]).collect()
        }
    };
    let rows = shape.into_iter().enumerate().map(|(row, level)| {
        let level = level * recipe.peak;
        let demand = match recipe.kind {
            Kind::Mmpp => poisson(level * recipe.step, &mut chance) / recipe.step,
            _ => level * (1.0 + recipe.noise * normal(&mut chance)),
        };
        let thousandth = |value: f64| (value * 1000.0).round() / 1000.0;
        TraceRow { time: thousandth(row as f64 * recipe.step), demand: thousandth(demand.max(0.0)) }
    });
    Trace::from_rows(rows.collect())
}

/// The level at a time of the day, between 0.15 and 1.
fn day(time: f64) -> f64 {
    let hour = time.rem_euclid(DAY) / HOUR;
    let hump = |top: f64, width: f64| {
        let away = (hour - top).rem_euclid(24.0);
        let away = away.min(24.0 - away);
        (-away * away / (2.0 * width * width)).exp()
    };
    (0.15 + 0.85 * hump(14.0, 3.5) + 0.35 * hump(20.5, 1.5)).min(1.0)
}

fn flash_crowd(times: impl Iterator<Item = f64>, seconds: f64, chance: &mut ChaCha8Rng) -> Vec<f64> {
    let days = (seconds / DAY).ceil().max(1.0);
    let crowds = (days * chance.gen_range(1.0..3.0)).ceil() as usize;
    let crowds: Vec<_> = (0..crowds)
        .map(|_| {
            let starts = chance.gen_range(0.05..0.9) * seconds;
            (starts, chance.gen_range(60.0..300.0), chance.gen_range(1200.0..5400.0), chance.gen_range(0.4..0.8))
        })
        .collect();
    let level = |time: f64| {
        let crowd = crowds.iter().map(|(starts, rise, fall, height)| {
            let since = time - starts;
            let grown = (since / rise).clamp(0.0, 1.0);
            if since < 0.0 { 0.0 } else { height * grown * (-(since - rise).max(0.0) / fall).exp() }
        });
        0.2 + 0.1 * (time / DAY * TAU).sin() + crowd.fold(0.0, f64::max)
    };
    times.map(level).collect()
}

fn on_off(times: impl Iterator<Item = f64>, chance: &mut ChaCha8Rng) -> Vec<f64> {
    let (mut on, mut until, mut level) = (false, 0.0, 0.0);
    let mut shape = Vec::new();
    for time in times {
        while time >= until {
            on = !on;
            let mean = if on { 900.0 } else { 1500.0 };
            until += 60.0 - mean * chance.gen_range(f64::MIN_POSITIVE..1.0_f64).ln();
            level = if on { chance.gen_range(0.4..1.0) } else { 0.0 };
        }
        shape.push(level);
    }
    shape
}

fn modulated(times: impl Iterator<Item = f64>, chance: &mut ChaCha8Rng) -> Vec<f64> {
    let levels = [0.1, 0.3, 0.6, 1.0];
    let (mut state, mut until) = (1_usize, 0.0);
    let mut shape = Vec::new();
    for time in times {
        while time >= until {
            until += -1800.0 * chance.gen_range(f64::MIN_POSITIVE..1.0_f64).ln();
            let up = state == 0 || (state + 1 < levels.len() && chance.gen_bool(0.5));
            state = if up { state + 1 } else { state - 1 };
        }
        shape.push(levels[state]);
    }
    shape
}

/// A standard normal number, by Box and Muller.
fn normal(chance: &mut ChaCha8Rng) -> f64 {
    let (radius, angle): (f64, f64) = (chance.gen_range(f64::MIN_POSITIVE..1.0), chance.gen_range(0.0..TAU));
    (-2.0 * radius.ln()).sqrt() * angle.cos()
}

/// A Poisson number: by Knuth's product when the mean is small, else by its normal limit.
fn poisson(mean: f64, chance: &mut ChaCha8Rng) -> f64 {
    if mean > 50.0 {
        return (mean + mean.sqrt() * normal(chance)).round().max(0.0);
    }
    let (floor, mut product, mut count) = ((-mean).exp(), chance.r#gen::<f64>(), 0.0);
    while product > floor {
        product *= chance.r#gen::<f64>();
        count += 1.0;
    }
    count
}

#[cfg(test)]
mod tests {
    use super::*;

    fn recipe(kind: Kind, seed: u64) -> Recipe {
        Recipe { kind, seed, seconds: 7.0 * DAY, step: 60.0, peak: 400.0, noise: 0.03 }
    }

    #[test]
    fn a_seed_makes_one_trace_and_another_seed_another() {
        for kind in Kind::ALL {
            let made = |seed| generate(&recipe(kind, seed)).expect("a trace");
            assert_eq!(made(1), made(1), "{kind}");
            assert_ne!(made(1), made(2), "{kind}");
            assert_eq!(made(1).rows().len(), 7 * 24 * 60, "{kind}");
            assert_eq!(Trace::parse(&made(1).csv()), Ok(made(1)), "{kind} is written as it is");
        }
    }

    #[test]
    fn each_shape_is_what_its_name_says() {
        let steps = |kind| generate(&recipe(kind, 3)).and_then(|trace| trace.steps(60.0)).expect("a trace");
        let mean = |part: &[f64]| part.iter().sum::<f64>() / part.len() as f64;
        let day = 24 * 60;
        let diurnal = steps(Kind::Diurnal);
        assert!(mean(&diurnal[13 * 60..15 * 60]) > 4.0 * mean(&diurnal[3 * 60..5 * 60]));
        let weekly = steps(Kind::Weekly);
        assert!(mean(&weekly[..5 * day]) > 1.5 * mean(&weekly[5 * day..]));
        let off = steps(Kind::OnOff).iter().filter(|demand| **demand == 0.0).count();
        assert!((3 * day..6 * day).contains(&off), "{off} minutes of 10080 without demand");
        let crowd = steps(Kind::FlashCrowd);
        assert!(crowd.windows(10).any(|minutes| minutes[9] > 2.0 * minutes[0]), "it doubles within ten minutes");
        let ramp = steps(Kind::Ramp);
        let top = ramp.iter().position(|demand| *demand > 0.97 * 400.0).expect("it reaches the peak");
        assert!(top > 2 * day && ramp[day] < ramp[2 * day]);
        let jumps = steps(Kind::Cliff).windows(2).filter(|pair| (pair[0] / pair[1]).ln().abs() > 0.4).count();
        assert_eq!(jumps, 3);
        let modulated = steps(Kind::Mmpp);
        let calm: Vec<_> = modulated.iter().filter(|demand| (100.0..140.0).contains(*demand)).collect();
        assert!(calm.len() > day / 2, "it dwells at 0.3 of the peak: {} minutes", calm.len());
    }

    #[test]
    fn names_are_read_back_and_others_are_refused_with_all_of_them() {
        for kind in Kind::ALL {
            assert_eq!(kind.to_string().parse(), Ok(kind));
        }
        let said = "tidal".parse::<Kind>().expect_err("no such kind").to_string();
        let wanted = "there is no kind of trace \"tidal\"; the kinds are diurnal, weekly, flash-crowd, on-off, mmpp, ramp, cliff";
        assert_eq!(said, wanted);
    }

    #[test]
    fn senseless_recipes_are_refused() {
        let made = |seconds, step| generate(&Recipe { seconds, step, ..recipe(Kind::Ramp, 0) });
        assert!(matches!(made(100.0, 0.0), Err(TraceError::Step(_))));
        assert!(matches!(made(100.0, f64::NAN), Err(TraceError::Step(_))));
        assert!(matches!(made(1e12, 1.0), Err(TraceError::Long { .. })));
        assert!(matches!(made(f64::NAN, 1.0), Err(TraceError::Long { .. })));
    }
}

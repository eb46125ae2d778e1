//! Training days: synthetic in many ways, or cut from given traces.

use rand::{Rng, seq::SliceRandom};
use rand_chacha::ChaCha8Rng;

use super::{Given, TrainError};
use crate::{
    Bounds,
    generate::{Kind, Recipe, generate},
    setup::Setup,
    trace::{Trace, TraceRow},
};

/// Seconds of a step.
pub const STEP: f64 = 15.0;
/// Fewer steps than this are not worth training on.
pub const SHORTEST: usize = 100;
/// Steps of a day.
const DAY: usize = 5_760;
/// The last part of a given trace is for evaluation alone.
const JUDGED: f64 = 0.2;
/// Seeds of generated traces begin here; smaller ones are reserved for tests.
pub const SEEDS: u64 = 1 << 32;

/// Shapes, repeated by frequency. Bursts from zero are rare: they cannot be forecast, so they teach little.
const KINDS: [Kind; 11] = {
    use Kind::*;
    [Diurnal, Diurnal, Diurnal, Weekly, Weekly, FlashCrowd, FlashCrowd, OnOff, Mmpp, Ramp, Cliff]
};

/// A day with its own environment.
#[derive(Debug, Clone, PartialEq)]
pub struct Day {
    pub setup: Setup,
    /// Requests per second, step by step.
    pub demand: Vec<f64>,
}

/// The demand of a trace, in two parts: to train on, and to evaluate on.
type Split = (Vec<f64>, Vec<f64>);

/// The source of days.
#[derive(Debug, Clone, PartialEq)]
pub struct Days {
    /// Given traces: their steps for training, and for evaluation.
    given: Vec<Split>,
    generated: bool,
}

impl Days {
    pub fn new(given: &[Given], generated: bool) -> Result<Self, TrainError> {
        if given.is_empty() && !generated {
            return Err(TrainError::Nothing);
        }
        let split = |given: &Given| {
            let name = given.name.clone();
            let mut steps =
                given.trace.steps(STEP).map_err(|source| TrainError::Trace { name: name.clone(), source })?;
            if steps.len() < SHORTEST {
                return Err(TrainError::Short { name, steps: steps.len() });
            }
            let judged = steps.split_off((steps.len() as f64 * (1.0 - JUDGED)) as usize);
            if peak(&steps) <= 0.0 || peak(&judged) <= 0.0 {
                return Err(TrainError::Idle { name });
            }
            Ok((steps, judged))
        };
        Ok(Self { given: given.iter().map(split).collect::<Result<_, _>>()?, generated })
    }

    /// A training day.
    pub fn learned(&self, chance: &mut ChaCha8Rng) -> Day {
        self.draw(chance, |(learned, _)| learned)
    }

    /// An evaluation day.
    pub fn judged(&self, chance: &mut ChaCha8Rng) -> Day {
        self.draw(chance, |(_, judged)| judged)
    }

    /// Chooses between given and synthetic days at random, where there are both.
    fn draw(&self, chance: &mut ChaCha8Rng, part: fn(&Split) -> &[f64]) -> Day {
        loop {
            let given = if self.generated && chance.gen_bool(0.5) { None } else { self.given.choose(chance) };
            let demand = match given {
                Some(given) => cut(part(given), chance),
                None => make_up(chance),
            };
            // A quiet stretch is no day to learn from.
            if peak(&demand) > 0.0 {
                return Day { setup: world(&demand, chance), demand };
            }
        }
    }
}

fn peak(demand: &[f64]) -> f64 {
    demand.iter().copied().fold(0.0, f64::max)
}

/// At most a day, from a random position.
fn cut(demand: &[f64], chance: &mut ChaCha8Rng) -> Vec<f64> {
    let length = demand.len().min(DAY);
    let start = chance.gen_range(0..=demand.len() - length);
    demand[start..start + length].to_vec()
}

/// Any shape, in rows of fifteen seconds to an hour, with several kinds of noise. Coarse rows get more days, because
/// each carries less information.
fn make_up(chance: &mut ChaCha8Rng) -> Vec<f64> {
    let kind = pick(&KINDS, chance);
    let step = pick(&[15.0, 60.0, 60.0, 300.0, 300.0, 300.0, 1_800.0, 3_600.0], chance);
    let days = if kind == Kind::Weekly || step > 300.0 { 4.0 } else { 1.0 };
    let recipe = Recipe {
        kind,
        seed: chance.gen_range(SEEDS..SEEDS << 8),
        seconds: days * 86_400.0,
        step,
        peak: pick(&[30.0, 100.0, 400.0, 2_000.0], chance),
        noise: pick(&[0.0, 0.0, 0.01, 0.03, 0.06], chance),
    };
    let made = generate(&recipe).and_then(|trace| disturb(&trace, step, chance).steps(STEP));
    made.unwrap_or_default()
}

/// An environment for it: small or large replicas, fast or slow to start.
fn world(demand: &[f64], chance: &mut ChaCha8Rng) -> Setup {
    // From 4 to 100 replicas at the peak.
    let replicas = 4.0 * 25.0_f64.powf(chance.gen_range(0.0..1.0));
    Setup {
        step: STEP,
        delay: pick(&[15.0, 30.0, 60.0, 60.0, 120.0], chance),
        jitter: 0.0,
        capacity: peak(demand) / replicas,
        patience: 1.0,
        service: None,
        bounds: Bounds::open(1, 10_000),
        price: 1.0,
        start: 0.0,
        seed: 0,
    }
}

/// Real demand wanders, has noise with long tails, and spikes at times.
fn disturb(trace: &Trace, step: f64, chance: &mut ChaCha8Rng) -> Trace {
    let wander = pick(&[0.0, 0.01, 0.03, 0.06, 0.12], chance);
    let noise = pick(&[0.0, 0.0, 0.02, 0.05, 0.1], chance);
    let tail = pick(&[0.0, 0.5, 0.9], chance);
    let spikes = pick(&[0.0, 0.0, 0.5, 2.0, 6.0], chance) / 86_400.0 * step;
    let keep = (-step / 600.0).exp();
    let (mut drift, mut spike, mut fade) = (0.0, 0.0, 0.0);
    let mut disturbed = |row: &TraceRow| {
        drift = drift * keep + (1.0 - keep * keep).sqrt() * wander * heavy(tail, chance);
        spike *= fade;
        if chance.gen_bool(spikes.min(1.0)) {
            spike = 0.1 * chance.gen_range(0.02..1.0_f64).powf(-0.7);
            fade = (-step / chance.gen_range(60.0..1_200.0)).exp();
        }
        let factor = (drift + noise * heavy(tail, chance)).min(1.5).exp() * (1.0 + spike);
        TraceRow { time: row.time, demand: row.demand * factor }
    };
    let rows = trace.rows().iter().map(&mut disturbed).collect();
    Trace::from_rows(rows).unwrap_or_else(|_| trace.clone())
}

/// A normal number with a random spread: the larger the tail, the more often it is far out.
fn heavy(tail: f64, chance: &mut ChaCha8Rng) -> f64 {
    let mut normal = || (0..12).map(|_| chance.gen_range(0.0..1.0)).sum::<f64>() - 6.0;
    let spread = (tail * normal()).exp();
    normal() * spread
}

fn pick<T: Copy>(values: &[T], chance: &mut ChaCha8Rng) -> T {
    values[chance.gen_range(0..values.len())]
}

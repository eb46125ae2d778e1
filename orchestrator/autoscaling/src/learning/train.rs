//! Training: an autoscaler is simulated on one day after another, exploring less and less.
//!
//! The days are synthetic (`days`) or cut from given traces, and each has its own size and start delay, so that what
//! is learned holds for more than one lease. Other days, on which nothing is learned, measure how good the autoscaler
//! has become; of all the states during training, the one that did best on them is kept. The same plan and traces give
//! the same result on every machine.

pub mod days;

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::{Brain, Learned, Method, ledger::SHORTAGE};
use crate::{
    Autoscaler,
    simulator::{self, World},
    trace::{Trace, TraceError},
};
use days::{Day, Days};

/// Days of one evaluation.
const JUDGED: usize = 40;
/// How often it is evaluated, beside the first time.
const POINTS: usize = 20;

/// What is to be trained, and how.
#[derive(Debug, Clone, PartialEq)]
pub struct Plan {
    pub method: Method,
    /// The number of training days.
    pub episodes: usize,
    /// The seed of the days and of exploration.
    pub seed: u64,
    /// Whether days are synthetic as well, beside those of given traces.
    pub generated: bool,
}

/// A trace to learn from.
#[derive(Debug, Clone, PartialEq)]
pub struct Given {
    /// Its name, in errors and in the file.
    pub name: String,
    /// The digest of its file.
    pub digest: String,
    pub trace: Trace,
}

/// The quality of the autoscaler at one moment of its training, on days that it does not learn from.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Point {
    /// Days trained on.
    pub episode: usize,
    /// The cost over the clairvoyant optimum's, averaged over days.
    pub cost_ratio: f64,
    pub violation_share: f64,
    /// Cost ratio + [`SHORTAGE`] × share of violations: less is better.
    pub score: f64,
}

/// The result of training.
#[derive(Debug, Clone, PartialEq)]
pub struct Trained {
    pub brain: Brain,
    /// In order, the first before anything was learned.
    pub curve: Vec<Point>,
    /// The point of the curve that the brain was taken from.
    pub kept: Point,
}

#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum TrainError {
    #[error("there is nothing to train on: give --trace FILE, --generated, or both")]
    Nothing,
    #[error("training takes at least one episode")]
    NoEpisodes,
    #[error("{name} cannot be trained on")]
    Trace { name: String, source: TraceError },
    #[error("{name} has {steps} steps of {} s, and training takes at least {}", days::STEP, days::SHORTEST)]
    Short { name: String, steps: usize },
    #[error("{name} has no demand: there is nothing to learn from it")]
    Idle { name: String },
}

/// Trains an autoscaler. `watch` is called for every episode, and with each point of the curve when it is known.
pub fn train(
    plan: &Plan,
    given: &[Given],
    mut watch: impl FnMut(usize, Option<&Point>),
) -> Result<Trained, TrainError> {
    if plan.episodes == 0 {
        return Err(TrainError::NoEpisodes);
    }
    let days = Days::new(given, plan.generated)?;
    let mut chance = ChaCha8Rng::seed_from_u64(plan.seed);
    // Another stream, so that no day serves both training and evaluation.
    let mut others = chance.clone();
    others.set_stream(1);
    let judged: Vec<Day> = (0..JUDGED).map(|_| days.judged(&mut others)).collect();
    let mut brain = plan.method.unlearned(&mut chance);
    let first = judge(&brain, &judged, 0);
    watch(0, Some(&first));
    let (mut curve, mut kept) = (vec![first], None);
    for episode in 1..=plan.episodes {
        let part = (episode - 1) as f64 / plan.episodes as f64;
        brain = live(brain, &days.learned(&mut chance), part, chance.r#gen());
        if episode * POINTS / plan.episodes == (episode - 1) * POINTS / plan.episodes {
            watch(episode, None);
            continue;
        }
        let point = judge(&brain, &judged, episode);
        watch(episode, Some(&point));
        curve.push(point);
        if kept.as_ref().is_none_or(|(best, _): &(Point, Brain)| point.score < best.score) {
            kept = Some((point, brain.clone()));
        }
    }
    let (kept, brain) = kept.unwrap_or((first, brain));
    Ok(Trained { brain, curve, kept })
}

/// One day of training, when this part of the training is over.
fn live(brain: Brain, day: &Day, part: f64, seed: u64) -> Brain {
    let (first, last) = brain.method().exploration();
    let mut learner = Learned::new(brain).exploring(first + (last - first) * part, seed);
    let mut world = World::new(&day.setup, &day.demand);
    while let Some(seen) = world.observe() {
        world.act(learner.decide(&seen).replicas);
    }
    learner.into_brain()
}

fn judge(brain: &Brain, days: &[Day], episode: usize) -> Point {
    let outcomes =
        days.iter().map(|day| simulator::run(&day.setup, &day.demand, &mut Learned::new(brain.clone()), |_| {}));
    let (mut cost, mut violations) = (0.0, 0.0);
    for outcome in outcomes {
        cost += outcome.cost_ratio.unwrap_or(1.0) / days.len() as f64;
        violations += outcome.violation_share / days.len() as f64;
    }
    let rounded = |value: f64| (value * 1e6).round() / 1e6;
    let score = rounded(cost + SHORTAGE * violations);
    Point { episode, cost_ratio: rounded(cost), violation_share: rounded(violations), score }
}

impl Method {
    /// The probability of exploring at a step, at the start and at the end of training. The actor-critic draws every
    /// choice from its own probabilities.
    pub fn exploration(self) -> (f64, f64) {
        match self {
            Self::QLearning => (1.0, 0.2),
            Self::Sarsa => (1.0, 0.05),
            Self::ActorCritic => (1.0, 1.0),
        }
    }
}

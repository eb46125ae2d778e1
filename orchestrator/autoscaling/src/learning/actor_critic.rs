//! An advantage actor-critic (Sutton and Barto, 2018, chapter 13; advantages over several steps: Schulman et al.,
//! 2016). One small network chooses, another estimates the value of a situation, and a choice becomes likelier by how
//! much better it went than that.

use ndarray::Array2;
use rand::Rng;
use rand_chacha::ChaCha8Rng;

use super::{
    ledger::Experience,
    network::{Network, row},
    sense::Sensed,
    situation::CHOICES,
};

/// The networks' inputs.
pub const FEATURES: usize = 9;
/// Units of the hidden layers.
pub const UNITS: usize = 16;
/// The discount of the future, a step.
pub const DISCOUNT: f64 = 0.3;
/// How much of a step's advantage is passed one step back.
pub const TRACE: f64 = 0.8;
/// Steps of experience in a batch.
pub const BATCH: usize = 1_024;
/// The step size of the actor; the critic's is twice that.
pub const RATE: f64 = 0.002;
/// The weight of the entropy bonus, which keeps choices from being ruled out early.
pub const ENTROPY: f64 = 0.005;

#[derive(Debug, Clone, PartialEq)]
pub struct ActorCritic {
    pub actor: Network,
    pub critic: Network,
    batch: Vec<Experience>,
}

/// The moment in numbers of about -1 to 1, the first a constant.
pub fn features(sensed: &Sensed) -> [f64; FEATURES] {
    let Sensed { forecast, error, surprise, trend, twenty_minutes, usual, .. } = *sensed;
    let recall = (twenty_minutes / forecast.max(0.5)).max(1.0);
    [
        1.0,
        (error / 0.03).ln() / 2.0,
        (surprise / error).ln() / 2.0 - 1.0,
        (trend * 5.0).clamp(-1.5, 1.5),
        (recall.ln() * 2.0).min(2.0),
        (forecast.max(0.25) / 10.0).ln() / 2.0,
        (forecast / usual).clamp(0.0, 3.0) - 1.0,
        (error * 5.0).min(1.5),
        (surprise * 2.0).min(1.5),
    ]
}

impl ActorCritic {
    pub fn new(chance: &mut ChaCha8Rng) -> Self {
        let actor = Network::random(FEATURES, UNITS, CHOICES.len(), chance);
        Self::with(actor, Network::random(FEATURES, UNITS, 1, chance))
    }

    pub fn with(actor: Network, critic: Network) -> Self {
        Self { actor, critic, batch: Vec::new() }
    }

    /// The likeliest choice.
    pub fn best(&self, sensed: &Sensed) -> usize {
        let outputs = self.actor.outputs(&row(&features(sensed)));
        let choices = outputs.iter().enumerate();
        choices.max_by(|(_, a), (_, b)| a.total_cmp(b)).map_or(0, |(choice, _)| choice)
    }

    /// A random choice, by the actor's probabilities.
    pub fn sample(&self, sensed: &Sensed, chance: &mut ChaCha8Rng) -> usize {
        let likely = softmax(self.actor.outputs(&row(&features(sensed))));
        let mut left: f64 = chance.gen_range(0.0..1.0);
        let drawn = likely.iter().position(|share| {
            left -= share;
            left <= 0.0
        });
        drawn.unwrap_or(CHOICES.len() - 1)
    }

    /// Learns once a batch is full.
    pub fn learn(&mut self, experience: &Experience) {
        self.batch.push(*experience);
        if self.batch.len() >= BATCH {
            let batch = std::mem::take(&mut self.batch);
            self.learn_from(&batch);
        }
    }

    /// Ends an episode: what follows is independent of what was.
    pub fn end(&mut self) {
        self.batch.clear();
    }

    fn learn_from(&mut self, batch: &[Experience]) {
        let table = |which: fn(&Experience) -> &Sensed| {
            let numbers = batch.iter().flat_map(|experience| features(which(experience))).collect::<Vec<_>>();
            Array2::from_shape_fn((batch.len(), FEATURES), |(row, column)| numbers[row * FEATURES + column])
        };
        let here = table(|experience| &experience.sensed);
        let worth = self.critic.outputs(&here);
        let then = self.critic.outputs(&table(|experience| &experience.next));
        let mut advantages = vec![0.0; batch.len()];
        let mut later = 0.0;
        for step in (0..batch.len()).rev() {
            let wrong_by = batch[step].reward + DISCOUNT * then[[step, 0]] - worth[[step, 0]];
            later = wrong_by + DISCOUNT * TRACE * later;
            advantages[step] = later;
        }
        let critic = Array2::from_shape_fn((batch.len(), 1), |(step, _)| -advantages[step]);
        let likely = softmax(self.actor.outputs(&here));
        let undecided = likely.map(|share| -share * share.max(1e-12).ln()).sum_axis(ndarray::Axis(1));
        let actor = Array2::from_shape_fn((batch.len(), CHOICES.len()), |(step, choice)| {
            let share = likely[[step, choice]];
            let chosen = if choice == batch[step].choice { 1.0 } else { 0.0 };
            let entropy = share * (share.max(1e-12).ln() + undecided[step]);
            (share - chosen) * advantages[step] + ENTROPY * entropy
        });
        self.actor.descend(&here, &actor, RATE);
        self.critic.descend(&here, &critic, 2.0 * RATE);
    }
}

/// Softmax, row by row.
fn softmax(mut outputs: Array2<f64>) -> Array2<f64> {
    for mut row in outputs.rows_mut() {
        let top = row.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        row.mapv_inplace(|value| (value - top).exp());
        let sum = row.sum();
        row.mapv_inplace(|value| value / sum);
    }
    outputs
}

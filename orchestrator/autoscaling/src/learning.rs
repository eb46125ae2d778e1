//! Autoscalers that were trained in the simulator to choose a headroom for each situation.
//!
//! All three observe the same few features of a moment (`sense`) and choose among the same few margins
//! (`mod@situation`); they differ in how they learn. `q_learning` and `sarsa` keep a `table`, `actor_critic` two
//! small networks. The `ledger` computes the reward of a choice from observations alone, so an autoscaler can keep
//! learning in use as it learned in the simulator. `train` trains them; a `mod@file` stores them.

pub mod actor_critic;
pub mod file;
pub mod ledger;
pub mod network;
pub mod q_learning;
pub mod sarsa;
pub mod sense;
pub mod situation;
pub mod table;
#[cfg(test)]
mod tests;
pub mod train;

use std::{
    fmt::{self, Display},
    str::FromStr,
};

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::{Autoscaler, Decision, Observation};
use actor_critic::ActorCritic;
use ledger::{Experience, Ledger};
use q_learning::QLearning;
use sarsa::Sarsa;
use sense::{Sense, Sensed};
use situation::{CHOICES, situation};

/// The learning method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    QLearning,
    Sarsa,
    ActorCritic,
}

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no policy that learns is called {0:?}; those that do are {all}", all = Method::ALL.map(|it| it.to_string()).join(", "))]
pub struct UnknownMethod(String);

/// What was learned.
#[derive(Debug, Clone, PartialEq)]
pub enum Brain {
    QLearning(QLearning),
    Sarsa(Sarsa),
    ActorCritic(Box<ActorCritic>),
}

/// A trained autoscaler, which may keep learning.
#[derive(Debug, Clone)]
pub struct Learned {
    brain: Brain,
    sense: Sense,
    /// Open decisions, while it learns.
    ledger: Option<Ledger>,
    /// The probability of exploring at a step.
    explore: f64,
    chance: ChaCha8Rng,
}

impl Method {
    pub const ALL: [Self; 3] = [Self::QLearning, Self::Sarsa, Self::ActorCritic];

    /// An untrained brain.
    pub fn unlearned(self, chance: &mut ChaCha8Rng) -> Brain {
        match self {
            Self::QLearning => Brain::QLearning(QLearning::default()),
            Self::Sarsa => Brain::Sarsa(Sarsa::default()),
            Self::ActorCritic => Brain::ActorCritic(Box::new(ActorCritic::new(chance))),
        }
    }
}

impl Brain {
    pub fn method(&self) -> Method {
        match self {
            Self::QLearning(_) => Method::QLearning,
            Self::Sarsa(_) => Method::Sarsa,
            Self::ActorCritic(_) => Method::ActorCritic,
        }
    }

    /// The index of the best known choice.
    pub fn best(&self, sensed: &Sensed) -> usize {
        match self {
            Self::QLearning(QLearning { table }) | Self::Sarsa(Sarsa { table, .. }) => table.best(situation(sensed)),
            Self::ActorCritic(networks) => networks.best(sensed),
        }
    }

    /// A choice to explore.
    fn explore(&self, sensed: &Sensed, chance: &mut ChaCha8Rng) -> usize {
        match self {
            Self::QLearning(_) | Self::Sarsa(_) => chance.gen_range(0..CHOICES.len()),
            Self::ActorCritic(networks) => networks.sample(sensed, chance),
        }
    }

    fn learn(&mut self, experience: &Experience) {
        match self {
            Self::QLearning(table) => table.learn(experience),
            Self::Sarsa(table) => table.learn(experience),
            Self::ActorCritic(networks) => networks.learn(experience),
        }
    }

    /// Ends an episode: what follows is independent of what was.
    fn end(&mut self) {
        match self {
            Self::QLearning(_) => {}
            Self::Sarsa(table) => table.end(),
            Self::ActorCritic(networks) => networks.end(),
        }
    }
}

impl Learned {
    /// An autoscaler that uses what was learned and changes nothing of it.
    pub fn new(brain: Brain) -> Self {
        Self { brain, sense: Sense::default(), ledger: None, explore: 0.0, chance: ChaCha8Rng::seed_from_u64(0) }
    }

    /// The same, learning from what it observes if `learn`. It does not explore: it learns what its choices are worth.
    pub fn refining(self, learn: bool) -> Self {
        Self { ledger: learn.then(Ledger::default), ..self }
    }

    /// The same, learning and exploring: in the simulator, where shortages harm no one.
    fn exploring(self, explore: f64, seed: u64) -> Self {
        Self { explore, chance: ChaCha8Rng::seed_from_u64(seed), ..self.refining(true) }
    }

    pub fn brain(&self) -> &Brain {
        &self.brain
    }

    /// Ends an episode and returns what was learned.
    fn into_brain(mut self) -> Brain {
        self.brain.end();
        self.brain
    }

    fn choose(&mut self, sensed: &Sensed) -> usize {
        if self.explore > 0.0 && self.chance.gen_bool(self.explore.min(1.0)) {
            return self.brain.explore(sensed, &mut self.chance);
        }
        self.brain.best(sensed)
    }
}

impl Autoscaler for Learned {
    fn decide(&mut self, seen: &Observation) -> Decision {
        let bounds = &seen.bounds;
        let within = |replicas: u32| replicas.clamp(bounds.min, bounds.max.max(bounds.min));
        let Some(sensed) = self.sense.take(seen) else {
            let replicas = within(seen.present());
            return Decision { replicas, reason: format!("the demand is not known: stay at {replicas}") };
        };
        if let Some(ledger) = &mut self.ledger {
            ledger.close_step(seen);
            while let Some(experience) = ledger.take(self.sense.lead(seen)) {
                self.brain.learn(&experience);
            }
        }
        let chosen = self.choose(&sensed);
        let choice = CHOICES[chosen];
        let replicas = within(choice.replicas(&sensed));
        if let Some(ledger) = &mut self.ledger {
            ledger.write(sensed, chosen, replicas);
        }
        let Sensed { forecast, error, surprise, .. } = sensed;
        let (error, surprise) = (error * 100.0, surprise * 100.0);
        let errors = format!("errors are usually {error:.1} %, lately up to {surprise:.0} %");
        Decision { replicas, reason: format!("forecast {forecast:.1}, {errors}: {choice}") }
    }
}

impl Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::QLearning => "q-learning",
            Self::Sarsa => "sarsa",
            Self::ActorCritic => "actor-critic",
        })
    }
}

impl FromStr for Method {
    type Err = UnknownMethod;

    fn from_str(name: &str) -> Result<Self, UnknownMethod> {
        Self::ALL.into_iter().find(|method| method.to_string() == name).ok_or_else(|| UnknownMethod(name.to_owned()))
    }
}

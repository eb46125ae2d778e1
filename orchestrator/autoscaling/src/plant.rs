//! The simulated replicas, and the requests that wait for them: a fluid queue, served by replicas that take time to
//! start.

use std::collections::VecDeque;

use super::setup::{SLACK, need};

/// The tolerance of times in seconds; Unix time as a float has a resolution of a quarter of that.
const PUNCTUAL: f64 = 1e-6;

/// Ready and starting replicas, and the waiting requests.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plant {
    pub ready: u32,
    /// When they will serve, and how many.
    starting: VecDeque<(f64, u32)>,
    /// Requests that wait.
    pub waiting: f64,
}

/// The result of one step.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Served {
    /// Requests that arrived, per second.
    pub arrivals: f64,
    /// Requests that were served.
    pub served: f64,
    /// What ready replicas could have served, in requests.
    pub able: f64,
    pub violated: bool,
}

impl Plant {
    /// Ready replicas and no waiting requests.
    pub fn with_ready(ready: u32) -> Self {
        Self { ready, ..Self::default() }
    }

    pub fn present(&self) -> u32 {
        self.ready.saturating_add(self.starting())
    }

    pub fn starting(&self) -> u32 {
        self.starting.iter().map(|(_, count)| count).sum()
    }

    /// Makes the replicas ready that have started by then. The order in which they were requested does not matter.
    pub fn advance(&mut self, time: f64) {
        let Self { ready, starting, .. } = self;
        starting.retain(|(at, count)| {
            let serves = *at <= time + PUNCTUAL;
            if serves {
                *ready = ready.saturating_add(*count);
            }
            !serves
        });
    }

    /// Goes to this count: what is added serves at `ready_at`, what is removed goes at once, the newest starting ones
    /// first.
    pub fn resize(&mut self, replicas: u32, ready_at: f64) {
        let present = self.present();
        if replicas > present {
            self.starting.push_back((ready_at, replicas - present));
        }
        let mut surplus = present.saturating_sub(replicas);
        while let Some((_, count)) = self.starting.back_mut().filter(|_| surplus > 0) {
            let taken = surplus.min(*count);
            *count -= taken;
            surplus -= taken;
            if *count == 0 {
                self.starting.pop_back();
            }
        }
        self.ready -= surplus.min(self.ready);
    }

    /// Simulates one step of demand, in requests per second.
    pub fn serve(&mut self, demand: f64, capacity: f64, step: f64) -> Served {
        let able = f64::from(self.ready) * capacity * step;
        let wanted = self.waiting + demand * step;
        let served = wanted.min(able);
        self.waiting = if wanted > able * (1.0 + SLACK) { wanted - able } else { 0.0 };
        Served { arrivals: demand, served, able, violated: need(demand, capacity) > self.ready }
    }
}

impl Served {
    /// The CPU used of what ready replicas had.
    pub fn utilization(&self) -> Option<f64> {
        (self.able > 0.0).then(|| (self.served / self.able).min(1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starting_replicas_go_first() {
        let mut plant = Plant::with_ready(2);
        plant.resize(5, 60.0);
        plant.resize(6, 75.0);
        plant.resize(3, 90.0);
        assert_eq!((plant.ready, plant.starting()), (2, 1));
        plant.advance(60.0);
        assert_eq!((plant.ready, plant.starting()), (3, 0));
        plant.resize(1, 120.0);
        assert_eq!((plant.ready, plant.present()), (1, 1));
    }
}

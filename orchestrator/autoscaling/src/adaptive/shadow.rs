//! What a rule would have cost and missed: the same demand, served by replicas of its own in simulation.

use crate::{
    Bounds,
    plant::Plant,
    shield::{self, By},
};

/// Simulated replicas under a rule that is tried. Work is counted in replicas' worth.
#[derive(Debug, Clone)]
pub struct VirtualReplicas {
    pub plant: Plant,
    last_step: f64,
    /// Recent cost and misses: in replicas times steps, and in steps.
    pub late: Tally,
    /// The same since the beginning.
    pub all: Tally,
}

#[derive(Debug, Clone, Copy, Default)]
pub struct Tally {
    pub cost: f64,
    pub missed: f64,
}

impl VirtualReplicas {
    pub fn new(ready: u32) -> Self {
        let tally = Tally::default();
        Self { plant: Plant::with_ready(ready), last_step: f64::NEG_INFINITY, late: tally, all: tally }
    }

    /// Applies as much of the wish as would be granted.
    pub fn wish(&mut self, time: f64, delay: f64, bounds: &Bounds, wish: u32) {
        self.plant.advance(time);
        let present = self.plant.present();
        if wish == present {
            return;
        }
        let granted = shield::grant(bounds, present, wish, time - self.last_step, By::Tenant).replicas;
        if granted != present {
            self.last_step = time;
            self.plant.resize(granted, time + delay);
            self.plant.advance(time);
        }
    }

    /// Simulates a step, before which the recent results decay to this share.
    pub fn live(&mut self, demand: f64, step: f64, fade: f64) {
        let served = self.plant.serve(demand, 1.0, step);
        let (cost, missed) = (f64::from(self.plant.present()), f64::from(u8::from(served.violated)));
        self.late = Tally { cost: fade * self.late.cost + cost, missed: fade * self.late.missed + missed };
        self.all = Tally { cost: self.all.cost + cost, missed: self.all.missed + missed };
    }

    /// Replicas needed to work off the backlog within a time, beside the demand to come.
    pub fn backlog(&self, demand: f64, within: f64) -> u32 {
        backlog(demand, self.plant.waiting, within)
    }
}

/// Replicas for this demand and this backlog within a time; none when nothing waits.
pub fn backlog(demand: f64, waiting: f64, within: f64) -> u32 {
    if waiting > 0.0 { crate::setup::need(demand + waiting / within, 1.0) } else { 0 }
}

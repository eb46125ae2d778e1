//! Back-tests an autoscaler on a trace: replicas that take time to start serve a fluid queue.
//!
//! Time advances in steps. At the start of a step the autoscaler observes what happened in the step before, never the
//! step itself. Its wish is limited to what the market would grant a tenant (`shield::grant`); replicas that it adds
//! serve after the start delay, and those it removes go at once, starting ones first. Then the step's demand arrives.
//! What ready replicas cannot serve waits, first come, first served, so that a shortage has an effect until the queue
//! has drained.
//!
//! The cost is (ready + starting) × time. A *violation* is a step whose demand exceeds what its ready replicas serve. A
//! request is *late* when it waits longer than `Setup::patience`. The first step begins with as many ready replicas
//! as its demand needs, for every autoscaler alike.

use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};

use super::{
    Autoscaler, Observation, oracle,
    plant::{Plant, Served},
    queueing::Waits,
    setup::{Setup, need},
    shield,
};

/// A granted change of the replica count.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// Counted from 0.
    pub step: usize,
    pub from: u32,
    pub to: u32,
    /// The autoscaler's reason, and what limited the change.
    pub reason: String,
}

/// The results of an autoscaler on a trace.
#[derive(Debug, Clone, PartialEq)]
pub struct SimulationOutcome {
    /// Its cost over the clairvoyant optimum's. None when that is 0.
    pub cost_ratio: Option<f64>,
    /// Steps whose demand exceeded ready capacity, as a share of all.
    pub violation_share: f64,
    /// Requests that waited longer than their patience, as a share of all.
    pub late_share: f64,
    /// The 99th percentile of the wait before service, over all requests, in seconds.
    pub p99_wait: f64,
    /// How often the replica count was changed.
    pub scale_ops: usize,
    /// (Ready + starting) × time.
    pub replica_hours: f64,
    pub changes: Vec<Change>,
    /// Replicas ready in each step.
    pub ready: Vec<u32>,
    /// Replicas ready or starting in each step.
    pub present: Vec<u32>,
}

/// A trace being simulated, one step at a time.
#[derive(Debug, Clone)]
pub struct World<'a> {
    setup: &'a Setup,
    demand: &'a [f64],
    /// The next step.
    step: usize,
    plant: Plant,
    last: Option<Served>,
    last_step: f64,
    chance: ChaCha8Rng,
}

/// Runs an autoscaler over the mean demand of each step. `watch` is called after each step.
pub fn run(
    setup: &Setup,
    demand: &[f64],
    autoscaler: &mut dyn Autoscaler,
    mut watch: impl FnMut(usize),
) -> SimulationOutcome {
    let mut world = World::new(setup, demand);
    let mut waits = Waits::new(setup);
    let mut outcome = SimulationOutcome {
        cost_ratio: None,
        violation_share: 0.0,
        late_share: 0.0,
        p99_wait: 0.0,
        scale_ops: 0,
        replica_hours: 0.0,
        changes: Vec::new(),
        ready: Vec::with_capacity(demand.len()),
        present: Vec::with_capacity(demand.len()),
    };
    let mut violations = 0_usize;
    while let Some(seen) = world.observe() {
        let decision = autoscaler.decide(&seen);
        let (served, granted) = world.act(decision.replicas);
        if granted.replicas != seen.present() {
            let reason = match granted.bound {
                Some(bound) => format!("{}; {bound}", decision.reason),
                None => decision.reason,
            };
            let change = Change { step: world.step - 1, from: seen.present(), to: granted.replicas, reason };
            outcome.changes.push(change);
        }
        violations += usize::from(served.violated);
        outcome.ready.push(world.plant.ready);
        outcome.present.push(world.plant.present());
        waits.step(served.arrivals * setup.step, served.able);
        watch(world.step);
    }
    let steps = demand.len().max(1) as f64;
    let present: f64 = outcome.present.iter().copied().map(f64::from).sum();
    let optimum = oracle::optimum(setup, demand).cost();
    outcome.cost_ratio = (optimum > 0).then(|| present / optimum as f64);
    outcome.violation_share = violations as f64 / steps;
    outcome.scale_ops = outcome.changes.len();
    outcome.replica_hours = present * setup.step / 3600.0;
    (outcome.late_share, outcome.p99_wait) = waits.close();
    outcome
}

impl<'a> World<'a> {
    pub fn new(setup: &'a Setup, demand: &'a [f64]) -> Self {
        let first = demand.first().map_or(0, |first| need(*first, setup.capacity));
        let bounds = &setup.bounds;
        Self {
            setup,
            demand,
            step: 0,
            plant: Plant::with_ready(first.clamp(bounds.min, bounds.max.max(bounds.min))),
            last: None,
            last_step: f64::NEG_INFINITY,
            chance: ChaCha8Rng::seed_from_u64(setup.seed),
        }
    }

    /// What an autoscaler observes at the start of the next step; None when the trace has ended.
    pub fn observe(&mut self) -> Option<Observation> {
        let setup = self.setup;
        self.demand.get(self.step)?;
        let time = self.time();
        self.plant.advance(time);
        Some(Observation {
            time,
            ready: self.plant.ready,
            starting: self.plant.starting(),
            utilization: self.last.and_then(|last| last.utilization()),
            arrivals: self.last.map(|last| last.arrivals),
            waiting: self.plant.waiting,
            latency: setup.service.map(|service| service.latency(&self.plant, self.last.as_ref(), setup)),
            capacity: Some(setup.capacity),
            delay: setup.delay,
            price: setup.price,
            bounds: setup.bounds,
        })
    }

    /// Applies as much of the wish as is granted and simulates the step. After the last step nothing happens.
    pub fn act(&mut self, wish: u32) -> (Served, shield::Granted) {
        let setup = self.setup;
        let time = self.time();
        self.plant.advance(time);
        let present = self.plant.present();
        let granted = shield::grant(&setup.bounds, present, wish, time - self.last_step, shield::By::Tenant);
        if granted.replicas != present {
            self.last_step = time;
            let stray = if setup.jitter > 0.0 { self.chance.gen_range(-setup.jitter..=setup.jitter) } else { 0.0 };
            self.plant.resize(granted.replicas, time + setup.delay * (1.0 + stray));
            self.plant.advance(time);
        }
        let demand = self.demand.get(self.step).copied().unwrap_or(0.0);
        let served = self.plant.serve(demand, setup.capacity, setup.step);
        self.step += 1;
        self.last = Some(served);
        (served, granted)
    }

    pub fn plant(&self) -> &Plant {
        &self.plant
    }

    fn time(&self) -> f64 {
        self.setup.start + self.step as f64 * self.setup.step
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Bounds, Decision,
        setup::{ServiceTime, tests::setup},
    };

    /// Wishes these counts, one after another, and records what it observed.
    struct Scripted {
        wishes: Vec<u32>,
        seen: Vec<Observation>,
    }

    impl Scripted {
        fn new(wishes: &[u32]) -> Self {
            Self { wishes: wishes.to_vec(), seen: Vec::new() }
        }
    }

    impl Autoscaler for Scripted {
        fn decide(&mut self, seen: &Observation) -> Decision {
            self.seen.push(seen.clone());
            Decision { replicas: self.wishes[self.seen.len() - 1], reason: "as written".into() }
        }
    }

    #[test]
    fn replicas_serve_after_the_delay_and_cost_from_the_start() {
        let demand = [10.0, 30.0, 30.0, 30.0, 30.0, 30.0];
        let mut autoscaler = Scripted::new(&[3, 3, 3, 3, 3, 3]);
        let outcome = run(&setup(10.0), &demand, &mut autoscaler, |_| {});
        assert_eq!(outcome.ready, [1, 1, 1, 1, 3, 3]);
        assert_eq!(outcome.present, [3; 6]);
        assert_eq!(outcome.violation_share, 3.0 / 6.0);
        assert_eq!(outcome.replica_hours, 18.0 * 15.0 / 3600.0);
        assert_eq!((outcome.scale_ops, outcome.changes[0].to), (1, 3));
        // The optimum cannot serve steps 1 to 3 either, and pays as much.
        assert_eq!(outcome.cost_ratio, Some(1.0));
    }

    #[test]
    fn the_autoscaler_sees_the_step_before_and_never_the_next() {
        let mut autoscaler = Scripted::new(&[1, 1, 1]);
        run(&setup(10.0), &[5.0, 20.0, 0.0], &mut autoscaler, |_| {});
        let seen: Vec<_> =
            autoscaler.seen.iter().map(|seen| (seen.time, seen.arrivals, seen.utilization, seen.waiting)).collect();
        let wanted = [(0.0, None, None, 0.0), (15.0, Some(5.0), Some(0.5), 0.0), (30.0, Some(20.0), Some(1.0), 150.0)];
        assert_eq!(seen, wanted);
    }

    #[test]
    fn a_shortage_hurts_until_it_has_drained() {
        // One replica of 10/s: 150 requests are left after step 1, and the next two steps drain them at 5/s.
        let mut autoscaler = Scripted::new(&[1; 5]);
        let outcome = run(&setup(10.0), &[5.0, 20.0, 5.0, 5.0, 5.0], &mut autoscaler, |_| {});
        assert_eq!(outcome.violation_share, 1.0 / 5.0);
        // Of 600 requests those of step 1 wait 0 to 15 s and those after 15 to 0 s: all but 1/15 of 450 wait over a second.
        assert!((outcome.late_share - 450.0 * 14.0 / 15.0 / 600.0).abs() < 1e-9, "{}", outcome.late_share);
        // The longest 6 of the 450 that waited: the last of a slope of 15 s.
        assert!((outcome.p99_wait - 15.0 * (1.0 - 6.0 / 450.0)).abs() < 1e-3, "{}", outcome.p99_wait);
    }

    #[test]
    fn who_is_never_served_waits_to_the_end_and_beyond() {
        let outcome = run(&setup(10.0), &[0.0, 10.0], &mut Scripted::new(&[0, 0]), |_| {});
        assert_eq!((outcome.late_share, outcome.violation_share), (1.0, 0.5));
        assert!(
            (outcome.p99_wait - 15.0).abs() < 1e-3,
            "one replica would serve them after the end: {}",
            outcome.p99_wait
        );
        assert_eq!(outcome.cost_ratio, None, "an optimum of nothing has no ratio");
    }

    #[test]
    fn the_shield_stands_before_every_wish() {
        let mut setup = setup(10.0);
        setup.bounds = Bounds { step: 2, cooldown: 30, ..Bounds::open(1, 4) };
        let outcome = run(&setup, &[10.0; 6], &mut Scripted::new(&[9, 9, 9, 0, 0, 0]), |_| {});
        assert_eq!(outcome.present, [3, 3, 4, 4, 2, 2]);
        assert_eq!(outcome.changes[0].reason, "as written; a step adds at most 2");
    }

    #[test]
    fn jitter_follows_the_seed_and_strays_to_both_sides() {
        let mut setup = Setup { jitter: 0.5, step: 1.0, ..setup(1.0) };
        let served_at = |setup: &Setup| {
            let outcome = run(setup, &[0.0; 100], &mut Scripted::new(&[1; 100]), |_| {});
            outcome.ready.iter().position(|ready| *ready == 1).expect("it starts within 90 s")
        };
        let starts: Vec<_> = (0..50)
            .map(|seed| {
                setup.seed = seed;
                served_at(&setup)
            })
            .collect();
        assert!(starts.iter().all(|start| (30..=90).contains(start)), "{starts:?}");
        assert!(starts.iter().any(|start| *start < 45) && starts.iter().any(|start| *start > 75), "{starts:?}");
        setup.seed = 0;
        assert_eq!(served_at(&setup), starts[0]);
    }

    #[test]
    fn requests_of_random_length_wait_by_erlang() {
        // One slot, half busy: an M/M/1 queue, of which half wait, and 50 % × e^(-t/2 s) longer than t.
        let service = Some(ServiceTime { seconds: 1.0, variation: 1.0 });
        let setup = Setup { service, ..setup(1.0) };
        let outcome = run(&setup, &[0.5; 100], &mut Scripted::new(&[1; 100]), |_| {});
        assert!((outcome.late_share - 0.5 * (-0.5_f64).exp()).abs() < 1e-9, "{}", outcome.late_share);
        assert!((outcome.p99_wait - 2.0 * 50.0_f64.ln()).abs() < 1e-3, "{}", outcome.p99_wait);
        assert_eq!(outcome.violation_share, 0.0);
    }
}

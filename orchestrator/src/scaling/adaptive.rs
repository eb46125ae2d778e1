//! The policy that a new lease gets. Demand does not depend on how many replicas there are, so what any other rule would have
//! cost and missed on what was seen so far is known exactly. This policy therefore tries a range of rules in the shadow, the
//! autoscalers that everybody knows among them, and follows the one that serves its aim best:
//!
//! 1. cost less than Kubernetes' autoscaler at 80 % of CPU and KEDA's at 85 % of requests would have, from the start;
//! 2. within that, miss as little as possible, at a price of [`WORTH`] for what is missed.
//!
//! A rule is how much room to leave above what is foretold ([`forecast`]) or above what was just seen, and how long to keep
//! what is no longer needed.

use std::collections::VecDeque;

use super::{
    Bounds, Decision, Observation, Policy,
    forecast::Forecast,
    hpa::{Hpa, hpa, keda},
    shield::{self, By},
    simulator::{Plant, need},
};

/// What a missed share is worth in cost: 0.01 % of the steps are worth 1 % of the replicas.
const WORTH: f64 = 100.0;
/// How much cheaper than the references the plan has to be.
const CHEAPER: f64 = 0.985;
/// By how much more the plan may cost at first, and in how many seconds half of that is gone.
const LENIENT: (f64, f64) = (0.04, 6.0 * 3600.0);
/// What a missed share beyond the references' is worth besides, and how far below theirs the plan is to stay.
const EXCESS: f64 = 400.0;
const FEWER: f64 = 0.9;
/// Of the lower rule's misses, what the next higher one is expected to have at least.
const TAIL: f64 = 0.35;
/// Seconds in which the shadows' past loses half its weight.
const HALF_LIFE: f64 = 3.0 * 86_400.0;
/// Seconds between two choices of a rule.
const REVIEW: f64 = 300.0;
/// Steps, and readings, that the shadows are taken to have lived before the first.
const PRIOR: (f64, f64) = (240.0, 60.0);
/// What a reference is taken to miss before it has shown it.
const REFERENCE: f64 = 0.004;

const ROOM: [f64; 12] = [1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0, 6.0, 8.0, 11.0, 15.0];
const MARGIN: [f64; 9] = [0.0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5];
const KEEP: [f64; 3] = [0.0, 120.0, 300.0];
const BETWEEN: [(f64, f64); 8] =
    [(0.0, 3.0), (0.0, 4.0), (0.0, 6.0), (1.0, 4.0), (1.0, 6.0), (2.0, 5.0), (2.0, 8.0), (3.0, 11.0)];
/// Rules that are tried with each time of keeping.
const EACH: usize = ROOM.len() + MARGIN.len();

#[derive(Debug, Clone, Copy, PartialEq)]
enum Above {
    /// So many spreads above what is foretold.
    Forecast(f64),
    /// This share above what was just seen.
    Seen(f64),
    /// As this reference, but within so many spreads of what is foretold.
    Between(usize, f64, f64),
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Rule {
    above: Above,
    /// Seconds for which what was needed is kept.
    keep: f64,
}

/// What is followed until the grain of the readings is known.
const FIRST: Rule = Rule { above: Above::Seen(0.2), keep: 120.0 };

/// A rule, tried.
#[derive(Debug, Clone)]
struct Shadow {
    plant: Plant,
    last_step: f64,
    /// Discounted sums over steps.
    cost: f64,
    missed: f64,
    /// Sums over all steps.
    all_cost: f64,
    all_missed: f64,
}

/// The highest of the values of late.
#[derive(Debug, Clone, Default)]
struct Highest {
    falling: VecDeque<(f64, u32)>,
}

/// See [`adaptive`].
#[derive(Debug)]
pub struct Adaptive {
    forecast: Forecast,
    rules: Vec<Rule>,
    shadows: Vec<Shadow>,
    recent: Vec<Highest>,
    wishes: Vec<u32>,
    references: Vec<(Hpa, Shadow)>,
    own: Option<Shadow>,
    /// Discounted demand and steps.
    demand: f64,
    steps: f64,
    all_steps: f64,
    before: Option<f64>,
    chosen: usize,
    reviewed: f64,
}

/// The policy that a new lease gets.
pub fn adaptive() -> Adaptive {
    let above = ROOM.map(Above::Forecast).into_iter().chain(MARGIN.map(Above::Seen));
    let above: Vec<_> = above.collect();
    let own = KEEP.into_iter().flat_map(|keep| above.iter().map(move |above| Rule { above: *above, keep }));
    let between = (0..2).flat_map(|reference| BETWEEN.map(|(low, high)| Above::Between(reference, low, high)));
    let rules: Vec<_> = own.chain(between.map(|above| Rule { above, keep: 0.0 })).collect();
    let chosen = rules.iter().position(|r| *r == FIRST).unwrap_or(0);
    Adaptive {
        forecast: Forecast::default(),
        shadows: Vec::new(),
        recent: vec![Highest::default(); rules.len()],
        wishes: vec![0; rules.len()],
        rules,
        references: Vec::new(),
        own: None,
        demand: 0.0,
        steps: 0.0,
        all_steps: 0.0,
        before: None,
        chosen,
        reviewed: f64::NEG_INFINITY,
    }
}

impl Highest {
    fn push(&mut self, time: f64, value: u32, keep: f64) -> u32 {
        while self.falling.back().is_some_and(|(_, old)| *old <= value) {
            self.falling.pop_back();
        }
        self.falling.push_back((time, value));
        while self.falling.front().is_some_and(|(at, _)| *at < time - keep - 1e-6) {
            self.falling.pop_front();
        }
        self.falling.front().map_or(value, |(_, value)| *value)
    }
}

impl Shadow {
    fn new(ready: u32) -> Self {
        Self { plant: Plant::with_ready(ready), last_step: f64::NEG_INFINITY, cost: 0.0, missed: 0.0, all_cost: 0.0, all_missed: 0.0 }
    }

    /// Decides at a time.
    fn wish(&mut self, time: f64, delay: f64, bounds: &Bounds, wish: u32) {
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

    /// Lives through the step.
    fn live(&mut self, demand: f64, step: f64, fade: f64) {
        let served = self.plant.serve(demand, 1.0, step);
        let (cost, missed) = (f64::from(self.plant.present()), f64::from(u8::from(served.violated)));
        self.cost = fade * self.cost + cost;
        self.missed = fade * self.missed + missed;
        self.all_cost += cost;
        self.all_missed += missed;
    }
}

impl Rule {
    fn prior(&self) -> (f64, f64) {
        let kept = 1.0 + self.keep / 6000.0;
        match self.above {
            Above::Forecast(room) => ((1.0 + 0.03 * room) * kept, 0.08 * (-room).exp()),
            Above::Seen(margin) => ((1.0 + 1.05 * margin) * kept, 0.08 * (-20.0 * margin).exp()),
            Above::Between(_, low, high) => (1.1 + 0.01 * (low + high), 0.08 * (-high).exp()),
        }
    }
}

impl Policy for Adaptive {
    fn decide(&mut self, seen: &Observation) -> Decision {
        let present = seen.present();
        let (Some(demand), true) = (seen.demand(), seen.time.is_finite()) else {
            self.before = seen.time.is_finite().then_some(seen.time);
            self.start(seen);
            return Decision { replicas: present, reason: "nothing is known of the demand yet".into() };
        };
        let step = self.before.map_or(15.0, |before| seen.time - before);
        if !(step > 0.0) {
            return Decision { replicas: present, reason: "time has not gone on".into() };
        }
        self.before = Some(seen.time);
        let delay = if seen.delay.is_finite() { seen.delay.max(0.0) } else { 0.0 };
        let reach = ((delay + f64::from(seen.bounds.cooldown)) / step - 1e-9).ceil().clamp(0.0, 1e4) as usize;
        if self.own.is_none() {
            self.start(seen);
        }
        self.live(demand, step);
        let grain = self.forecast.cadence.grain();
        self.forecast.see(seen.time - step, step, demand, reach);
        if self.forecast.cadence.grain() != grain {
            self.forget();
        }
        // What may be needed at each distance, the same distance in readings once.
        let mut ahead: Vec<(f64, f64)> = Vec::new();
        let mut known = usize::MAX;
        for distance in 1..=reach + 1 {
            let readings = self.forecast.cadence.readings(distance);
            if readings != known {
                ahead.push(self.forecast.at(readings));
                known = readings;
            }
        }
        let mean = ahead.last().map_or(demand, |last| last.0);
        for (policy, shadow) in &mut self.references {
            shadow.plant.advance(seen.time);
            let utilization = (f64::from(shadow.plant.ready) > 0.0).then(|| ((demand + shadow.plant.waiting / step) / f64::from(shadow.plant.ready)).min(1.0));
            let view = Observation {
                ready: shadow.plant.ready,
                starting: shadow.plant.starting(),
                utilization,
                arrivals: Some(demand),
                waiting: shadow.plant.waiting,
                latency: None,
                capacity: Some(1.0),
                ..seen.clone()
            };
            let wish = policy.decide(&view).replicas;
            shadow.wish(seen.time, delay, &seen.bounds, wish);
        }
        let upper = |room: f64| need(ahead.iter().map(|(mean, spread)| mean + room * spread).fold(0.0, f64::max), 1.0);
        for index in 0..self.rules.len() {
            let rule = self.rules[index];
            let base = match rule.above {
                Above::Between(reference, low, high) => {
                    let present = self.references[reference].1.plant.present();
                    present.min(upper(high)).max(upper(low))
                }
                _ if index >= EACH => self.recent[index % EACH].falling.back().map_or(0, |(_, value)| *value),
                Above::Forecast(room) => upper(room),
                Above::Seen(margin) => need(demand * (1.0 + margin), 1.0),
            };
            self.wishes[index] = self.recent[index].push(seen.time, base, rule.keep);
        }
        let drain = delay.max(2.0 * step).max(30.0);
        for (index, shadow) in self.shadows.iter_mut().enumerate() {
            let backlog = if shadow.plant.waiting > 0.0 { need(mean + shadow.plant.waiting / drain, 1.0) } else { 0 };
            shadow.wish(seen.time, delay, &seen.bounds, self.wishes[index].max(backlog));
        }
        if self.forecast.cadence.known() && seen.time - self.reviewed >= REVIEW {
            self.reviewed = seen.time;
            self.review(step, reach);
        }
        let waiting = seen.capacity.filter(|c| *c > 0.0).map_or(0.0, |capacity| (seen.waiting / capacity).max(0.0));
        let backlog = if waiting > 0.0 { need(mean + waiting / drain, 1.0) } else { 0 };
        let wish = self.wishes[self.chosen].max(backlog).clamp(seen.bounds.min, seen.bounds.max.max(seen.bounds.min));
        if let Some(own) = &mut self.own {
            own.wish(seen.time, delay, &seen.bounds, wish);
        }
        Decision { replicas: wish, reason: format!("{:?}", self.rules[self.chosen]) }
    }
}

impl Adaptive {
    fn start(&mut self, seen: &Observation) {
        let shadow = Shadow::new(seen.ready);
        self.shadows = vec![shadow.clone(); self.rules.len()];
        self.references = [hpa(80), keda(85)].into_iter().map(|policy| (policy, shadow.clone())).collect();
        self.own = Some(shadow);
    }

    /// The step that has just ended, for everybody.
    fn live(&mut self, demand: f64, step: f64) {
        let fade = 0.5_f64.powf(step / HALF_LIFE);
        let references = self.references.iter_mut().map(|(_, shadow)| shadow);
        for shadow in self.shadows.iter_mut().chain(references).chain(&mut self.own) {
            shadow.live(demand, step, fade);
        }
        self.demand = fade * self.demand + demand;
        self.steps = fade * self.steps + 1.0;
        self.all_steps += 1.0;
    }

    /// What rules did with another idea of the grain says little about what they will do.
    fn forget(&mut self) {
        let references = self.references.iter_mut().map(|(_, shadow)| shadow);
        for shadow in self.shadows.iter_mut().chain(references).chain(&mut self.own) {
            (shadow.cost, shadow.missed) = (0.0, 0.0);
        }
        (self.demand, self.steps) = (0.0, 0.0);
        self.reviewed = f64::NEG_INFINITY;
    }

    fn review(&mut self, step: f64, reach: usize) {
        let Some(own) = &self.own else { return };
        let ahead = self.all_steps.max(86_400.0 / step);
        if self.steps < 1.0 {
            return;
        }
        let mean = (self.demand / self.steps).max(1e-9);
        let plan = |past: f64, rate: f64| past + ahead * rate;
        let (mut budget, mut allowed) = (f64::INFINITY, f64::INFINITY);
        for (_, shadow) in &self.references {
            budget = budget.min(plan(shadow.all_cost, shadow.cost / self.steps));
            allowed = allowed.min(plan(shadow.all_missed, shadow.missed / self.steps));
        }
        let lived = self.all_steps * step;
        let limit = CHEAPER + LENIENT.0 * LENIENT.1 / (LENIENT.1 + lived);
        // Steps of one reading tell no more than one of them does, and only the first ones of a reading can surprise.
        let grain = self.forecast.cadence.at_least() as f64;
        let believed = PRIOR.0.max(PRIOR.1 * grain);
        let hurts = ((reach + 1) as f64 / grain).min(1.0);
        let mut best: Option<(bool, f64, usize)> = None;
        let mut lower = 0.0;
        let mut expected = Vec::with_capacity(self.rules.len());
        for (index, (rule, shadow)) in self.rules.iter().zip(&self.shadows).enumerate() {
            let (cost, missed) = rule.prior();
            let cost = (shadow.cost + PRIOR.0 * cost * mean) / (self.steps + PRIOR.0);
            let missed = (shadow.missed + believed * missed * hurts) / (self.steps + believed);
            let first = index % EACH == 0 || index % EACH == ROOM.len() || index >= KEEP.len() * EACH;
            let missed = match rule.above {
                // It misses at least what the rule misses that it is held below, and what its reference does.
                Above::Between(reference, _, high) => {
                    let above = ROOM.iter().position(|room| *room == high).map_or(0.0, |room| expected[room]);
                    let reference = &self.references[reference].1;
                    let like = (reference.missed + believed * REFERENCE * hurts) / (self.steps + believed);
                    missed.max(above).max(TAIL * like)
                }
                _ if first => missed,
                _ => missed.max(TAIL * lower),
            };
            lower = missed;
            expected.push(missed);
            let affordable = plan(own.all_cost, cost) <= limit * budget;
            let over = (plan(own.all_missed, missed) - FEWER * allowed).max(0.0) / (self.all_steps + ahead);
            let score =
                if affordable { cost / mean + WORTH * missed + EXCESS * over } else { cost / mean + 5.0 * missed };
            let better = match best {
                None => true,
                Some((other, least, _)) => (affordable && !other) || (affordable == other && score < least),
            };
            if better {
                best = Some((affordable, score, index));
            }
        }
        if let Some((_, _, index)) = best {
            self.chosen = index;
        }
    }
}

//! The default autoscaler. Demand does not depend on the number of replicas, so what any other rule would have cost and
//! missed on the demand so far can be computed. This autoscaler therefore tries a range of rules in simulation, among
//! them two common autoscalers, and follows the one that serves its objective best:
//!
//! 1. From its beginning on, cost less than Kubernetes' autoscaler at 80 % of CPU and KEDA's at 85 % of requests would
//!    have.
//! 2. Within that, miss as little as possible; a miss has a price, and a higher one where the two have missed less.
//!
//! A rule says how much margin to leave above the forecast (`forecast`) or above the demand just seen,
//! and how long to keep replicas that are no longer needed. A rule that has missed nothing yet is assumed to miss a
//! part of what the rule below it has missed; recent results weigh more than old ones.

mod rules;
mod shadow;
#[cfg(test)]
mod tests;

use rules::{Above, MarginRules};
use shadow::{VirtualReplicas, backlog};

use super::{
    Autoscaler, Decision, Observation,
    forecast::Forecast,
    hpa::{Hpa, hpa, keda},
};

/// What a missed share is worth in cost: 0.01 % of the steps are worth 1 % of the replicas.
const WORTH: f64 = 100.0;
/// The time constant, in seconds, after which the demand counts as known: simulated results are trusted more by then.
/// Of a pair below, the first value applies at first and the second after that, where the references miss [`ROUGH`] or
/// more; where they miss nothing, the first always applies.
const KNOWN: f64 = 3.0 * 86_400.0;
const ROUGH: f64 = 0.0001;
/// The additional price of a share missed beyond the references', and the part of theirs that the plan is to stay
/// within.
const EXCESS: (f64, f64) = (400.0, 3900.0);
const FEWER: (f64, f64) = (0.9, 0.6);
/// The price of a missed share where every rule costs more than the references.
const POOR: f64 = 5.0;
/// The part of the references' cost that the plan may cost.
const CHEAPER: (f64, f64) = (0.985, 0.998);
/// By how much more it may cost at first, and in how many seconds half of that has decayed.
const LENIENT: (f64, f64) = (0.04, 6.0 * 3600.0);
/// The part of the misses of the rule below that a rule is assumed to miss at least.
const TAIL: f64 = 0.35;
/// What a reference is assumed to miss before it has been measured.
const REFERENCE: f64 = 0.004;
/// The weight of the prior, in steps and in readings.
const BELIEF: (f64, f64) = (240.0, 60.0);
/// The half-life of simulated results, in seconds.
const HALF_LIFE: f64 = 3.0 * 86_400.0;
/// How far the plan extends ahead at least, in seconds; later as far as its history extends back.
const PLAN: f64 = 86_400.0;
/// Seconds between two choices of a rule.
const REVIEW: f64 = 300.0;
/// The margin above the demand seen, until the interval of the readings is known.
const FIRST: f64 = 0.2;
/// Demand beyond this many replicas is clamped.
const MOST: f64 = 1e9;

const REFERENCES: [&str; 2] = ["Kubernetes at 80 % of CPU", "KEDA at 85 % of requests"];

/// The default autoscaler; see the module.
#[derive(Debug)]
pub struct Adaptive {
    forecast: Forecast,
    rules: MarginRules,
    /// One for each rule; empty until demand is first seen.
    shadows: Vec<VirtualReplicas>,
    references: Vec<(Hpa, VirtualReplicas)>,
    /// The results of the rules that were followed.
    own: VirtualReplicas,
    /// Demand and steps, decayed like the simulated results.
    demand: f64,
    steps: f64,
    all_steps: f64,
    /// The time of the last decision.
    before: Option<f64>,
    chosen: usize,
    reviewed: f64,
}

/// Creates the default autoscaler.
pub fn adaptive() -> Adaptive {
    let rules = MarginRules::new(REFERENCES.len());
    Adaptive {
        forecast: Forecast::default(),
        chosen: rules.seen(FIRST),
        rules,
        shadows: Vec::new(),
        references: Vec::new(),
        own: VirtualReplicas::new(0),
        demand: 0.0,
        steps: 0.0,
        all_steps: 0.0,
        before: None,
        reviewed: f64::NEG_INFINITY,
    }
}

/// The inputs of one decision.
struct Moment<'a> {
    seen: &'a Observation,
    /// Demand of the step that has ended, in replicas' worth.
    demand: f64,
    /// Its length, and seconds until replicas of a decision now serve.
    step: f64,
    delay: f64,
    /// Steps until the next decision could serve.
    reach: usize,
}

impl Autoscaler for Adaptive {
    fn decide(&mut self, seen: &Observation) -> Decision {
        let stay = |reason: &str| Decision { replicas: seen.present(), reason: reason.to_owned() };
        if !seen.time.is_finite() {
            return stay("the time is not known");
        }
        let before = self.before.replace(seen.time);
        let Some(demand) = seen.demand() else { return stay("nothing is known of the demand") };
        let Some(step) = before.map_or(Some(15.0), |before| (seen.time > before).then_some(seen.time - before)) else {
            return stay("time has not gone on");
        };
        let delay = if seen.delay.is_finite() { seen.delay.max(0.0) } else { 0.0 };
        let reach = ((delay + f64::from(seen.bounds.cooldown)) / step - 1e-9).ceil().clamp(0.0, 1000.0) as usize;
        let moment = Moment { seen, demand: demand.min(MOST), step, delay, reach };
        self.learn(&moment);
        let ahead = self.forecast.ahead(reach + 1);
        let (mean, spread) = ahead.last().copied().unwrap_or((moment.demand, 0.0));
        let drain = delay.max(2.0 * step).max(30.0);
        self.try_all(&moment, &ahead, drain);
        if self.forecast.cadence().known() && seen.time - self.reviewed >= REVIEW {
            self.reviewed = seen.time;
            self.review(&moment);
        }
        let waiting = match seen.capacity {
            Some(capacity) if capacity > 0.0 => (seen.waiting / capacity).clamp(0.0, MOST),
            _ => 0.0,
        };
        let late = backlog(mean, waiting, drain);
        let bounds = &seen.bounds;
        let replicas = self.rules.wishes[self.chosen].max(late).clamp(bounds.min, bounds.max.max(bounds.min));
        self.own.wish(seen.time, delay, bounds, replicas);
        let rule = self.rules.all[self.chosen].words(&REFERENCES);
        let mut reason =
            format!("demand is worth {:.1} replicas, in {delay:.0} s {mean:.1} ± {spread:.1}; {rule}", moment.demand);
        if late >= replicas && late > 0 {
            reason.push_str(&format!("; {waiting:.0} replica-seconds of work wait"));
        }
        Decision { replicas, reason }
    }
}

impl Adaptive {
    /// Accounts for the step that has ended, and forecasts the next.
    fn learn(&mut self, moment: &Moment<'_>) {
        if self.shadows.is_empty() {
            self.own = VirtualReplicas::new(moment.seen.ready);
            self.shadows = vec![self.own.clone(); self.rules.all.len()];
            self.references =
                [hpa(80), keda(85)].into_iter().map(|autoscaler| (autoscaler, self.own.clone())).collect();
        }
        let fade = 0.5_f64.powf(moment.step / HALF_LIFE);
        for shadow in self.everybody() {
            shadow.live(moment.demand, moment.step, fade);
        }
        self.demand = fade * self.demand + moment.demand;
        self.steps = fade * self.steps + 1.0;
        self.all_steps += 1.0;
        let grain = self.forecast.cadence().grain();
        self.forecast.see(moment.seen.time - moment.step, moment.step, moment.demand, moment.reach);
        if self.forecast.cadence().grain() != grain {
            // Results under another estimate of the readings' interval say little about those to come.
            for shadow in self.everybody() {
                shadow.late = shadow::Tally::default();
            }
            (self.demand, self.steps) = (0.0, 0.0);
            self.reviewed = f64::NEG_INFINITY;
        }
    }

    fn everybody(&mut self) -> impl Iterator<Item = &mut VirtualReplicas> {
        let references = self.references.iter_mut().map(|(_, shadow)| shadow);
        self.shadows.iter_mut().chain(references).chain(std::iter::once(&mut self.own))
    }

    /// Lets the references and every rule decide.
    fn try_all(&mut self, moment: &Moment<'_>, ahead: &[(f64, f64)], drain: f64) {
        let Moment { seen, demand, step, delay, .. } = *moment;
        for (autoscaler, shadow) in &mut self.references {
            shadow.plant.advance(seen.time);
            let ready = f64::from(shadow.plant.ready);
            let view = Observation {
                ready: shadow.plant.ready,
                starting: shadow.plant.starting(),
                utilization: (ready > 0.0).then(|| ((demand + shadow.plant.waiting / step) / ready).min(1.0)),
                arrivals: Some(demand),
                waiting: shadow.plant.waiting,
                latency: None,
                capacity: Some(1.0),
                ..seen.clone()
            };
            let wish = autoscaler.decide(&view).replicas;
            shadow.wish(seen.time, delay, &seen.bounds, wish);
        }
        let present: Vec<u32> = self.references.iter().map(|(_, shadow)| shadow.plant.present()).collect();
        self.rules.wish(seen.time, demand, ahead, &present);
        let mean = ahead.last().map_or(demand, |(mean, _)| *mean);
        for (shadow, wish) in self.shadows.iter_mut().zip(&self.rules.wishes) {
            shadow.wish(seen.time, delay, &seen.bounds, (*wish).max(shadow.backlog(mean, drain)));
        }
    }

    /// Chooses the rule that serves the objective best.
    fn review(&mut self, moment: &Moment<'_>) {
        if self.steps < 1.0 {
            return;
        }
        let mean = (self.demand / self.steps).max(1e-9);
        let ahead = self.all_steps.max(PLAN / moment.step);
        let plan = |past: f64, rate: f64| past + ahead * rate;
        let least = |of: &dyn Fn(&VirtualReplicas) -> f64| {
            self.references.iter().map(|(_, s)| of(s)).fold(f64::INFINITY, f64::min)
        };
        let budget = least(&|shadow| plan(shadow.all.cost, shadow.late.cost / self.steps));
        let allowed = least(&|shadow| plan(shadow.all.missed, shadow.late.missed / self.steps));
        let rough = (allowed / (self.all_steps + ahead) / ROUGH).min(1.0);
        let known = rough * (self.all_steps * moment.step / KNOWN).min(1.0).powi(2);
        let by_now = |(first, then): (f64, f64)| first + known * (then - first);
        let (excess, fewer) = (by_now(EXCESS), by_now(FEWER));
        let limit = by_now(CHEAPER) + LENIENT.0 * LENIENT.1 / (LENIENT.1 + self.all_steps * moment.step);
        // Steps within one reading carry no more information than one of them, and only the first ones of a reading can
        // surprise.
        let grain = self.forecast.cadence().at_least() as f64;
        let belief = BELIEF.0.max(BELIEF.1 * grain);
        let hurts = ((moment.reach + 1) as f64 / grain).min(1.0);
        let believed = |tried: f64, prior: f64| (tried + belief * prior * hurts) / (self.steps + belief);

        let mut missing: Vec<f64> = Vec::with_capacity(self.rules.all.len());
        let mut best = (false, f64::INFINITY);
        let mut chosen = self.chosen;
        for (index, (rule, shadow)) in self.rules.all.iter().zip(&self.shadows).enumerate() {
            let (cost, missed) = rule.prior();
            let cost = (shadow.late.cost + BELIEF.0 * cost * mean) / (self.steps + BELIEF.0);
            let lower = rule.lower.map_or(0.0, |lower| missing[lower]);
            let floor = match rule.above {
                // It misses what the rule misses that it is bounded by from below, and a part of what its reference
                // does.
                Above::Between(reference, ..) => {
                    lower.max(TAIL * believed(self.references[reference].1.late.missed, REFERENCE))
                }
                _ => TAIL * lower,
            };
            let missed = believed(shadow.late.missed, missed).max(floor);
            missing.push(missed);
            let affordable = plan(self.own.all.cost, cost) <= limit * budget;
            let over = (plan(self.own.all.missed, missed) - fewer * allowed).max(0.0) / (self.all_steps + ahead);
            let price = if affordable { WORTH * missed + excess * over } else { POOR * missed };
            let score = cost / mean + price;
            if (affordable && !best.0) || (affordable == best.0 && score < best.1) {
                best = (affordable, score);
                chosen = index;
            }
        }
        self.chosen = chosen;
    }
}

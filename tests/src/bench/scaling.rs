//! Every scaling policy on every trace: those made from a seed and, where `scripts/traces` has brought them, public ones.
//!
//! A replica serves a fortieth of the peak and takes a minute to start; steps are 15 seconds. On standard error there is a
//! table a trace. The default policy was tuned on made traces of other seeds and on `twitter`; `docs/scaling.md` says what the
//! other public traces were used for.

use std::{
    collections::BTreeMap,
    fs,
    path::Path,
    time::{Duration, Instant},
};

use anyhow::Context;
use autoscaling::{
    Autoscaler, Bounds, Decision, Observation, catalog,
    generate::{Kind, Recipe, generate},
    setup::Setup,
    simulator::{self, SimulationOutcome},
    trace::Trace,
};

use super::{Figure, Target, say};

/// Where `scripts/traces` puts what it brings.
const PUBLIC: &str = "traces";
/// The public trace on which the default policy was tuned.
const TUNED: &str = "twitter";
/// What a replica serves, as a part of the peak.
const PARTS: f64 = 40.0;
/// The references that the default policy is to dominate.
const REFERENCES: [&str; 2] = ["hpa-80", "keda-85"];
/// A trace is smooth when even Kubernetes at 80 % of CPU misses no more than this share of its steps.
const SMOOTH: f64 = 0.0005;

/// A policy whose decisions are timed.
struct Timed {
    policy: Box<dyn Autoscaler>,
    spent: Duration,
}

impl Autoscaler for Timed {
    fn decide(&mut self, seen: &Observation) -> Decision {
        let began = Instant::now();
        let decision = self.policy.decide(seen);
        self.spent += began.elapsed();
        decision
    }
}

/// What a policy came to, and microseconds a decision.
type Results = BTreeMap<&'static str, (SimulationOutcome, f64)>;

/// Which of the references the default policy dominates: it is cheaper at no more violations.
#[derive(Debug, Default)]
struct Dominance {
    traces: usize,
    both: usize,
    by: BTreeMap<&'static str, usize>,
}

pub fn run() -> anyhow::Result<()> {
    let (mut made, mut public, mut tuned) = (Dominance::default(), Dominance::default(), Dominance::default());
    let (mut slowest, mut worst) = (0.0_f64, 0.0_f64);
    let mut traces: Vec<(String, Trace)> = Vec::new();
    for kind in Kind::ALL {
        let days = if kind == Kind::Weekly { 14.0 } else { 3.0 };
        let recipe = Recipe { kind, seed: 20_001, seconds: days * 86_400.0, step: 60.0, peak: 400.0, noise: 0.03 };
        traces.push((format!("made-{kind}"), generate(&recipe)?));
    }
    traces.extend(public_traces(Path::new(PUBLIC))?);
    for (name, trace) in &traces {
        let results = all_on(trace)?;
        table(name, &results);
        let dominance = match name.as_str() {
            TUNED => &mut tuned,
            name if name.starts_with("made-") => &mut made,
            _ => &mut public,
        };
        dominance.count(&results);
        let (outcome, _) = &results[catalog::DEFAULT];
        if results["hpa-80"].0.violation_share <= SMOOTH && outcome.violation_share <= 0.001 {
            worst = worst.max(outcome.cost_ratio.unwrap_or(0.0));
        }
        for (policy, (outcome, micros)) in &results {
            let cost = outcome.cost_ratio.unwrap_or(0.0);
            Figure::new(format!("scaling.{name}.{policy}.cost"), cost, "×", Target::None).print()?;
            let violations = 100.0 * outcome.violation_share;
            Figure::new(format!("scaling.{name}.{policy}.violations"), violations, "%", Target::None).print()?;
            slowest = slowest.max(*micros);
        }
    }
    for (what, dominance, share) in [("made", made, None), ("public", public, Some(0.8)), ("tuned", tuned, None)] {
        dominance.print(what, share)?;
    }
    Figure::new("scaling.smooth.highest-cost", worst, "×", Target::AtMost(1.15)).print()?;
    Figure::new("scaling.decision.slowest-policy", slowest, "µs", Target::AtMost(100.0)).print()?;
    let recipe = Recipe { kind: Kind::Diurnal, seed: 1, seconds: 86_400.0, step: 15.0, peak: 400.0, noise: 0.03 };
    let day = generate(&recipe)?;
    let began = Instant::now();
    on(&day, &[catalog::DEFAULT])?;
    Figure::new("scaling.day.default", began.elapsed().as_secs_f64(), "s", Target::AtMost(1.0)).print()
}

/// All traces in a folder, by name; none when there is no folder.
fn public_traces(folder: &Path) -> anyhow::Result<Vec<(String, Trace)>> {
    if !folder.exists() {
        say(format!("{} is not there: only made traces are run; scripts/traces brings public ones", folder.display()));
        return Ok(Vec::new());
    }
    let mut files: Vec<_> = fs::read_dir(folder)?.map(|file| Ok(file?.path())).collect::<std::io::Result<_>>()?;
    files.retain(|file| file.extension().is_some_and(|end| end == "csv"));
    files.sort();
    let read = files.into_iter().map(|file| {
        let name = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let trace = Trace::parse(&fs::read_to_string(&file)?).with_context(|| file.display().to_string())?;
        Ok((name, trace))
    });
    read.collect()
}

fn all_on(trace: &Trace) -> anyhow::Result<Results> {
    on(trace, &catalog::names())
}

fn on(trace: &Trace, names: &[&'static str]) -> anyhow::Result<Results> {
    let demand = trace.steps(15.0)?;
    let peak = demand.iter().copied().fold(0.0, f64::max);
    let setup = Setup {
        step: 15.0,
        delay: 60.0,
        jitter: 0.0,
        capacity: peak / PARTS,
        patience: 1.0,
        service: None,
        bounds: Bounds::open(1, 2 * PARTS as u32),
        price: 1.0,
        start: trace.start(),
        seed: 0,
    };
    let results = names.iter().map(|name| {
        let mut timed = Timed { policy: catalog::find(name)?.on(&setup, &demand), spent: Duration::ZERO };
        let outcome = simulator::run(&setup, &demand, &mut timed, |_| {});
        let micros = timed.spent.as_secs_f64() * 1e6 / demand.len() as f64;
        Ok((*name, (outcome, micros)))
    });
    results.collect()
}

fn table(name: &str, results: &Results) {
    say(format!(
        "{name:<22} {:>9} {:>10} {:>9} {:>10} {:>8} {:>9}",
        "cost", "short", "late", "p99 wait", "changes", "µs"
    ));
    for policy in catalog::names() {
        let (outcome, micros) = &results[policy];
        say(format!(
            "  {policy:<20} {:>7.3} × {:>8.3} % {:>7.3} % {:>8.1} s {:>8} {micros:>9.2}",
            outcome.cost_ratio.unwrap_or(0.0),
            100.0 * outcome.violation_share,
            100.0 * outcome.late_share,
            outcome.p99_wait,
            outcome.scale_ops,
        ));
    }
}

impl Dominance {
    fn count(&mut self, results: &Results) {
        let (ours, _) = &results[catalog::DEFAULT];
        let beaten = REFERENCES.into_iter().filter(|reference| {
            let (theirs, _) = &results[reference];
            ours.replica_hours < theirs.replica_hours && ours.violation_share <= theirs.violation_share
        });
        let beaten: Vec<_> = beaten.collect();
        self.traces += 1;
        self.both += usize::from(beaten.len() == REFERENCES.len());
        for reference in beaten {
            *self.by.entry(reference).or_default() += 1;
        }
    }

    /// One figure a reference and one for both at once, held against a share of the traces.
    fn print(&self, what: &str, share: Option<f64>) -> anyhow::Result<()> {
        if self.traces == 0 {
            return Ok(());
        }
        let target = share.map_or(Target::None, |share| Target::AtLeast((share * self.traces as f64).ceil()));
        let each = REFERENCES.map(|reference| (reference, self.by.get(reference).copied().unwrap_or(0)));
        for (name, count) in each.into_iter().chain([("both", self.both)]) {
            say(format!("the default policy dominates {name} on {count} of {} {what} traces", self.traces));
            Figure::new(format!("scaling.{what}.dominates.{name}"), count as f64, "traces", target).print()?;
        }
        Figure::new(format!("scaling.{what}.traces"), self.traces as f64, "traces", Target::None).print()
    }
}

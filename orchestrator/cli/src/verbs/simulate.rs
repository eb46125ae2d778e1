use std::{fs, path::PathBuf};

use anyhow::{Context, bail, ensure};
use clap::Args;
use serde::Serialize;

use crate::{
    input,
    render::{answer, progress::ProgressLine, table::table},
};
use autoscaling::{
    Autoscaler, Bounds, catalog,
    learning::{
        Method,
        file::{PolicyFile, shipped},
    },
    plot,
    setup::{self, ServiceTime, Setup},
    simulator::{self, SimulationOutcome},
    trace::Trace,
};

/// The default capacity of a replica is the peak over this number.
const DEFAULT_REPLICAS_AT_PEAK: f64 = 40.0;
/// With more steps than this, the progress is shown in percent.
const LONG: usize = 100_000;
/// More replicas than this indicate a mistake in --capacity.
const MAX_REPLICAS: u32 = 100_000;

/// Compares the cost and the shortfalls of autoscalers on a trace with those of the clairvoyant optimum.
#[derive(Debug, Args)]
pub struct SimulateArgs {
    /// CSV with the header `t_seconds,demand`, demand in requests per second, held until the next row; `-` reads standard
    /// input.
    #[arg(long, value_name = "FILE")]
    trace: PathBuf,
    /// The autoscalers, separated by commas.
    #[arg(
        long = "policy",
        value_name = "POLICY",
        value_delimiter = ',',
        default_value = "default,predictive,threshold,hpa-70,hpa-80,keda-85,q-learning,sarsa,actor-critic,static-peak,oracle"
    )]
    policies: Vec<String>,
    /// Additional autoscalers, from files of `tidemark train`.
    #[arg(long = "policy-file", value_name = "FILE", num_args = 1..)]
    policy_files: Vec<PathBuf>,
    /// Let trained autoscalers continue to learn during the simulation.
    #[arg(long)]
    refine: bool,
    /// The requests per second that one replica serves. Default: the peak of the trace divided by 40.
    #[arg(long, value_name = "RPS", allow_negative_numbers = true)]
    capacity: Option<f64>,
    /// The time from a decision until its replicas serve, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 60.0, allow_negative_numbers = true)]
    start_delay: f64,
    /// The variation of the start delay, as a share of it: with 0.2, 60 s become 48 s to 72 s.
    #[arg(long, value_name = "SHARE", default_value_t = 0.0, allow_negative_numbers = true)]
    jitter: f64,
    /// The minimum replica count.
    #[arg(long, value_name = "N", default_value_t = 1)]
    min: u32,
    /// The maximum replica count. Default: twice what the peak needs.
    #[arg(long, value_name = "N")]
    max: Option<u32>,
    /// The interval between two decisions, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 15.0, allow_negative_numbers = true)]
    step: f64,
    /// The cooldown of the lease policy: the minimum time between two changes of the count, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 0)]
    cooldown: u32,
    /// The price of one replica for an hour, to print the cost as an amount too.
    #[arg(long, allow_negative_numbers = true)]
    price: Option<f64>,
    /// The mean service time of a request, in seconds: requests then arrive at random and may queue even if the capacity
    /// suffices. Without it, demand is a continuous flow.
    #[arg(long, value_name = "SECONDS", allow_negative_numbers = true)]
    service_time: Option<f64>,
    /// The coefficient of variation of the service time: 1 for exponential times, 0 for constant ones.
    #[arg(long, value_name = "RATIO", default_value_t = 1.0, requires = "service_time", allow_negative_numbers = true)]
    service_variation: f64,
    /// The longest acceptable wait of a request, in seconds; a longer one counts as late.
    #[arg(long, value_name = "SECONDS", default_value_t = 1.0, allow_negative_numbers = true)]
    patience: f64,
    /// The seed of the jitter.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// Plot the demand, the capacity and the decisions of each autoscaler to this SVG file.
    #[arg(long, value_name = "FILE.svg")]
    plot: Option<PathBuf>,
}

/// The answer in JSON.
#[derive(Debug, Serialize, PartialEq)]
struct SimulationReport {
    trace: String,
    policies: Vec<SimulatedPolicy>,
}

#[derive(Debug, Serialize, PartialEq)]
struct SimulatedPolicy {
    policy: String,
    /// None when the cost of the optimum is zero.
    cost_ratio: Option<f64>,
    violation_share: f64,
    late_share: f64,
    p99_wait_s: f64,
    scale_ops: usize,
    replica_hours: f64,
}

impl SimulateArgs {
    pub fn run(self, json: bool) -> anyhow::Result<()> {
        let text = input::read_text(&self.trace)?;
        let trace = Trace::parse(&text).with_context(|| self.trace.display().to_string())?;
        let demand = trace.steps(self.step)?;
        let setup = self.setup(&trace, &demand)?;
        let outcomes = self.outcomes(&setup, &demand)?;
        if let Some(path) = &self.plot {
            let title = format!(
                "{}: a replica serves {:.3} requests per second and takes {} s to start",
                self.trace.file_stem().unwrap_or_default().to_string_lossy(),
                setup.capacity,
                setup.delay
            );
            let drawn: Vec<_> = outcomes.iter().map(|(name, outcome)| (name.as_str(), outcome)).collect();
            let picture = plot::svg(&title, &setup, &demand, &drawn)?;
            fs::write(path, picture).with_context(|| format!("the plot cannot be written to {}", path.display()))?;
        }
        let report = self.report(&outcomes);
        answer::print(json, &report, |report| self.text(report, &setup, demand.len()))
    }

    fn setup(&self, trace: &Trace, demand: &[f64]) -> anyhow::Result<Setup> {
        let seconds = |flag: &str, value: f64| {
            ensure!(value.is_finite() && value >= 0.0, "--{flag} is {value}; give 0 or more seconds");
            Ok(value)
        };
        let peak = demand.iter().copied().fold(0.0, f64::max);
        let capacity = match self.capacity {
            Some(capacity) if capacity.is_finite() && capacity > 0.0 => capacity,
            Some(capacity) => bail!("--capacity is {capacity}; give what one replica serves per second, above 0"),
            None if peak > 0.0 => peak / DEFAULT_REPLICAS_AT_PEAK,
            None => bail!("the trace has no demand, so the capacity cannot be derived from its peak; give --capacity"),
        };
        let need = setup::need(peak, capacity);
        ensure!(
            need <= MAX_REPLICAS,
            "the peak of {peak} needs more than {MAX_REPLICAS} replicas of --capacity {capacity}; give a larger one"
        );
        let max = self.max.unwrap_or(need.saturating_mul(2).max(self.min).max(1));
        ensure!(self.min <= max, "--min {} is above --max {max}", self.min);
        ensure!((0.0..=1.0).contains(&self.jitter), "--jitter is {}; give a share from 0 to 1", self.jitter);
        ensure!(
            self.service_variation.is_finite() && self.service_variation >= 0.0,
            "--service-variation is {}; give 0 or more",
            self.service_variation
        );
        let service = match self.service_time {
            Some(seconds) if seconds.is_finite() && seconds > 0.0 => {
                Some(ServiceTime { seconds, variation: self.service_variation })
            }
            Some(seconds) => bail!("--service-time is {seconds}; give seconds above 0"),
            None => None,
        };
        let price = self.price.unwrap_or(0.0);
        ensure!(price.is_finite() && price >= 0.0, "--price is {price}; give 0 or more");
        Ok(Setup {
            step: self.step,
            delay: seconds("start-delay", self.start_delay)?,
            jitter: self.jitter,
            capacity,
            patience: seconds("patience", self.patience)?,
            service,
            bounds: Bounds { cooldown: self.cooldown, ..Bounds::open(self.min, max) },
            price,
            start: trace.start(),
            seed: self.seed,
        })
    }

    fn outcomes(&self, setup: &Setup, demand: &[f64]) -> anyhow::Result<Vec<(String, SimulationOutcome)>> {
        let mut policies: Vec<(String, Box<dyn Autoscaler>)> = Vec::new();
        for name in &self.policies {
            let entry = catalog::find(name.trim())?;
            let policy = match entry.name.parse::<Method>() {
                Ok(method) if self.refine => Box::new(shipped(method)?.refining(true)),
                _ => entry.on(setup, demand),
            };
            policies.push((entry.name.to_owned(), policy));
        }
        for path in &self.policy_files {
            let policy = PolicyFile::read(&input::read_text(path)?).and_then(|file| file.policy());
            let name = path.display().to_string();
            policies.push((name.clone(), Box::new(policy.context(name)?.refining(self.refine))));
        }
        let progress = ProgressLine::new();
        let outcomes = policies.into_iter().map(|(name, mut policy)| {
            progress.step(format!("Simulating {name}"));
            let tenth = demand.len().div_ceil(10).max(1);
            let outcome = simulator::run(setup, demand, policy.as_mut(), |step| {
                if demand.len() > LONG && step.is_multiple_of(tenth) {
                    progress.step(format!("Simulating {name}: {} %", step * 100 / demand.len()));
                }
            });
            (name, outcome)
        });
        Ok(outcomes.collect())
    }

    fn report(&self, outcomes: &[(String, SimulationOutcome)]) -> SimulationReport {
        let lines = outcomes.iter().map(|(policy, outcome)| SimulatedPolicy {
            policy: policy.clone(),
            cost_ratio: outcome.cost_ratio,
            violation_share: outcome.violation_share,
            late_share: outcome.late_share,
            p99_wait_s: outcome.p99_wait,
            scale_ops: outcome.scale_ops,
            replica_hours: outcome.replica_hours,
        });
        SimulationReport { trace: self.trace.display().to_string(), policies: lines.collect() }
    }

    fn text(&self, report: &SimulationReport, setup: &Setup, steps: usize) -> String {
        let rows: Vec<_> = report
            .policies
            .iter()
            .map(|line| {
                [
                    line.policy.clone(),
                    line.cost_ratio.map_or("—".to_owned(), |ratio| format!("{ratio:.3} ×")),
                    percent(line.violation_share),
                    percent(line.late_share),
                    format!("{:.1} s", line.p99_wait_s),
                    line.scale_ops.to_string(),
                    format!("{:.1}", line.replica_hours),
                    self.price.map_or(String::new(), |price| format!("{:.4}", price * line.replica_hours)),
                ]
            })
            .collect();
        let money = if self.price.is_some() { "PAID" } else { "" };
        let heads = ["POLICY", "COST", "SHORT", "LATE", "P99 WAIT", "CHANGES", "REPLICA-HOURS", money];
        format!(
            "{}\n\n{steps} steps of {} s; a replica serves {:.3} requests per second and takes {} s to start.\n\
             COST: over the clairvoyant optimum. SHORT: steps with demand above ready capacity. \
             LATE: requests that waited over {} s.",
            table(heads, &rows),
            setup.step,
            setup.capacity,
            setup.delay,
            setup.patience
        )
    }
}

fn percent(share: f64) -> String {
    format!("{:.3} %", 100.0 * share)
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct TestCommand {
        #[command(flatten)]
        simulate: SimulateArgs,
    }

    fn simulate(words: &str) -> SimulateArgs {
        let words = ["simulate", "--trace", "demand.csv"].into_iter().chain(words.split_whitespace());
        TestCommand::try_parse_from(words).expect("a command line").simulate
    }

    fn output(words: &str, rows: &str) -> anyhow::Result<(SimulationReport, String)> {
        let simulate = simulate(words);
        let trace = Trace::parse(&format!("t_seconds,demand\n{rows}"))?;
        let demand = trace.steps(simulate.step)?;
        let setup = simulate.setup(&trace, &demand)?;
        let report = simulate.report(&simulate.outcomes(&setup, &demand)?);
        let text = simulate.text(&report, &setup, demand.len());
        Ok((report, text))
    }

    #[test]
    fn the_json_answer_has_its_documented_fields() {
        let (report, _) =
            output("--policy oracle,static-peak", "0,10\n15,40\n30,40\n45,40\n60,40\n75,40\n").expect("an answer");
        let json = serde_json::to_value(&report).expect("JSON");
        assert_eq!(json["trace"], "demand.csv");
        let first = json["policies"][0].as_object().expect("a policy");
        let keys: Vec<_> = first.keys().map(String::as_str).collect();
        let mut wanted =
            ["policy", "cost_ratio", "violation_share", "late_share", "p99_wait_s", "scale_ops", "replica_hours"];
        wanted.sort_unstable();
        assert_eq!(keys, wanted);
        assert_eq!((first["policy"].as_str(), first["cost_ratio"].as_f64()), (Some("oracle"), Some(1.0)));
        assert_eq!(
            json["policies"][1]["violation_share"].as_f64(),
            Some(0.5),
            "the peak's replicas take a minute to start"
        );
    }

    #[test]
    fn the_table_is_for_people() {
        let (_, table) = output("--policy hpa-80 --price 0.5", "0,10\n3600,10\n").expect("an answer");
        assert!(table.starts_with("POLICY  COST"), "{table}");
        assert!(table.contains("PAID") && table.contains("480 steps of 15 s"), "{table}");
    }

    #[test]
    fn a_trained_policy_is_tried_from_its_file() {
        let rows = "0,10\n3600,40\n7200,10\n";
        let shipped = concat!(env!("CARGO_MANIFEST_DIR"), "/../autoscaling/src/trained/sarsa.json");
        let (report, _) = output(&format!("--policy sarsa --policy-file {shipped}"), rows).expect("an answer");
        let [built_in, read] = report.policies.as_slice() else { panic!("two policies") };
        assert_eq!((read.policy.as_str(), read.replica_hours), (shipped, built_in.replica_hours));
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("policy.json");
        fs::write(&path, "{\"format\": \"tidemark-policy\", \"version\": 9}").expect("a file");
        let error = output(&format!("--policy-file {}", path.display()), rows).expect_err("another version");
        assert!(format!("{error:#}").ends_with("version 9, and this program reads version 1: train the policy anew"));
    }

    #[test]
    fn invalid_options_are_refused_with_a_remedy() {
        let cases = [
            ("--policy fast", "there is no policy \"fast\"; the policies are default, threshold, "),
            ("--capacity 0", "--capacity is 0; give what one replica serves per second, above 0"),
            ("--capacity 1e-9", "the peak of 10 needs more than 100000 replicas"),
            ("--start-delay -1", "--start-delay is -1; give 0 or more seconds"),
            ("--jitter 2", "--jitter is 2; give a share from 0 to 1"),
            ("--step 0", "a step of 0 s is no step"),
            ("--min 9 --max 3", "--min 9 is above --max 3"),
            ("--service-time 0", "--service-time is 0; give seconds above 0"),
            ("--price NaN", "--price is NaN; give 0 or more"),
        ];
        for (words, wanted) in cases {
            let error = output(words, "0,10\n60,5\n").expect_err(words).to_string();
            assert!(error.starts_with(wanted), "{words}: {error}");
        }
        let error = output("", "0,0\n60,0\n").expect_err("no demand").to_string();
        assert!(error.starts_with("the trace has no demand"), "{error}");
    }
}

use std::{
    fs,
    path::PathBuf,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use anyhow::{Context, ensure};
use clap::{Args, Subcommand};
use serde_json::json;

use crate::settings::{Connection, Identity, duration};
use crate::{
    render::answer,
    verbs::simulate,
    wallet::{session::Session, signin},
};
use api_types::scaling::DemandView;
use autoscaling::{
    access,
    generate::{Kind, Recipe, generate},
    trace::Trace,
};

/// Demand over time, as CSV that `tidemark simulate --trace` reads.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Make a trace up from a seed.
    Generate(Generate),
    /// Extract a trace from the access log of a web server.
    Log(Log),
    /// Take the demand that the gateway or the meters saw of a lease that you may look into.
    Lease(Past),
}

#[derive(Debug, Args)]
pub struct Generate {
    /// The shape of the demand: diurnal, weekly, flash-crowd, on-off, mmpp, ramp or cliff.
    kind: Kind,
    /// The same seed makes the same trace.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// How long it lasts.
    #[arg(long, value_name = "DAYS", default_value_t = 7.0, allow_negative_numbers = true)]
    days: f64,
    /// Seconds between rows.
    #[arg(long, value_name = "SECONDS", default_value_t = 60.0, allow_negative_numbers = true)]
    step: f64,
    /// The demand at the height of the shape, in requests per second.
    #[arg(long, value_name = "RPS", default_value_t = 400.0, allow_negative_numbers = true)]
    peak: f64,
    /// The standard deviation of the noise on each row, as a share of it.
    #[arg(long, value_name = "SHARE", default_value_t = 0.03, allow_negative_numbers = true)]
    noise: f64,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, Args)]
pub struct Log {
    /// The log: common or combined format, or JSON lines with a time; `-` reads standard input.
    file: PathBuf,
    /// Seconds between rows.
    #[arg(long, value_name = "SECONDS", default_value_t = 15.0, allow_negative_numbers = true)]
    step: f64,
    #[command(flatten)]
    output: Output,
}

#[derive(Debug, Args)]
pub struct Past {
    /// The lease, or the beginning of its id.
    lease: String,
    /// How far back.
    #[arg(long, default_value = "14d", value_parser = duration, value_name = "DURATION")]
    last: Duration,
    #[command(flatten)]
    output: Output,
}

/// Where a trace goes.
#[derive(Debug, Args)]
pub struct Output {
    /// Write the trace into this file instead of to standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl Verb {
    pub async fn run(self, connection: &Connection, identity: &Identity, json: bool) -> anyhow::Result<()> {
        match self {
            Self::Generate(generate) => generate.run(json),
            Self::Log(log) => log.run(json),
            Self::Lease(past) => past.run(connection, identity, json).await,
        }
    }
}

impl Generate {
    fn run(self, json: bool) -> anyhow::Result<()> {
        let trace = self.trace()?;
        self.output.give(json, &trace)
    }

    fn trace(&self) -> anyhow::Result<Trace> {
        ensure!(self.days.is_finite() && self.days > 0.0, "--days is {}; give a number of days above 0", self.days);
        ensure!(self.peak.is_finite() && self.peak > 0.0, "--peak is {}; give requests per second above 0", self.peak);
        ensure!((0.0..=10.0).contains(&self.noise), "--noise is {}; give a share from 0 to 10", self.noise);
        let Self { kind, seed, step, peak, noise, .. } = *self;
        Ok(generate(&Recipe { kind, seed, seconds: self.days * 86_400.0, step, peak, noise })?)
    }
}

impl Log {
    fn run(self, json: bool) -> anyhow::Result<()> {
        let progress = answer::Progress::new();
        progress.step(format!("Reading {}", self.file.display()));
        let log = simulate::read(&self.file)?;
        let read = access::read(&log, self.step).with_context(|| self.file.display().to_string())?;
        if let Some(line) = read.first_skipped {
            progress.done(format!(
                "{} requests; {} lines without a time were passed over, the first is line {line}",
                read.requests, read.skipped
            ));
        }
        drop(progress);
        self.output.give(json, &read.trace)
    }
}

impl Past {
    async fn run(self, connection: &Connection, identity: &Identity, json: bool) -> anyhow::Result<()> {
        let session = Session::signer(connection, identity).await?;
        let lease = session.find(&self.lease).await?;
        let remote = signin::inside(&session, &lease).await?;
        let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        let since_ms = now.saturating_sub(self.last).as_millis() as u64;
        let seen = remote.demand(lease.id, since_ms).await?;
        let seen = seen.context("the provider has not seen this lease yet: wait a moment and ask again")?;
        self.output.give(json, &demanded(&seen)?)
    }
}

/// In requests per second where the gateway counted them all the while, else in replicas' worth of CPU.
fn demanded(seen: &[DemandView]) -> anyhow::Result<Trace> {
    let counted = seen.iter().all(|seen| seen.seen.arrivals.is_some());
    let demand = |seen: &DemandView| if counted { seen.seen.arrivals } else { seen.seen.demand };
    let first =
        seen.iter().find(|seen| demand(seen).is_some()).context("nothing of its demand was seen in that time")?;
    let rows = seen.iter().filter_map(|seen| Some((seen.time - first.time, demand(seen)?)));
    let csv: String = rows.map(|(time, demand)| format!("{time},{demand}\n")).collect();
    Ok(Trace::parse(&format!("t_seconds,demand\n{csv}"))?)
}

impl Output {
    /// Gives a trace where it was asked for: as CSV, or on standard output in JSON as rows of seconds and demand.
    pub fn give(&self, json: bool, trace: &Trace) -> anyhow::Result<()> {
        let count = trace.rows().len();
        if let Some(path) = &self.output {
            fs::write(path, trace.csv())
                .with_context(|| format!("the trace cannot be written to {}", path.display()))?;
            let said = json!({"file": path, "rows": count});
            return answer::give(json, &said, |_| format!("{count} rows in {}", path.display()));
        }
        let rows: Vec<_> = trace.rows().iter().map(|row| [row.time, row.demand]).collect();
        answer::give(json, &json!({ "rows": rows }), |_| trace.csv())
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct Line {
        #[command(flatten)]
        generate: Generate,
    }

    fn made(words: &str) -> anyhow::Result<Trace> {
        let words = ["generate"].into_iter().chain(words.split_whitespace());
        Line::try_parse_from(words)?.generate.trace()
    }

    #[test]
    fn a_trace_is_made_as_told() {
        let trace = made("on-off --days 0.5 --step 30 --seed 7").expect("a trace");
        assert_eq!(trace.rows().len(), 1440);
        assert_eq!(trace, made("on-off --seed 7 --step 30 --days 0.5").expect("a trace"));
    }

    #[test]
    fn what_makes_no_sense_is_refused_with_a_remedy() {
        let cases = [
            ("square", "there is no kind of trace \"square\"; the kinds are diurnal, weekly"),
            ("ramp --days 0", "--days is 0; give a number of days above 0"),
            ("ramp --peak -1", "--peak is -1; give requests per second above 0"),
            ("ramp --noise NaN", "--noise is NaN; give a share from 0 to 10"),
            ("ramp --step 0", "a step of 0 s is no step"),
            ("ramp --days 1e9", "the trace lasts 86400000000000 s"),
        ];
        for (words, wanted) in cases {
            let error = made(words).expect_err(words).to_string();
            assert!(error.contains(wanted), "{words}: {error}");
        }
    }
}

use anyhow::ensure;
use clap::Args;

use crate::render::trace::TraceOutput;
use autoscaling::{
    generate::{Kind, Recipe, generate},
    trace::Trace,
};

#[derive(Debug, Args)]
pub struct TraceGenerateArgs {
    /// The shape of the demand: diurnal, weekly, flash-crowd, on-off, mmpp, ramp or cliff.
    kind: Kind,
    /// The seed; the same seed gives the same trace.
    #[arg(long, default_value_t = 0)]
    seed: u64,
    /// The length of the trace, in days.
    #[arg(long, value_name = "DAYS", default_value_t = 7.0, allow_negative_numbers = true)]
    days: f64,
    /// The interval between rows, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 60.0, allow_negative_numbers = true)]
    step: f64,
    /// The peak demand, in requests per second.
    #[arg(long, value_name = "RPS", default_value_t = 400.0, allow_negative_numbers = true)]
    peak: f64,
    /// The standard deviation of the noise, as a share of each row.
    #[arg(long, value_name = "SHARE", default_value_t = 0.03, allow_negative_numbers = true)]
    noise: f64,
    #[command(flatten)]
    output: TraceOutput,
}

impl TraceGenerateArgs {
    pub fn run(self, json: bool) -> anyhow::Result<()> {
        let trace = self.trace()?;
        self.output.print(json, &trace)
    }

    fn trace(&self) -> anyhow::Result<Trace> {
        ensure!(self.days.is_finite() && self.days > 0.0, "--days is {}; give a number of days above 0", self.days);
        ensure!(self.peak.is_finite() && self.peak > 0.0, "--peak is {}; give requests per second above 0", self.peak);
        ensure!((0.0..=10.0).contains(&self.noise), "--noise is {}; give a share from 0 to 10", self.noise);
        let Self { kind, seed, step, peak, noise, .. } = *self;
        Ok(generate(&Recipe { kind, seed, seconds: self.days * 86_400.0, step, peak, noise })?)
    }
}

#[cfg(test)]
mod tests {
    use clap::Parser;

    use super::*;

    #[derive(Parser)]
    struct TestCommand {
        #[command(flatten)]
        generate: TraceGenerateArgs,
    }

    fn made(words: &str) -> anyhow::Result<Trace> {
        let words = ["generate"].into_iter().chain(words.split_whitespace());
        TestCommand::try_parse_from(words)?.generate.trace()
    }

    #[test]
    fn the_same_options_make_the_same_trace() {
        let trace = made("on-off --days 0.5 --step 30 --seed 7").expect("a trace");
        assert_eq!(trace.rows().len(), 1440);
        assert_eq!(trace, made("on-off --seed 7 --step 30 --days 0.5").expect("a trace"));
    }

    #[test]
    fn invalid_options_are_refused_with_a_remedy() {
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

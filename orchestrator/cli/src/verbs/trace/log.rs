use std::path::PathBuf;

use anyhow::Context;
use clap::Args;

use crate::{
    input,
    render::{progress::ProgressLine, trace::TraceOutput},
};
use autoscaling::access;

#[derive(Debug, Args)]
pub struct TraceLogArgs {
    /// The log: common or combined format, or JSON lines with a time; `-` reads standard input.
    file: PathBuf,
    /// The interval between rows, in seconds.
    #[arg(long, value_name = "SECONDS", default_value_t = 15.0, allow_negative_numbers = true)]
    step: f64,
    #[command(flatten)]
    output: TraceOutput,
}

impl TraceLogArgs {
    pub fn run(self, json: bool) -> anyhow::Result<()> {
        let progress = ProgressLine::new();
        progress.step(format!("Reading {}", self.file.display()));
        let log = input::read_text(&self.file)?;
        let read = access::read(&log, self.step).with_context(|| self.file.display().to_string())?;
        if let Some(line) = read.first_skipped {
            progress.done(format!(
                "{} requests; {} lines without a time were skipped, the first is line {line}",
                read.requests, read.skipped
            ));
        }
        drop(progress);
        self.output.print(json, &read.trace)
    }
}

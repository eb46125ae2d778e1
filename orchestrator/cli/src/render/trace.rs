//! Traces of demand, as CSV and as JSON.

use std::{fs, path::PathBuf};

use anyhow::Context;
use clap::Args;
use serde_json::json;

use crate::render::answer;
use autoscaling::trace::Trace;

/// Where to write a trace.
#[derive(Debug, Args)]
pub struct TraceOutput {
    /// Write the trace to this file instead of standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl TraceOutput {
    /// Writes a trace: as CSV, or as JSON rows of seconds and demand on standard output.
    pub fn print(&self, json: bool, trace: &Trace) -> anyhow::Result<()> {
        let count = trace.rows().len();
        if let Some(path) = &self.output {
            fs::write(path, trace.csv())
                .with_context(|| format!("the trace cannot be written to {}", path.display()))?;
            let output = json!({"file": path, "rows": count});
            return answer::print(json, &output, |_| format!("{count} rows in {}", path.display()));
        }
        let rows: Vec<_> = trace.rows().iter().map(|row| [row.time, row.demand]).collect();
        answer::print(json, &json!({ "rows": rows }), |_| trace.csv())
    }
}

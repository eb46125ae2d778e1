//! Traces of demand, as CSV and as JSON.

use std::{fs, path::PathBuf};

use anyhow::Context;
use clap::Args;
use serde_json::json;

use crate::render::answer;
use autoscaling::trace::Trace;

/// Where a trace goes.
#[derive(Debug, Args)]
pub struct TraceOutput {
    /// Write the trace into this file instead of to standard output.
    #[arg(long, value_name = "FILE")]
    output: Option<PathBuf>,
}

impl TraceOutput {
    /// Gives a trace where it was asked for: as CSV, or on standard output in JSON as rows of seconds and demand.
    pub fn print(&self, json: bool, trace: &Trace) -> anyhow::Result<()> {
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

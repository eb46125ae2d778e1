//! Every figure beside its target. One line of JSON each on standard output:
//! `{"name","value","unit","target","ok"}`, and `"peer"` where one was measured in the same run.

pub mod chain;
pub mod gas;
pub mod gateway;
pub mod meter;
pub mod outbox;
mod provider;
pub mod scaling;
pub mod snapshot;
pub mod start;
pub mod surge;
pub mod web;

use std::io::{Write, stdout};

use serde::Serialize;

/// What a value is held against.
#[derive(Debug, Clone, Copy)]
pub enum Target {
    AtMost(f64),
    AtLeast(f64),
    /// For orientation: always in order.
    None,
}

#[derive(Debug, Serialize)]
pub struct Figure {
    name: String,
    value: f64,
    unit: &'static str,
    target: Option<f64>,
    ok: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    peer: Option<f64>,
}

impl Figure {
    pub fn new(name: impl Into<String>, value: f64, unit: &'static str, target: Target) -> Self {
        let (target, ok) = match target {
            Target::AtMost(most) => (Some(most), value <= most),
            Target::AtLeast(least) => (Some(least), value >= least),
            Target::None => (None, true),
        };
        Self { name: name.into(), value: rounded(value), unit, target, ok, peer: None }
    }

    /// The same quantity of the thing that we are measured against, in the same run.
    pub fn beside(mut self, peer: f64) -> Self {
        self.peer = Some(rounded(peer));
        self
    }

    pub fn print(&self) -> anyhow::Result<()> {
        if let Some(ratio) = self.peer.and_then(|peer| snapshot::Ratio::of(self.value, peer, self.unit)) {
            snapshot::keep(&self.name, ratio);
        }
        hand_on(&serde_json::to_string(self)?)
    }
}

/// A figure that is JSON already.
fn hand_on(line: &str) -> anyhow::Result<()> {
    let mut out = stdout().lock();
    writeln!(out, "{line}")?;
    Ok(out.flush()?)
}

/// Four significant digits are more than any of these measurements repeats; counts stay whole.
fn rounded(value: f64) -> f64 {
    if value == 0.0 || !value.is_finite() || value.fract() == 0.0 {
        return value;
    }
    let scale = 10f64.powi(3 - value.abs().log10().floor() as i32);
    (value * scale).round() / scale
}

/// The value below which this share of the samples lies: the nearest rank.
pub fn percentile(samples: &mut [f64], share: f64) -> f64 {
    samples.sort_by(f64::total_cmp);
    let rank = (share * samples.len() as f64).ceil() as usize;
    samples[rank.clamp(1, samples.len()) - 1]
}

/// Says on standard error what is being measured.
pub fn say(what: impl AsRef<str>) {
    drop(writeln!(std::io::stderr(), "bench: {}", what.as_ref()));
}

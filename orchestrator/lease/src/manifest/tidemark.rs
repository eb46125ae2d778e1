//! The keys that extend Compose: how a lease is scaled, and how requests reach a service.
//!
//! ```yaml
//! x-tidemark:
//!   scaling:
//!     policy: default      # the autoscaler
//!     shadow: hpa-80       # a second autoscaler, without effect, for comparison
//!     capacity: 120        # requests per second that one replica serves; learned when it is not given
//!     learn: true          # let a trained autoscaler keep learning
//! services:
//!   web:
//!     x-tidemark:
//!       port: 8080         # the published port that the gateway serves; by default the lowest TCP port
//!       timeout: 30s       # for the head of a response
//!       concurrency: 200   # requests at a time at one replica; more are queued for a moment, then refused
//! ```

use std::time::Duration;

use serde::Serialize;

use super::{ManifestRefusal, Refusals, fields, node::At};

/// The autoscaler that the tenant chose. The market's bounds hold in any case.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Scaling {
    pub policy: String,
    pub shadow: Option<String>,
    /// Requests per second.
    pub capacity: Option<f64>,
    pub learn: bool,
}

/// How requests reach a service.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub struct GatewayOptions {
    pub port: Option<u16>,
    pub timeout: Option<Duration>,
    pub concurrency: Option<u32>,
}

impl Default for Scaling {
    fn default() -> Self {
        Self { policy: "default".to_owned(), shadow: None, capacity: None, learn: false }
    }
}

pub(super) fn of_file(at: &At<'_>, refusals: &mut Refusals) -> Option<Scaling> {
    let mut scaling = Scaling::default();
    for (key, at) in refusals.note(at.entries())? {
        match key {
            "scaling" => {
                for (key, at) in refusals.note(at.entries()).unwrap_or_default() {
                    let result = self::scaling(key, &at, &mut scaling);
                    refusals.note(result);
                }
            }
            _ => refusals.0.push(at.refuse("not a key of a file's `x-tidemark`; `scaling` is")),
        }
    }
    Some(scaling)
}

fn scaling(key: &str, at: &At<'_>, scaling: &mut Scaling) -> Result<(), ManifestRefusal> {
    match key {
        "policy" => scaling.policy = at.text()?,
        "shadow" => scaling.shadow = Some(at.text()?),
        "capacity" => {
            let number: Option<f64> = at.text()?.trim().parse().ok();
            let sound = number.filter(|number| (1e-6..=1e9).contains(number));
            scaling.capacity = Some(sound.ok_or_else(|| at.refuse("must be a number of requests per second"))?);
        }
        "learn" => scaling.learn = at.flag()?,
        _ => return Err(at.refuse("not a key of `scaling`; `policy`, `shadow`, `capacity` and `learn` are")),
    }
    Ok(())
}

pub(super) fn of_service(at: &At<'_>) -> Result<GatewayOptions, ManifestRefusal> {
    let mut gateway = GatewayOptions::default();
    for (key, at) in at.entries()? {
        match key {
            "port" => gateway.port = Some(at.whole(1..=65_535)? as u16),
            "timeout" => gateway.timeout = Some(fields::duration(&at)?),
            "concurrency" => gateway.concurrency = Some(at.whole(1..=100_000)? as u32),
            _ => {
                return Err(at.refuse("not a key of a service's `x-tidemark`; `port`, `timeout` and `concurrency` are"));
            }
        }
    }
    Ok(gateway)
}

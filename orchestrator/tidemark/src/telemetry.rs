//! Logs on standard error and metrics for Prometheus.

use std::time::Duration;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::sync::watch;
use tracing_subscriber::EnvFilter;

use cli::settings::{LogFormat, OutputSettings};

/// What is not logged unless asked for: the RPC library's complaints. Stages say for themselves that a node is away.
const QUIET: &str = "alloy_transport_ws=off,alloy_pubsub=off";

/// Seconds: the bounds of the gateway's histogram.
const LATENCIES: [f64; 15] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// What `tidemark` in a filter stands for: log targets begin with a crate's name.
const CRATES: [&str; 12] = [
    "adapters",
    "api",
    "api_types",
    "autoscaling",
    "cli",
    "driver",
    "gateway",
    "lease",
    "ports",
    "stages",
    "store",
    "tidemark",
];

/// Replaces `tidemark` in a filter's directives by the crates that it stands for, and `tidemark::CRATE` by the crate.
fn expand(filter: &str) -> String {
    let directives = filter.split(',').flat_map(|directive| {
        let Some(rest) = directive.trim().strip_prefix("tidemark") else { return vec![directive.to_owned()] };
        match rest.chars().next() {
            None | Some('=' | '[') => CRATES.iter().map(|name| format!("{name}{rest}")).collect(),
            _ => vec![rest.strip_prefix("::").map_or(directive, |path| path).to_owned()],
        }
    });
    directives.collect::<Vec<_>>().join(",")
}

/// Starts logging. Standard output stays free for answers. Unless told otherwise a service tells what it does, anything
/// else only what goes wrong.
pub fn log(output: &OutputSettings, service: bool) -> anyhow::Result<()> {
    let level = if service { "warn,tidemark=info" } else { "warn" };
    let wanted = output.log.clone().unwrap_or_else(|| format!("{level},{QUIET}"));
    let filter = EnvFilter::try_new(expand(&wanted))
        .map_err(|error| anyhow::anyhow!("TIDEMARK_LOG: {wanted:?} is not a filter: {error}"))?;
    let logger = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    match output.log_format {
        LogFormat::Text => logger.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).init(),
        LogFormat::Json => logger.json().init(),
    }
    Ok(())
}

/// Starts collecting metrics; the handle renders them for `/metrics`.
pub fn metrics() -> anyhow::Result<PrometheusHandle> {
    let gateway = Matcher::Full("tidemark_gateway_seconds".to_owned());
    Ok(PrometheusBuilder::new().set_buckets_for_metric(gateway, &LATENCIES)?.install_recorder()?)
}

/// Folds what was recorded into its histograms, so that it does not pile up when nobody reads `/metrics`. Ends with the
/// shutdown.
pub async fn upkeep(metrics: PrometheusHandle, mut shutdown: watch::Receiver<bool>) {
    const PERIOD: Duration = Duration::from_secs(5);
    loop {
        tokio::select! {
            _ = shutdown.wait_for(|stop| *stop) => return,
            () = tokio::time::sleep(PERIOD) => metrics.run_upkeep(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tidemark_in_a_filter_stands_for_every_crate() {
        let every = |level: &str| CRATES.map(|name| format!("{name}{level}")).join(",");
        assert_eq!(expand("warn,tidemark=debug,hyper=info"), format!("warn,{},hyper=info", every("=debug")));
        assert_eq!(expand("tidemark"), every(""));
        assert_eq!(expand("tidemark::stages::proof=trace"), "stages::proof=trace");
        assert_eq!(expand("debug"), "debug");
    }
}

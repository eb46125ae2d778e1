//! Logs on standard error and metrics for Prometheus.

use std::time::Duration;

use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use tokio::sync::watch;
use tracing_subscriber::EnvFilter;

use cli::settings::{LogFormat, OutputSettings};

/// Targets that are not logged by default: the RPC library. The stages log that a node is unreachable themselves.
const SILENCED: &str = "alloy_transport_ws=off,alloy_pubsub=off";

/// The bucket bounds of the gateway's latency histogram, in seconds.
const LATENCIES: [f64; 15] =
    [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

/// The crates of the orchestrator, which `tidemark` means in a filter: log targets start with the name of a crate.
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

/// Expands `tidemark` in the directives of a filter to all crates, and `tidemark::CRATE` to that crate.
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

/// Starts logging on standard error; standard output is for answers. The default level is `info` for services and `warn` for other
/// commands.
///
/// # Errors
/// When the filter cannot be parsed.
pub fn log(output: &OutputSettings, service: bool) -> anyhow::Result<()> {
    let level = if service { "warn,tidemark=info" } else { "warn" };
    let wanted = output.log.clone().unwrap_or_else(|| format!("{level},{SILENCED}"));
    let filter = EnvFilter::try_new(expand(&wanted))
        .map_err(|error| anyhow::anyhow!("TIDEMARK_LOG: {wanted:?} is not a log filter: {error}"))?;
    let logger = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    match output.log_format {
        LogFormat::Text => logger.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).init(),
        LogFormat::Json => logger.json().init(),
    }
    Ok(())
}

/// Installs the metrics recorder of the process; the handle renders the metrics for `/metrics`.
pub fn metrics() -> anyhow::Result<PrometheusHandle> {
    let gateway = Matcher::Full("tidemark_gateway_seconds".to_owned());
    Ok(PrometheusBuilder::new().set_buckets_for_metric(gateway, &LATENCIES)?.install_recorder()?)
}

/// Drains recorded samples into their histograms periodically, so that memory stays bounded when `/metrics` is never scraped. Returns
/// on shutdown.
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
    fn the_crates_are_the_folders_of_the_orchestrator() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/..");
        let crates = std::fs::read_dir(folder).expect("the folder of the crates").map(|entry| entry.expect("an entry"));
        let crates = crates.filter(|entry| entry.path().join("Cargo.toml").is_file());
        let mut names: Vec<_> = crates.map(|entry| entry.file_name().to_string_lossy().replace('-', "_")).collect();
        names.sort();
        assert_eq!(names, CRATES, "`tidemark` in a log filter means every crate");
    }

    #[test]
    fn tidemark_in_a_filter_stands_for_every_crate() {
        let every = |level: &str| CRATES.map(|name| format!("{name}{level}")).join(",");
        assert_eq!(expand("warn,tidemark=debug,hyper=info"), format!("warn,{},hyper=info", every("=debug")));
        assert_eq!(expand("tidemark"), every(""));
        assert_eq!(expand("tidemark::stages::proof=trace"), "stages::proof=trace");
        assert_eq!(expand("debug"), "debug");
    }
}

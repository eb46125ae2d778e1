//! Logs on standard error and metrics for Prometheus.

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

use crate::config::{LogFormat, Speech};

/// What is not logged unless asked for: the RPC library's complaints. Stages say for themselves that a node is away.
const QUIET: &str = "alloy_transport_ws=off,alloy_pubsub=off";

/// Starts logging. Standard output stays free for answers. Unless told otherwise a service tells what it does, anything
/// else only what goes wrong.
pub fn log(speech: &Speech, service: bool) -> anyhow::Result<()> {
    let level = if service { "warn,tidemark=info" } else { "warn" };
    let wanted = speech.log.clone().unwrap_or_else(|| format!("{level},{QUIET}"));
    let filter = EnvFilter::try_new(&wanted)
        .map_err(|error| anyhow::anyhow!("TIDEMARK_LOG: {wanted:?} is not a filter: {error}"))?;
    let logger = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr).with_target(false);
    match speech.log_format {
        LogFormat::Text => logger.with_ansi(std::io::IsTerminal::is_terminal(&std::io::stderr())).init(),
        LogFormat::Json => logger.json().init(),
    }
    Ok(())
}

/// Starts collecting metrics; the handle renders them for `/metrics`.
pub fn metrics() -> anyhow::Result<PrometheusHandle> {
    Ok(PrometheusBuilder::new().install_recorder()?)
}

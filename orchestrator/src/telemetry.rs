//! Logs on standard error and metrics for Prometheus.

use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use tracing_subscriber::EnvFilter;

use crate::config::{LogFormat, Speech};

/// Starts logging. Standard output stays free for answers.
pub fn log(speech: &Speech) -> anyhow::Result<()> {
    let filter = EnvFilter::try_new(&speech.log)
        .map_err(|error| anyhow::anyhow!("TIDEMARK_LOG: {:?} is not a filter: {error}", speech.log))?;
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

//! How a command prints its answer and what it logs.

use clap::{Args, ValueEnum};

/// How a command prints its answer and what it logs.
#[derive(Debug, Clone, Args)]
pub struct OutputSettings {
    /// Print the answer as JSON on standard output.
    #[arg(long, global = true)]
    pub json: bool,

    /// What to log on standard error: a level, or filters such as `tidemark=debug,warn`. Default: `info` for services (`provider
    /// run`, `agent`), `warn` for other commands.
    #[arg(long, env = "TIDEMARK_LOG", value_name = "FILTER", global = true)]
    pub log: Option<String>,

    /// The format of the log.
    #[arg(long, env = "TIDEMARK_LOG_FORMAT", default_value = "text", value_name = "FORMAT", global = true)]
    pub log_format: LogFormat,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

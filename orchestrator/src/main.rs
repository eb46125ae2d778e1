//! Environment, arguments, logging, then one verb.

use std::process::ExitCode;

use clap::Parser;
use tidemark::{cli::Cli, config, telemetry};

#[tokio::main]
async fn main() -> ExitCode {
    match run().await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

async fn run() -> anyhow::Result<ExitCode> {
    config::load_dotenv()?;
    let cli = Cli::try_parse().unwrap_or_else(|error| {
        let blame = config::blame::<Cli>(&error);
        let _ = error.print();
        if let Some(blame) = blame {
            eprintln!("{blame}");
        }
        std::process::exit(error.exit_code())
    });
    config::refuse_unknown::<Cli>()?;
    telemetry::log(&cli.speech, cli.verb.is_a_service())?;
    cli.run().await
}

//! Loads the environment, parses the arguments, starts logging and runs one command.

use std::process::ExitCode;

use clap::Parser;
use cli::{Cli, render::answer};
use tidemark::{config, telemetry, wiring::AdaptedOrchestrator};

#[tokio::main]
async fn main() -> ExitCode {
    let mut json = false;
    match run(&mut json).await {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{}", answer::failure(json, &error));
            ExitCode::FAILURE
        }
    }
}

/// Runs the command. Sets `json` as soon as the arguments are parsed, so that `main` prints a later error in that format.
async fn run(json: &mut bool) -> anyhow::Result<ExitCode> {
    config::load_dotenv()?;
    let cli = Cli::try_parse().unwrap_or_else(|error| {
        let source = config::source_of_invalid_value::<Cli>(&error);
        let _ = error.print();
        if let Some(source) = source {
            eprintln!("{source}");
        }
        std::process::exit(error.exit_code())
    });
    config::refuse_unknown::<Cli>()?;
    *json = cli.output.json;
    telemetry::log(&cli.output, cli.verb.is_a_service())?;
    cli.run(&AdaptedOrchestrator).await
}

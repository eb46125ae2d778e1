//! Environment, arguments, logging, then one verb.

use std::process::ExitCode;

use clap::Parser;
use cli::{Cli, render::answer};
use tidemark::{config, telemetry, wiring::Real};

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

/// Says by `json` how errors are to be told, as soon as that is known.
async fn run(json: &mut bool) -> anyhow::Result<ExitCode> {
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
    *json = cli.output.json;
    telemetry::log(&cli.output, cli.verb.is_a_service())?;
    cli.run(&Real).await
}

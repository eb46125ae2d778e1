//! Reads the environment; no other file of the orchestrator does. The settings are declared in `cli::settings`.

use std::env;

use anyhow::{Context, bail};
use clap::CommandFactory;

/// The address of the container engine: the setting, `DOCKER_HOST`, or the default of `docker`, in this order.
pub fn docker_host(set: &str) -> String {
    let from_environment = || env::var("DOCKER_HOST").ok().filter(|host| !host.is_empty());
    let set = Some(set.to_owned()).filter(|host| !host.is_empty());
    set.or_else(from_environment).unwrap_or_else(|| "unix:///var/run/docker.sock".to_owned())
}

/// Loads `.env` from the working directory or the nearest parent that has one.
///
/// # Errors
/// When the file exists but cannot be parsed.
pub fn load_dotenv() -> anyhow::Result<()> {
    match dotenvy::dotenv() {
        Ok(_) => Ok(()),
        Err(error) if error.not_found() => Ok(()),
        Err(error) => Err(error).context(".env is not readable"),
    }
}

/// Refuses unknown `TIDEMARK_…` variables: a misspelt one would otherwise be ignored silently.
pub fn refuse_unknown<C: CommandFactory>() -> anyhow::Result<()> {
    let known = variables(&C::command());
    for (name, _) in env::vars_os() {
        let Some(name) = name.to_str().filter(|name| name.starts_with("TIDEMARK_")) else { continue };
        if !known.iter().any(|(variable, _)| variable == name) {
            bail!("{name} is not a setting; `.env.example` lists all settings");
        }
    }
    Ok(())
}

/// Every environment variable that a command and its subcommands read, with its flag. Sorted, without duplicates.
pub fn variables(command: &clap::Command) -> Vec<(String, String)> {
    let own = command.get_arguments().filter_map(|arg| {
        Some((arg.get_env()?.to_str()?.to_owned(), arg.get_long().map(str::to_owned).unwrap_or_default()))
    });
    let mut all: Vec<_> = own.chain(command.get_subcommands().flat_map(variables)).collect();
    all.sort();
    all.dedup();
    all
}

/// Names the environment variable from which an invalid value came, because clap names only the flag. None when the value came
/// from the command line.
pub fn source_of_invalid_value<C: CommandFactory>(error: &clap::Error) -> Option<String> {
    let clap::error::ContextValue::String(arg) = error.get(clap::error::ContextKind::InvalidArg)? else { return None };
    let flag = arg.trim_start_matches('-').split_whitespace().next()?;
    let (variable, _) = variables(&C::command()).into_iter().find(|(_, long)| long == flag)?;
    let given = env::args().any(|given| given.trim_start_matches('-').split('=').next() == Some(flag));
    (env::var_os(&variable).is_some() && !given)
        .then(|| format!("  the value comes from {variable} in the environment or .env"))
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;
    use cli::Cli;

    use super::*;

    #[test]
    fn env_example_lists_exactly_the_settings() {
        let example = include_str!("../../../.env.example");
        let mut listed: Vec<_> = example
            .lines()
            .filter_map(|line| line.strip_prefix('#')?.split_once('=').map(|(name, _)| name.to_owned()))
            .filter(|name| name.starts_with("TIDEMARK_") && !name.contains(' '))
            .collect();
        listed.sort();
        let mut known: Vec<_> = variables(&Cli::command()).into_iter().map(|(name, _)| name).collect();
        known.dedup();
        assert_eq!(listed, known);
    }
}

//! Reads the environment: the only file that does. The settings themselves are `cli::settings`.

use std::env;

use anyhow::{Context, bail};
use clap::CommandFactory;

/// Where the container engine is: as set, else as for `docker` itself.
pub fn docker_host(set: &str) -> String {
    let told = || env::var("DOCKER_HOST").ok().filter(|host| !host.is_empty());
    let set = Some(set.to_owned()).filter(|host| !host.is_empty());
    set.or_else(told).unwrap_or_else(|| "unix:///var/run/docker.sock".to_owned())
}

/// Loads `.env` of this folder or one above. A missing file is fine, a broken one is not.
pub fn load_dotenv() -> anyhow::Result<()> {
    match dotenvy::dotenv() {
        Ok(_) => Ok(()),
        Err(error) if error.not_found() => Ok(()),
        Err(error) => Err(error).context(".env is not readable"),
    }
}

/// Refuses a `TIDEMARK_…` variable that is no setting: a misspelt one would otherwise be silently ignored.
pub fn refuse_unknown<C: CommandFactory>() -> anyhow::Result<()> {
    let known = variables(&C::command());
    for (name, _) in env::vars_os() {
        let Some(name) = name.to_str().filter(|name| name.starts_with("TIDEMARK_")) else { continue };
        if !known.iter().any(|(variable, _)| variable == name) {
            bail!("{name} is not a setting; `.env.example` lists them all");
        }
    }
    Ok(())
}

/// Every environment variable that a command reads, with its flag.
pub fn variables(command: &clap::Command) -> Vec<(String, String)> {
    let own = command.get_arguments().filter_map(|arg| {
        Some((arg.get_env()?.to_str()?.to_owned(), arg.get_long().map(str::to_owned).unwrap_or_default()))
    });
    let mut all: Vec<_> = own.chain(command.get_subcommands().flat_map(variables)).collect();
    all.sort();
    all.dedup();
    all
}

/// Names the variable behind a refused value: clap names only the flag.
pub fn blame<C: CommandFactory>(error: &clap::Error) -> Option<String> {
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
    fn every_setting_stands_in_env_example_and_nothing_else() {
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

//! The settings, typed and documented, as groups of clap arguments.
//!
//! Each setting is a flag and an environment variable of the same name (`--listen`, `TIDEMARK_LISTEN`). A flag takes
//! precedence over the environment, the environment over `.env`. `.env.example` lists all of them. The binary's `config`
//! reads the environment; this module only declares the names of the variables.

mod connection;
mod identity;
mod orchestrator;
mod output;
mod parse;
mod secret;
mod web;

pub use connection::{ConnectionSettings, DEV_CHAIN};
pub use identity::IdentitySettings;
pub use orchestrator::OrchestratorSettings;
pub use output::{LogFormat, OutputSettings};
pub use parse::duration;
pub use secret::{DatabaseUrl, Secret};
pub use web::WebSettings;

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use clap::{CommandFactory, Parser};

    use super::*;
    use crate::Cli;

    #[test]
    fn the_arguments_are_consistent() {
        Cli::command().debug_assert();
    }

    #[test]
    fn a_wrong_setting_is_refused_by_name() {
        for (flag, value, why) in [
            ("--listen", "nowhere", "invalid socket address"),
            ("--gateway", "7080", "invalid socket address"),
            ("--gateway-domain", "10.0.0.1", "must be a domain"),
            ("--gateway-domain", "a..b", "must be a domain"),
            ("--web-origins", "https://a.org,example.org", "an origin such as"),
            ("--web-origins", "https://a.org/path", "an origin such as"),
            ("--sample-every", "0s", "longer than zero"),
            ("--sample-every", "soon", "write it like"),
            ("--database-url", "mysql://x", "sqlite:"),
            ("--rpc-url", "localhost:8545", "ws://"),
            ("--web-rpc", "localhost:8545", "ws://"),
            ("--web-explorer", "javascript:alert(1)", "must be a site"),
        ] {
            let error = Cli::try_parse_from(["tidemark", "provider", "run", flag, value]).unwrap_err().to_string();
            assert!(error.contains(flag) && error.contains(why), "{flag} {value}: {error}");
        }
    }

    #[test]
    fn no_secret_shows_in_debug() {
        let key = "0xac0974bec39a17e36ba4a6b4d238ff944bacb478cbed5efcae784d7bf4f2ff80";
        let args = ["tidemark", "provider", "run", "--dev-key", key, "--database-url", "postgres://u:hunter2@h/d"];
        let shown = format!("{:?}", Cli::try_parse_from(args).unwrap());
        assert!(!shown.contains("ac0974") && !shown.contains("hunter2"), "{shown}");
    }

    #[test]
    fn a_raw_key_is_refused_away_from_the_local_chain() {
        let identity =
            IdentitySettings { keystore: None, password_file: None, dev_key: Some(Secret::new("0x01".repeat(32))) };
        assert!(identity.signer(1).unwrap_err().to_string().contains("refused on chain 1"));
    }
}

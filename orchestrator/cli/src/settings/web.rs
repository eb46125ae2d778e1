//! What a provider may set about the web page that its API serves.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use clap::{ArgAction, Args};

use super::parse::rpc_url;

#[derive(Debug, Clone, Args)]
pub struct WebSettings {
    /// Serve the web page beside the API.
    #[arg(id = "web", long = "web", env = "TIDEMARK_WEB", action = ArgAction::Set, default_value_t = true, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL")]
    pub serve: bool,

    /// The chain's RPC for browsers without a wallet. The orchestrator's own when that is on this machine; else none,
    /// because its URL may carry a key.
    #[arg(long = "web-rpc", env = "TIDEMARK_WEB_RPC", value_parser = rpc_url, value_name = "URL")]
    pub rpc: Option<String>,

    /// A block explorer with /tx/HASH and /address/ADDRESS, to which the page links.
    #[arg(long = "web-explorer", env = "TIDEMARK_WEB_EXPLORER", value_parser = site, value_name = "URL")]
    pub explorer: Option<String>,

    /// What the page calls the chain.
    #[arg(long = "web-chain-name", env = "TIDEMARK_WEB_CHAIN_NAME", value_name = "NAME")]
    pub chain_name: Option<String>,

    /// The project id with which the page offers WalletConnect.
    #[arg(long = "walletconnect", env = "TIDEMARK_WALLETCONNECT", value_name = "PROJECT")]
    pub walletconnect: Option<String>,
}

impl WebSettings {
    /// Served, with nothing of a public chain: for a devnet on this machine.
    pub fn local() -> Self {
        Self { serve: true, rpc: None, explorer: None, chain_name: None, walletconnect: None }
    }

    /// The RPC that browsers are told: the one set for them, or the orchestrator's own when it is on this machine, by HTTP.
    pub fn rpc_for_browsers(&self, own: &str) -> Option<String> {
        self.rpc.clone().or_else(|| {
            let (scheme, rest) = own.split_once("://")?;
            let scheme = if matches!(scheme, "wss" | "https") { "https" } else { "http" };
            is_loopback(host(rest)).then(|| format!("{scheme}://{rest}"))
        })
    }
}

/// The host of a URL behind its scheme, without user, port and path.
fn host(rest: &str) -> &str {
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let named = authority.rsplit_once('@').map_or(authority, |(_, named)| named);
    match named.strip_prefix('[') {
        Some(v6) => v6.split(']').next().unwrap_or_default(),
        None => named.split(':').next().unwrap_or_default(),
    }
}

fn is_loopback(host: &str) -> bool {
    host.eq_ignore_ascii_case("localhost")
        || host.parse::<Ipv4Addr>().is_ok_and(|ip| IpAddr::from(ip).is_loopback())
        || host.parse::<Ipv6Addr>().is_ok_and(|ip| ip.is_loopback())
}

/// A site's address without the slash at its end.
fn site(text: &str) -> Result<String, String> {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    match rest {
        Some(rest) if !host(rest).is_empty() => Ok(text.trim_end_matches('/').to_owned()),
        _ => Err("it must be a site such as https://explorer.example.org".to_owned()),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_told_only_an_rpc_that_is_theirs_or_this_machines() {
        let web = WebSettings::local();
        for (own, told) in [
            ("ws://127.0.0.1:8545", Some("http://127.0.0.1:8545")),
            ("http://localhost:8545/x", Some("http://localhost:8545/x")),
            ("wss://[::1]:1", Some("https://[::1]:1")),
            ("wss://127.0.0.1.example.org/v2/key", None),
            ("https://mainnet.example.org/v2/secret-key", None),
            ("https://localhost@example.org/", None),
        ] {
            assert_eq!(web.rpc_for_browsers(own).as_deref(), told, "{own}");
        }
        let set = WebSettings { rpc: Some("https://rpc.example.org".to_owned()), ..WebSettings::local() };
        assert_eq!(set.rpc_for_browsers("ws://127.0.0.1:8545").as_deref(), Some("https://rpc.example.org"));
    }

    #[test]
    fn an_explorer_is_a_site() {
        assert_eq!(site("https://scan.example.org/").unwrap(), "https://scan.example.org");
        for bad in ["scan.example.org", "javascript:alert(1)", "https://", "https:///tx"] {
            assert!(site(bad).is_err(), "{bad}");
        }
    }
}

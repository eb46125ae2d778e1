//! The settings of the web page that the API serves.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use clap::{ArgAction, Args};

use super::parse::rpc_url;

#[derive(Debug, Clone, Args)]
pub struct WebSettings {
    /// Serve the web page together with the API.
    #[arg(id = "web", long = "web", env = "TIDEMARK_WEB", action = ArgAction::Set, default_value_t = true, num_args = 0..=1, default_missing_value = "true", value_name = "BOOL")]
    pub serve: bool,

    /// The RPC URL for browsers without a wallet. Default: the orchestrator's own if it is on this machine, otherwise none,
    /// because its URL may contain an API key.
    #[arg(long = "web-rpc", env = "TIDEMARK_WEB_RPC", value_parser = rpc_url, value_name = "URL")]
    pub rpc: Option<String>,

    /// The block explorer to which the page links: it serves /tx/HASH and /address/ADDRESS.
    #[arg(long = "web-explorer", env = "TIDEMARK_WEB_EXPLORER", value_parser = site, value_name = "URL")]
    pub explorer: Option<String>,

    /// The name of the chain on the page.
    #[arg(long = "web-chain-name", env = "TIDEMARK_WEB_CHAIN_NAME", value_name = "NAME")]
    pub chain_name: Option<String>,

    /// The WalletConnect project id; without it, the page does not offer WalletConnect.
    #[arg(long = "walletconnect", env = "TIDEMARK_WALLETCONNECT", value_name = "PROJECT")]
    pub walletconnect: Option<String>,
}

impl WebSettings {
    /// The settings for a devnet on this machine: the page is served, and nothing of a public chain is set.
    pub fn local() -> Self {
        Self { serve: true, rpc: None, explorer: None, chain_name: None, walletconnect: None }
    }

    /// The RPC URL for browsers: the one set for them, or the orchestrator's own over HTTP if it is on this machine.
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

/// The URL of a web site, without a trailing slash.
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
    fn browsers_get_the_rpc_set_for_them_or_one_on_this_machine() {
        let web = WebSettings::local();
        for (own, expected) in [
            ("ws://127.0.0.1:8545", Some("http://127.0.0.1:8545")),
            ("http://localhost:8545/x", Some("http://localhost:8545/x")),
            ("wss://[::1]:1", Some("https://[::1]:1")),
            ("wss://127.0.0.1.example.org/v2/key", None),
            ("https://mainnet.example.org/v2/secret-key", None),
            ("https://localhost@example.org/", None),
        ] {
            assert_eq!(web.rpc_for_browsers(own).as_deref(), expected, "{own}");
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

//! A connection to the RPC of the chain.

use std::time::Duration;

use alloy::{
    network::EthereumWallet,
    providers::{DynProvider, Provider, ProviderBuilder},
};
use anyhow::Context;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(15);

/// Connects to an RPC, with a wallet that signs if one is given.
///
/// # Errors
/// When the RPC does not answer within 15 seconds.
pub async fn connect(rpc_url: &str, wallet: Option<EthereumWallet>) -> anyhow::Result<DynProvider> {
    let connecting = async {
        let builder = ProviderBuilder::new()
            .disable_recommended_fillers()
            .with_gas_estimation()
            .with_simple_nonce_management()
            .fetch_chain_id();
        let provider = match wallet {
            Some(wallet) => builder.wallet(wallet).connect(rpc_url).await?.erased(),
            None => builder.connect(rpc_url).await?.erased(),
        };
        provider.get_chain_id().await?;
        anyhow::Ok(provider)
    };
    let connected = tokio::time::timeout(CONNECT_TIMEOUT, connecting).await;
    let unreachable = || format!("the chain does not answer at {}: check TIDEMARK_RPC_URL", hide_path(rpc_url));
    let provider = connected.with_context(unreachable)?.with_context(unreachable)?;
    provider.client().set_poll_interval(Duration::from_millis(250));
    Ok(provider)
}

/// The URL without its path, in which RPC services put the API key.
pub fn hide_path(url: &str) -> String {
    let rest = url.find("://").map_or(0, |i| i + 3);
    match url[rest..].find('/') {
        Some(i) if rest + i + 1 < url.len() => format!("{}/…", &url[..rest + i]),
        _ => url.to_owned(),
    }
}

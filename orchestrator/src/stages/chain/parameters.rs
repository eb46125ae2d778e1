use std::time::Duration;

use anyhow::ensure;
use solidity::{Market::parametersCall, Parameters, deploy::Deployment};

use crate::{
    ports::ethereum::{self, Ethereum, view},
    store::Store,
};

/// The pause between two questions.
const PAUSE: Duration = Duration::from_secs(2);
/// One complaint in so many.
const COMPLAIN: u32 = 15;

/// The contract's parameters, which never change: out of memory, so that a provider can start while its node is away; the
/// first time from the chain, however long that takes to answer.
///
/// # Errors
/// When the node is on another chain, or the database does not answer.
pub async fn parameters(store: &Store, ethereum: &dyn Ethereum, deployment: &Deployment) -> anyhow::Result<Parameters> {
    if let Some(known) = store.parameters().await? {
        return Ok(known);
    }
    let mut tries = 0;
    loop {
        match ask(ethereum, deployment).await {
            Ok((chain_id, parameters)) => {
                ensure!(
                    chain_id == deployment.chain_id,
                    "the node is on chain {chain_id}, the deployment on chain {}: check TIDEMARK_RPC_URL",
                    deployment.chain_id
                );
                store.set_parameters(&parameters).await?;
                return Ok(parameters);
            }
            Err(error) if tries % COMPLAIN == 0 => {
                let error = format!("{:#}", anyhow::Error::from(error));
                tracing::warn!(error, "waiting for the chain: a first start needs the contract's parameters");
            }
            Err(_) => {}
        }
        tries += 1;
        tokio::time::sleep(PAUSE).await;
    }
}

async fn ask(ethereum: &dyn Ethereum, deployment: &Deployment) -> ethereum::Result<(u64, Parameters)> {
    let chain_id = ethereum.chain_id().await?;
    Ok((chain_id, view(ethereum, deployment.market, &parametersCall {}).await?))
}

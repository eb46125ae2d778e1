//! The one way in which the contracts reach a chain: the devnet, the tests and `tidemark contracts deploy` all use it.

use std::{fs, io, path::Path};

use alloy::{
    primitives::{Address, B256, Bytes},
    providers::Provider,
};
use serde::{Deserialize, Serialize};

use crate::{Market, Market::Parameters};

/// Where the contracts are: what `contracts deploy` prints and writes, and what everything else reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Deployment {
    pub chain_id: u64,
    pub market: Address,
    /// The block of the deployment: nothing of ours happened before it.
    pub block: u64,
    /// The contract's own, which never change: knowing them, a provider can start while its node is away.
    pub parameters: Parameters,
}

#[derive(Debug, thiserror::Error)]
pub enum Error {
    #[error("the chain did not answer")]
    Rpc(#[from] alloy::transports::TransportError),
    #[error("the chain did not take the call")]
    Call(#[from] alloy::contract::Error),
    #[error("the deployment was sent but not seen in a block")]
    Pending(#[from] alloy::providers::PendingTransactionError),
    #[error("the deployment failed on chain in transaction {0}")]
    Reverted(B256),
    #[error("this is chain {actual}, but the deployment is on chain {expected}: check the RPC URL")]
    WrongChain { expected: u64, actual: u64 },
    #[error("there is no contract at {0}: deploy with `tidemark contracts deploy`, or correct the address")]
    NoCode(Address),
    #[error("the contract at {0} is not Tidemark's market of this version: correct the address or redeploy")]
    ForeignCode(Address),
    #[error("the market at {0} has other parameters than the deployment says: correct the address or the parameters")]
    ForeignParameters(Address),
    #[error("{path} is not readable")]
    Read { path: String, source: io::Error },
    #[error("{path} is not a deployment")]
    Parse { path: String, source: serde_json::Error },
    #[error("{path} is not writable")]
    Write { path: String, source: io::Error },
}

/// The parameters of a local chain: short enough to watch.
pub fn local_parameters() -> Parameters {
    Parameters {
        epochLength: 10,
        rootSpacing: 2,
        challengeWindow: 4,
        claimWindow: 3600,
        noticePeriod: 30,
        rootRing: 64,
        minBond: alloy::primitives::aliases::U96::from(1_000_000_000_000_000_000u64),
    }
}

/// The parameters that `contracts deploy` uses elsewhere unless told otherwise.
pub fn public_parameters() -> Parameters {
    Parameters {
        epochLength: 300,
        rootSpacing: 60,
        challengeWindow: 3600,
        claimWindow: 7 * 24 * 3600,
        noticePeriod: 3600,
        rootRing: 128,
        minBond: alloy::primitives::aliases::U96::from(1_000_000_000_000_000_000u64),
    }
}

/// Deploys the market with the provider's wallet and checks what arrived.
pub async fn deploy<P: Provider + Clone>(provider: P, parameters: Parameters) -> Result<Deployment, Error> {
    let chain_id = provider.get_chain_id().await?;
    let receipt = Market::deploy_builder(provider.clone(), parameters.clone()).send().await?.get_receipt().await?;
    let market = match receipt.contract_address {
        Some(market) if receipt.status() => market,
        _ => return Err(Error::Reverted(receipt.transaction_hash)),
    };
    let block = receipt.block_number.unwrap_or_default();
    let deployment = Deployment { chain_id, market, block, parameters };
    deployment.check(&provider).await?;
    Ok(deployment)
}

impl Deployment {
    /// Refuses a chain that is not this deployment's, and code that is not ours.
    pub async fn check<P: Provider>(&self, provider: &P) -> Result<(), Error> {
        let actual = provider.get_chain_id().await?;
        if actual != self.chain_id {
            return Err(Error::WrongChain { expected: self.chain_id, actual });
        }
        let code = provider.get_code_at(self.market).await?;
        if code.is_empty() {
            return Err(Error::NoCode(self.market));
        }
        if !is_market(&code) {
            return Err(Error::ForeignCode(self.market));
        }
        if Market::new(self.market, provider).parameters().call().await? != self.parameters {
            return Err(Error::ForeignParameters(self.market));
        }
        Ok(())
    }

    pub fn read(path: &Path) -> Result<Self, Error> {
        let name = path.display().to_string();
        let text = fs::read_to_string(path).map_err(|source| Error::Read { path: name.clone(), source })?;
        serde_json::from_str(&text).map_err(|source| Error::Parse { path: name, source })
    }

    pub fn write(&self, path: &Path) -> Result<(), Error> {
        let text = serde_json::to_string_pretty(self).unwrap_or_default() + "\n";
        fs::write(path, text).map_err(|source| Error::Write { path: path.display().to_string(), source })
    }
}

/// Whether deployed code is the market's, whatever its parameters: immutables stand in the code, so they are left out of
/// the comparison.
fn is_market(code: &Bytes) -> bool {
    let expected = &Market::DEPLOYED_BYTECODE;
    code.len() == expected.len()
        && code.iter().zip(expected.iter()).enumerate().all(|(i, (a, b))| a == b || is_immutable(i))
}

/// Immutables are zero in the artifact and stand where `immutableReferences` says.
fn is_immutable(position: usize) -> bool {
    use std::sync::LazyLock;
    static RANGES: LazyLock<Vec<std::ops::Range<usize>>> = LazyLock::new(|| {
        #[derive(Deserialize)]
        struct Reference {
            start: usize,
            length: usize,
        }
        #[derive(Deserialize)]
        #[serde(rename_all = "camelCase")]
        struct Artifact {
            immutable_references: std::collections::BTreeMap<String, Vec<Reference>>,
        }
        let artifact: Artifact = serde_json::from_str(include_str!("../abi/Market.json"))
            .unwrap_or(Artifact { immutable_references: Default::default() });
        artifact.immutable_references.into_values().flatten().map(|r| r.start..r.start + r.length).collect()
    });
    RANGES.iter().any(|range| range.contains(&position))
}

//! Deployment of the contracts. The devnet, the tests and `tidemark contracts deploy` all use this module.

use std::{fs, io, path::Path};

mod parts;

use alloy::{
    network::TransactionBuilder,
    primitives::{Address, B256, address, aliases::U96},
    providers::Provider,
    rpc::types::TransactionRequest,
    sol_types::SolValue,
};
use serde::{Deserialize, Serialize};

use self::parts::PARTS;
use crate::{Market, Market::Parameters};

/// The arbiters on a local chain: a well-known development account of Anvil, without value elsewhere.
const DEV_ARBITERS: Address = address!("0x976EA74026E726554dB657fA54763abd0C3a0aa9");

const ETHER: u128 = 1_000_000_000_000_000_000;

/// The address and parameters of deployed contracts. `contracts deploy` prints and writes it; all other programs read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Deployment {
    pub chain_id: u64,
    pub market: Address,
    /// The block of the deployment: no event of the market is older.
    pub block: u64,
    /// The contract's parameters, which are immutable. With them a provider can start while its node is unreachable.
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
    #[error("the contract at {0} is not of Tidemark's market of this version: correct the address or redeploy")]
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

/// The parameters of a local chain: intervals short enough to observe.
pub fn local_parameters() -> Parameters {
    Parameters {
        epochLength: 10,
        rootSpacing: 2,
        challengeWindow: 4,
        claimWindow: 3600,
        noticePeriod: 30,
        rootRing: 64,
        exitDelay: 60,
        disputeWindow: 300,
        missedEpochs: 3,
        graceBlocks: 5,
        fraudShare: 5000,
        minBond: U96::from(ETHER),
        bondPerCore: U96::from(ETHER / 100),
        creditPerCore: U96::from(ETHER / 1000),
        bidDeposit: U96::from(ETHER / 100),
        disputeDeposit: U96::from(ETHER / 10),
        arbiters: DEV_ARBITERS,
    }
}

/// The default parameters of `contracts deploy` on other chains.
pub fn public_parameters(arbiters: Address) -> Parameters {
    Parameters {
        epochLength: 300,
        rootSpacing: 60,
        challengeWindow: 3600,
        claimWindow: 7 * 24 * 3600,
        noticePeriod: 3600,
        rootRing: 128,
        exitDelay: 14 * 24 * 3600,
        disputeWindow: 3 * 24 * 3600,
        missedEpochs: 6,
        graceBlocks: 25,
        fraudShare: 5000,
        minBond: U96::from(ETHER),
        bondPerCore: U96::from(ETHER / 50),
        creditPerCore: U96::from(ETHER / 1000),
        bidDeposit: U96::from(ETHER / 200),
        disputeDeposit: U96::from(ETHER / 20),
        arbiters,
    }
}

/// Deploys the market's parts, the last first, with the provider's wallet, and checks the deployed code.
pub async fn deploy<P: Provider>(provider: P, parameters: Parameters) -> Result<Deployment, Error> {
    let chain_id = provider.get_chain_id().await?;
    let mut block = None;
    let mut next: Option<Address> = None;
    for part in PARTS.iter().rev() {
        let constructor = match next {
            Some(next) => (parameters.clone(), next).abi_encode_params(),
            None => (parameters.clone(),).abi_encode_params(),
        };
        let code = [part.bytecode.as_ref(), &constructor].concat();
        let transaction = TransactionRequest::default().with_deploy_code(code);
        let receipt = provider.send_transaction(transaction).await?.get_receipt().await?;
        match receipt.contract_address {
            Some(address) if receipt.status() => next = Some(address),
            _ => return Err(Error::Reverted(receipt.transaction_hash)),
        }
        block = block.or(receipt.block_number);
    }
    let (market, block) = (next.unwrap_or_default(), block.unwrap_or_default());
    let deployment = Deployment { chain_id, market, block, parameters };
    deployment.check(&provider).await?;
    Ok(deployment)
}

impl Deployment {
    /// Fails when the chain is not this deployment's, or the code is not the market's.
    pub async fn check<P: Provider>(&self, provider: &P) -> Result<(), Error> {
        let actual = provider.get_chain_id().await?;
        if actual != self.chain_id {
            return Err(Error::WrongChain { expected: self.chain_id, actual });
        }
        let mut address = self.market;
        for (i, part) in PARTS.iter().enumerate() {
            let code = provider.get_code_at(address).await?;
            if code.is_empty() {
                return Err(Error::NoCode(address));
            }
            if !part.is(&code) {
                return Err(Error::ForeignCode(address));
            }
            // The last part has no next one.
            if i + 1 < PARTS.len() {
                address = Market::new(address, provider).NEXT().call().await?;
            }
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

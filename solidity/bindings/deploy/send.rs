//! Deployment over an RPC provider, and the check of deployed code.

use alloy::{
    network::TransactionBuilder,
    primitives::{Address, B256},
    providers::Provider,
    rpc::types::TransactionRequest,
    sol_types::SolValue,
};

use super::{Deployment, parts::PARTS};
use crate::{Market, Market::Parameters};

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
}

//! EIP-1271 signature checks over an Ethereum node.

use std::sync::Arc;

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    sol,
    sol_types::SolCall,
};
use async_trait::async_trait;
use ports::{
    ethereum::{Call, Error, Ethereum, Result},
    signature::Signatures,
};

sol! {
    /// EIP-1271.
    function isValidSignature(bytes32 hash, bytes signature) external view returns (bytes4);
}

/// Queries an Ethereum node.
pub struct OnChain(pub Arc<dyn Ethereum>);

#[async_trait]
impl Signatures for OnChain {
    async fn accepted(&self, account: Address, digest: B256, signature: &[u8]) -> Result<bool> {
        let question = isValidSignatureCall { hash: digest, signature: Bytes::copy_from_slice(signature) };
        let call = Call { to: account, data: question.abi_encode().into(), value: U256::ZERO };
        let answer = match self.0.call(&call, None).await {
            Ok(answer) => answer,
            // A contract may refuse in any way; only a node that does not answer leaves the question open.
            Err(Error::Reverted(_) | Error::Refused { .. }) => return Ok(false),
            Err(error) => return Err(error),
        };
        // The magic value is the function's own selector, padded with zeros to a word.
        let mut magic = [0; 32];
        magic[..4].copy_from_slice(&isValidSignatureCall::SELECTOR);
        Ok(answer.get(..32) == Some(&magic[..]))
    }
}

//! Signatures of accounts that are contracts: what the API may ask the chain. It reads, and nothing can be sent by it.

use alloy::primitives::{Address, B256};
use async_trait::async_trait;

use crate::ethereum::Result;

#[async_trait]
pub trait Signatures: Send + Sync + 'static {
    /// Whether the contract at an address says, by EIP-1271, that a signature of a digest is its own. False where there is
    /// no contract.
    async fn accepted(&self, account: Address, digest: B256, signature: &[u8]) -> Result<bool>;
}

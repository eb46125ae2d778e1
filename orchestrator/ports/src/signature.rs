//! Signatures of accounts that are contracts. The API uses this port; it reads from the chain and cannot send anything.

use alloy::primitives::{Address, B256};
use async_trait::async_trait;

use crate::ethereum::Result;

#[async_trait]
pub trait Signatures: Send + Sync + 'static {
    /// Whether the contract at an address accepts, by EIP-1271, a signature of a digest. False where there is no
    /// contract.
    async fn accepted(&self, account: Address, digest: B256, signature: &[u8]) -> Result<bool>;
}

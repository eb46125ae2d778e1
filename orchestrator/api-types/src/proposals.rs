//! What people hand over for each other.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What waits for consents; as the files of `tidemark … --propose` are.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProposalView {
    pub chain_id: u64,
    pub market: String,
    pub account: String,
    /// The proposer's words, which nobody has to believe: the call says what it does.
    pub says: Vec<String>,
    pub call: String,
    pub value: String,
    pub nonce: String,
    pub expiry: String,
    pub version: String,
    /// What approvers sign.
    pub digest: String,
    /// Each was checked when it came.
    pub consents: Vec<ConsentView>,
    /// Whom the proposer asks.
    pub approvers: Vec<String>,
    /// Unix milliseconds of the provider's clock.
    pub created_at_ms: u64,
    pub created_by: String,
}

/// An approver's signature of an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConsentView {
    pub approver: String,
    /// 0x hex: 65 bytes of a key, or what a contract accepts by EIP-1271.
    pub signature: String,
}

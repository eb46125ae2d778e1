//! What people hand over for each other.

use crate::schema::{AddressText, HexText};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What waits for consents; as the files of `tidemark … --propose` are.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProposalView {
    pub chain_id: u64,
    #[schema(value_type = AddressText)]
    pub market: String,
    #[schema(value_type = AddressText)]
    pub account: String,
    /// The proposer's words, which nobody has to believe: the call says what it does.
    pub says: Vec<String>,
    #[schema(value_type = HexText)]
    pub call: String,
    pub value: String,
    pub nonce: String,
    pub expiry: String,
    pub version: String,
    /// What approvers sign.
    #[schema(value_type = HexText)]
    pub digest: String,
    /// Each was checked when it came.
    pub consents: Vec<ConsentView>,
    /// Whom the proposer asks.
    #[schema(value_type = Vec<AddressText>)]
    pub approvers: Vec<String>,
    /// Unix milliseconds of the provider's clock.
    pub created_at_ms: u64,
    #[schema(value_type = AddressText)]
    pub created_by: String,
}

/// An approver's signature of an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConsentView {
    #[schema(value_type = AddressText)]
    pub approver: String,
    /// 0x hex: 65 bytes of a key, or what a contract accepts by EIP-1271.
    #[schema(value_type = HexText)]
    pub signature: String,
}

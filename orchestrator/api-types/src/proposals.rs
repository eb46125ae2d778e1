//! Actions that wait for approvers' consents.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::schema::{AddressText, HexText};

/// An action that waits for consents, in the format of the files of `tidemark … --propose`.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProposalView {
    pub chain_id: u64,
    #[schema(value_type = AddressText)]
    pub market: String,
    /// The bound account that would act.
    #[schema(value_type = AddressText)]
    pub account: String,
    /// The proposer's description of the call. It is not verified: the call alone determines what happens.
    pub says: Vec<String>,
    /// The calldata for the market's contract.
    #[schema(value_type = HexText)]
    pub call: String,
    /// Wei sent with the call, decimal text.
    pub value: String,
    /// The action's nonce, decimal text.
    pub nonce: String,
    /// Unix seconds, decimal text.
    pub expiry: String,
    /// The version of the account's binding, decimal text.
    pub version: String,
    /// The EIP-712 digest that approvers sign.
    #[schema(value_type = HexText)]
    pub digest: String,
    /// The signatures so far. Each was verified when it arrived.
    pub consents: Vec<ConsentView>,
    /// The approvers whose consent is requested.
    #[schema(value_type = Vec<AddressText>)]
    pub approvers: Vec<String>,
    /// Unix milliseconds of the provider's clock.
    pub created_at_ms: u64,
    /// The account that proposed it.
    #[schema(value_type = AddressText)]
    pub created_by: String,
}

/// An approver's signature of an action.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConsentView {
    #[schema(value_type = AddressText)]
    pub approver: String,
    /// 65 bytes of a key, or what a contract accepts by EIP-1271.
    #[schema(value_type = HexText)]
    pub signature: String,
}

//! Statements and proofs.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::{
    arguments::StatementArgument,
    schema::{AddressText, HexText},
};

/// A statement with its Merkle path to a root on chain: everything that verifying it needs.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProofView {
    /// The lease's id.
    #[schema(value_type = HexText)]
    pub lease: String,
    /// The provider's account.
    #[schema(value_type = AddressText)]
    pub provider: String,
    pub epoch: u64,
    /// The Merkle root.
    #[schema(value_type = HexText)]
    pub root: String,
    /// When the root was posted, Unix seconds of the chain; null before.
    #[schema(required)]
    pub posted_at: Option<u64>,
    /// The transaction that posted the root; null when it is unknown.
    #[schema(required, value_type = Option<HexText>)]
    pub root_tx: Option<String>,
    /// The leaf's hash.
    #[schema(value_type = HexText)]
    pub leaf: String,
    /// The leaf's values as text, in the order of `leafEncoding`.
    pub values: Vec<String>,
    /// The statement.
    pub usage: StatementArgument,
    /// The siblings, from the leaf to the root.
    #[schema(value_type = Vec<HexText>)]
    pub path: Vec<String>,
    /// The Solidity types of the values, for `StandardMerkleTree`.
    pub leaf_encoding: Vec<String>,
    /// How many statements the root covers.
    pub leaves: usize,
}

/// All statements of a provider under one root.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EpochView {
    #[schema(value_type = AddressText)]
    pub provider: String,
    pub epoch: u64,
    #[schema(value_type = HexText)]
    pub root: String,
    /// When the root was posted, Unix seconds of the chain.
    pub posted_at: u64,
    pub statements: Vec<EpochStatementView>,
}

/// A statement of an epoch, with its path.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EpochStatementView {
    /// The lease's id.
    #[schema(value_type = HexText)]
    pub lease: String,
    /// The statement.
    pub usage: StatementArgument,
    /// The siblings, from the leaf to the root.
    #[schema(value_type = Vec<HexText>)]
    pub path: Vec<String>,
}

/// A statement whose root is on chain, without its path.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProofSummary {
    pub epoch: u64,
    /// The Merkle root of the epoch.
    #[schema(value_type = HexText)]
    pub root: String,
    /// When the root was posted, Unix seconds of the chain.
    #[schema(required)]
    pub posted_at: Option<u64>,
    /// The transaction that posted the root.
    #[schema(required, value_type = Option<HexText>)]
    pub root_tx: Option<String>,
    /// The statement.
    pub usage: StatementArgument,
}

/// The Solidity types of a leaf's values, for `StandardMerkleTree`.
pub fn leaf_encoding() -> Vec<String> {
    ["bytes32", "uint32", "uint64", "uint96", "uint128", "uint96", "uint16"].map(str::to_owned).to_vec()
}

//! Statements and proofs.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::arguments::StatementArgument;
use crate::schema::{AddressText, HexText};

/// A statement with its path to a posted root: all that is needed to check it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProofView {
    #[schema(value_type = HexText)]
    pub lease: String,
    #[schema(value_type = AddressText)]
    pub provider: String,
    pub epoch: u64,
    #[schema(value_type = HexText)]
    pub root: String,
    /// None until the root is seen on chain.
    #[schema(required)]
    pub posted_at: Option<u64>,
    #[schema(required, value_type = Option<HexText>)]
    pub root_tx: Option<String>,
    #[schema(value_type = HexText)]
    pub leaf: String,
    /// The leaf's values in the order of `leafEncoding`.
    pub values: Vec<String>,
    /// The statement.
    pub usage: StatementArgument,
    /// The siblings from the leaf up.
    #[schema(value_type = Vec<HexText>)]
    pub path: Vec<String>,
    pub leaf_encoding: Vec<String>,
    /// How many statements the root covers.
    pub leaves: usize,
}

/// All that a provider stated under one root: what a watcher checks.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EpochView {
    #[schema(value_type = AddressText)]
    pub provider: String,
    pub epoch: u64,
    #[schema(value_type = HexText)]
    pub root: String,
    pub posted_at: u64,
    pub statements: Vec<EpochStatementView>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EpochStatementView {
    #[schema(value_type = HexText)]
    pub lease: String,
    pub usage: StatementArgument,
    /// The siblings from the leaf up.
    #[schema(value_type = Vec<HexText>)]
    pub path: Vec<String>,
}

/// A statement under a posted root, without its path.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProofSummary {
    pub epoch: u64,
    #[schema(value_type = HexText)]
    pub root: String,
    #[schema(required)]
    pub posted_at: Option<u64>,
    #[schema(required, value_type = Option<HexText>)]
    pub root_tx: Option<String>,
    pub usage: StatementArgument,
}

/// The types of a statement's values, for `StandardMerkleTree`.
pub fn leaf_encoding() -> Vec<String> {
    ["bytes32", "uint32", "uint64", "uint96", "uint128", "uint96", "uint16"].map(str::to_owned).to_vec()
}

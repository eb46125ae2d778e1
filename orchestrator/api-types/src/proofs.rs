//! Statements and proofs.

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::arguments::StatementArgument;

/// A statement with its path to a posted root: all that is needed to check it.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProofView {
    pub lease: String,
    pub provider: String,
    pub epoch: u64,
    pub root: String,
    /// None until the root is seen on chain.
    pub posted_at: Option<u64>,
    pub root_tx: Option<String>,
    pub leaf: String,
    /// The leaf's values in the order of `leafEncoding`.
    pub values: Vec<String>,
    /// The statement.
    pub usage: StatementArgument,
    /// The siblings from the leaf up.
    pub path: Vec<String>,
    pub leaf_encoding: Vec<String>,
    /// How many statements the root covers.
    pub leaves: usize,
}

/// All that a provider stated under one root: what a watcher checks.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EpochView {
    pub provider: String,
    pub epoch: u64,
    pub root: String,
    pub posted_at: u64,
    pub statements: Vec<EpochStatementView>,
}

#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EpochStatementView {
    pub lease: String,
    pub usage: StatementArgument,
    /// The siblings from the leaf up.
    pub path: Vec<String>,
}

/// A statement under a posted root, without its path.
#[derive(Debug, Clone, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ProofSummary {
    pub epoch: u64,
    pub root: String,
    pub posted_at: Option<u64>,
    pub root_tx: Option<String>,
    pub usage: StatementArgument,
}

/// The types of a statement's values, for `StandardMerkleTree`.
pub fn leaf_encoding() -> Vec<String> {
    ["bytes32", "uint32", "uint64", "uint96", "uint128", "uint96", "uint16"].map(str::to_owned).to_vec()
}

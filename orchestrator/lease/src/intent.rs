use alloy::primitives::{Address, Bytes, U256};

/// A transaction that somebody wants, before it has a nonce or a fee. Settlement's outbox carries it out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    /// What it is for, such as `root:7`. Wanting the same thing again is the same intent.
    pub key: String,
    /// A word for people and counts, such as `post_root`.
    pub kind: String,
    pub to: Address,
    pub data: Bytes,
    /// Wei.
    pub value: U256,
}

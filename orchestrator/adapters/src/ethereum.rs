//! An Ethereum node over JSON-RPC: `AlloyEthereum` implements the port `ports::ethereum`, `OnChain` the port
//! `ports::signature`.

mod node;
mod signature;

pub use self::{node::AlloyEthereum, signature::OnChain};

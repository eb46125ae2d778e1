//! An Ethereum node over JSON-RPC: [`AlloyEthereum`] is the port `ports::ethereum`, [`OnChain`] the port `ports::signature`.

mod node;
mod signature;

pub use self::{node::AlloyEthereum, signature::OnChain};

//! The user's wallet: the connection to the chain, the key that signs, and the ways in which a transaction is sent, proposed
//! to approvers or consented to.

pub mod action_file;
pub mod allowance;
pub mod approval;
pub mod binding;
pub mod connection;
pub mod sealing_key;
pub mod session;
pub mod sign_in;
pub mod signer;

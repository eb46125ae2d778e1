//! Who signs: a command's view of the chain, and the ways in which a transaction is sent, proposed or consented to.

pub mod action;
pub mod approval;
pub mod session;
pub mod signin;

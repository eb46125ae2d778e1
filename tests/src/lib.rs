//! What the end-to-end tests stand on.

pub mod market;
pub mod postgres;
pub mod proxy;

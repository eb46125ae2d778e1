//! What commands read of the market on chain: offers, orders with their bids, and the funds of a lease.

pub mod lease_funds;
pub mod lease_request;
pub mod offers;
pub mod order_book;

//! The contracts' bindings: the only place where Rust code gets an ABI.
//!
//! Crate `compiler` generates `abi/*.json` from `src/`; the files are committed, and a test of that crate fails when they are
//! stale.
//!
//! The crate also holds what every user of the contracts needs: the standard Merkle [`tree`], the [`typed`] data that people
//! sign, the [`manual`] of the errors, and [`deploy`]ment.

// `sol!` writes a function for each call and event, with as many arguments as that has.
#![allow(clippy::too_many_arguments)]

pub mod decoded;
pub mod deploy;
pub mod manual;
pub mod tree;
pub mod typed;

use alloy::{
    primitives::{Address, B256, U256, keccak256},
    sol,
    sol_types::SolValue,
};

// With the feature `rpc` the contracts are instances that call over a provider; without it they are types alone.
macro_rules! contract {
    ($name:ident, $abi:literal, [$($derive:tt)*] $(#[$attribute:meta])*) => {
        #[cfg(feature = "rpc")]
        sol!(#[sol(rpc $($derive)*)] $(#[$attribute])* $name, $abi);
        #[cfg(not(feature = "rpc"))]
        sol!(#[sol(rpc = false $($derive)*)] $(#[$attribute])* $name, $abi);
    };
}

contract!(Market, "abi/Market.json", [, all_derives] #[derive(serde::Serialize, serde::Deserialize)]);
contract!(TestToken, "abi/TestToken.json", []);
contract!(Repeater, "abi/Repeater.json", []);

/// The structs that calls and events carry.
pub use Market::{
    Acceptance, AuctionOrder, Bid, Claim, LeasePolicy, Order, Parameters, PriceList, Rates, Shape, Statement, Step,
    Terms,
};

/// The id of a lease on these terms, as `Market.idOf` computes it.
pub fn lease_id(chain_id: u64, market: Address, terms: &Terms) -> B256 {
    claim_id(terms.provider, terms.currency, order_hash(chain_id, market, terms), &terms.rates)
}

/// The hash of the id's fields other than provider, currency and rates, as `Market.orderHashOf` computes it.
pub fn order_hash(chain_id: u64, market: Address, terms: &Terms) -> B256 {
    let Terms { tenant, shape, manifestHash, salt, .. } = terms.clone();
    keccak256((U256::from(chain_id), market, tenant, shape, manifestHash, salt).abi_encode())
}

/// The id of the lease of a claim.
pub fn claim_id(provider: Address, currency: Address, order_hash: B256, rates: &Rates) -> B256 {
    keccak256((order_hash, provider, currency, rates.clone()).abi_encode())
}

/// The id of an order that providers bid on, as `Market.orderIdOf` computes it.
pub fn order_id(chain_id: u64, market: Address, order: &AuctionOrder) -> B256 {
    keccak256((U256::from(chain_id), market, order.clone()).abi_encode_params())
}

/// The id of a bid on an order, as `Market.bidIdOf` computes it.
pub fn bid_id(order: B256, bid: &Bid) -> B256 {
    keccak256((order, bid.clone()).abi_encode_params())
}

/// The claim by which a statement of a lease on these terms is settled.
pub fn claim(chain_id: u64, market: Address, terms: &Terms, statement: &Statement) -> Claim {
    Claim { orderHash: order_hash(chain_id, market, terms), rates: terms.rates.clone(), statement: statement.clone() }
}

/// The leaf of a statement, as `Market.leafOf` computes it: hashed twice, so that no inner node can pass for a leaf.
pub fn leaf(lease: B256, statement: &Statement) -> B256 {
    keccak256(keccak256((lease, statement.clone()).abi_encode()))
}

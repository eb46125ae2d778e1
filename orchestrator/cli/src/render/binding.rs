//! A change of how an account is bound, as text and as JSON.

use alloy::primitives::{Address, B256};
use serde_json::{Value, json};
use solidity::Market::bindCall;

/// The change for people.
pub fn changed(account: Address, call: &bindCall) -> String {
    match call.threshold.is_zero() {
        true => format!("{account} is no longer bound to approvers"),
        false => format!(
            "{account} is bound: {} of {} approvers must consent beyond its limits",
            call.threshold,
            call.approvers.len()
        ),
    }
}

/// The change and the transaction that made it.
pub fn changed_json(account: Address, call: &bindCall, tx: B256) -> Value {
    json!({
        "account": account, "approvers": call.approvers, "threshold": call.threshold.to_string(), "tx": tx,
    })
}

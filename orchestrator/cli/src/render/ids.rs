//! Addresses and ids as people quote them.

use alloy::primitives::{Address, B256};

/// The name that labels and messages give to a provider.
pub fn short(address: Address) -> String {
    let text = address.to_checksum(None);
    format!("{}…{}", &text[..8], &text[text.len() - 4..])
}

/// The first characters of a lease's id, as people quote it.
pub fn short_id(id: B256) -> String {
    id.to_string()[..12].to_owned()
}

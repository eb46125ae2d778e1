//! Short forms of addresses and ids.

use alloy::primitives::{Address, B256};

/// The first and last characters of an address, for messages.
pub fn short(address: Address) -> String {
    let text = address.to_checksum(None);
    format!("{}…{}", &text[..8], &text[text.len() - 4..])
}

/// The first characters of an id, as commands accept it.
pub fn short_id(id: B256) -> String {
    id.to_string()[..12].to_owned()
}

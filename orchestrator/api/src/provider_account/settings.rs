//! The provider's settings that its account shows.

use std::time::Duration;

/// The provider's settings that the account shows.
#[derive(Debug, Clone)]
pub struct AccountSettings {
    pub margin: u16,
    pub gas_per_hour: u64,
    pub replace_after: Duration,
}

//! The money of a lease, as the contract computes it now.

use alloy::primitives::U256;

use crate::{render::amount::Unit, wallet::session::Session};
use lease::Lease;

/// The money of a lease. Amounts in base units of its currency.
pub struct LeaseFunds {
    pub unit: Unit,
    pub status: &'static str,
    pub balance: U256,
    pub owed: U256,
    pub withdrawable: U256,
    /// Seconds until the funds are exhausted; none when nothing is reserved.
    pub runway: Option<u64>,
}

impl LeaseFunds {
    pub async fn of(lease: &Lease, session: &Session) -> anyhow::Result<Self> {
        let market = &session.market;
        let account = market.accountOf(lease.id, lease.terms.currency).call().await?;
        let runway = market.runway(lease.terms.clone()).call().await?;
        let status = match market.statusOf(lease.terms.clone()).call().await? {
            1 => "active",
            2 => "exhausted",
            3 => "closed",
            _ => "unknown",
        };
        Ok(Self {
            unit: session.unit(lease.terms.currency).await?,
            status,
            balance: U256::from(account.balance),
            owed: market.owed(lease.terms.clone()).call().await?,
            withdrawable: market.withdrawable(lease.terms.clone()).call().await?,
            runway: (!lease.rate().is_zero()).then(|| runway.saturating_to()),
        })
    }
}

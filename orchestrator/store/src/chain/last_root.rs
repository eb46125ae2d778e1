//! The time of the last root before a provider fell silent, which some events of a lease depend on.

use alloy::primitives::Address;
use solidity::Market::MarketEvents;
use sqlx::{Any, Row, Transaction};

use super::EventRow;
use crate::{Result, hex, int, uint};
use lease::needs_last_root;

/// When the provider's last root was posted, for an event of a lease that ends what is owed at that time.
///
/// A credited outage names the epoch of that root. A lease that moves ends there if its provider is silent: the silence was
/// confirmed, and no root was posted since.
pub(super) async fn last_root(
    tx: &mut Transaction<'static, Any>,
    event: &EventRow,
    provider: Address,
) -> Result<Option<u64>> {
    if !needs_last_root(&event.event) {
        return Ok(None);
    }
    let epoch = match &event.event {
        MarketEvents::OutageCredited(credited) => Some(credited.epoch.saturating_to()),
        _ => confirmed_epoch(tx, event, provider).await?,
    };
    let Some(epoch) = epoch else { return Ok(None) };
    let sql = "SELECT posted_at FROM roots WHERE provider = $1 AND epoch = $2";
    let root = sqlx::query(sql).bind(hex(provider)).bind(int(epoch)).fetch_optional(&mut **tx).await?;
    // A provider that never posted a root is owed nothing.
    Ok(Some(root.map(|row| row.try_get(0)).transpose()?.map_or(0, uint)))
}

/// The epoch at which the provider was silent when the event happened.
async fn confirmed_epoch(
    tx: &mut Transaction<'static, Any>,
    event: &EventRow,
    provider: Address,
) -> Result<Option<u64>> {
    let sql = "SELECT block, log_index, time, tx, log FROM events WHERE subject = $1 \
               AND name IN ('SilenceConfirmed', 'RootPosted') AND (block < $2 OR (block = $2 AND log_index < $3)) \
               ORDER BY block DESC, log_index DESC LIMIT 1";
    let row = sqlx::query(sql)
        .bind(hex(provider))
        .bind(int(event.block))
        .bind(int(event.log_index))
        .fetch_optional(&mut **tx)
        .await?;
    let last = row.as_ref().map(EventRow::read).transpose()?;
    Ok(last.and_then(|last| match last.event {
        MarketEvents::SilenceConfirmed(confirmed) => Some(confirmed.epoch.saturating_to()),
        _ => None,
    }))
}

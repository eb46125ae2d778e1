//! Applies a change of the chain: undoes first, then applies, and moves the cursor, in one transaction.

use std::collections::{BTreeMap, BTreeSet};

use alloy::primitives::{Address, B256};
use solidity::Market::MarketEvents;
use sqlx::{Any, AssertSqlSafe, Row, Transaction};

use super::{
    Applied, BlockRef, ChainChange, EventRow, Segment, Subject, cursor::move_cursor, events::insert_events, fold::Fold,
};
use crate::{Result, Store, hex, int, rows};

/// Rows of one INSERT. Full ones have the same text, so the database plans them once.
const CHUNK: usize = 500;

impl Store {
    /// Applies a change that was computed against `cursor`, and keeps the newest `keep` blocks. `None` when the cursor has
    /// moved since: the race is lost and nothing was written.
    pub async fn apply(&self, cursor: Option<BlockRef>, change: &ChainChange, keep: u64) -> Result<Option<Applied>> {
        let (undo, segment) = match change {
            ChainChange::Committed(segment) => (None, Some(segment)),
            ChainChange::Reverted { to } => (Some(*to), None),
            ChainChange::Reorged { to, segment } => (Some(*to), Some(segment)),
        };
        let Some(head) = segment.and_then(|segment| segment.blocks.last().copied()).or(undo) else {
            return Ok(Some(Applied::default()));
        };
        let mut tx = self.begin().await?;
        if !move_cursor(&mut tx, cursor, head).await? {
            return Ok(None);
        }
        let mut applied = Applied::default();
        let mut fold = Fold::begin(&mut tx).await?;
        if let Some(to) = undo {
            applied.reverted = revert(&mut tx, to, &mut fold).await?;
        }
        if let Some(segment) = segment {
            let oldest_new = undo.or(cursor).map_or(0, |head| head.number + 1);
            commit(&mut tx, segment, oldest_new, &mut fold, &mut applied).await?;
        }
        fold.write(&mut tx, &mut applied).await?;
        sqlx::query("DELETE FROM blocks WHERE number < $1")
            .bind(int(head.number.saturating_sub(keep)))
            .execute(&mut *tx)
            .await?;
        tx.commit().await?;
        Ok(Some(applied))
    }

    /// Replaces a lease's events by those given and replays it: the repair of a lease that differs from the contract. `false`,
    /// and nothing is written, when the cursor has moved since the events were read.
    pub async fn repair(&self, cursor: BlockRef, lease: B256, events: &[EventRow]) -> Result<bool> {
        let mut tx = self.begin().await?;
        if !move_cursor(&mut tx, Some(cursor), cursor).await? {
            return Ok(false);
        }
        let subject = Subject::Lease(lease);
        let mut fold = Fold::begin(&mut tx).await?;
        fold.load(&mut tx, &BTreeSet::from([subject])).await?;
        sqlx::query("DELETE FROM events WHERE subject = $1").bind(subject.text()).execute(&mut *tx).await?;
        let unique: BTreeMap<_, _> = events
            .iter()
            .filter_map(|event| Some((event, event.subject()?)))
            .filter(|(_, (_, about))| *about == subject)
            .map(|(event, (name, subject))| ((event.block, event.log_index), (event, name, subject)))
            .collect();
        insert_events(&mut tx, &unique.into_values().collect::<Vec<_>>()).await?;
        fold.replay(&mut tx, &BTreeSet::from([subject])).await?;
        fold.write(&mut tx, &mut Applied::default()).await?;
        tx.commit().await?;
        Ok(true)
    }
}

/// Deletes everything after `to` and replays the affected subjects from the remaining events.
async fn revert(tx: &mut Transaction<'static, Any>, to: BlockRef, fold: &mut Fold) -> Result<u64> {
    let after = int(to.number);
    let sql = "SELECT DISTINCT subject FROM events WHERE block > $1";
    let touched = sqlx::query(sql).bind(after).fetch_all(&mut **tx).await?;
    let touched = touched.iter().map(|row| Subject::read(&row.try_get::<String, _>(0)?)).collect::<Result<_>>()?;
    let reverted = sqlx::query("DELETE FROM events WHERE block > $1").bind(after).execute(&mut **tx).await?;
    sqlx::query("DELETE FROM roots WHERE block > $1").bind(after).execute(&mut **tx).await?;
    sqlx::query("DELETE FROM blocks WHERE number > $1").bind(after).execute(&mut **tx).await?;
    fold.load(tx, &touched).await?;
    fold.replay(tx, &touched).await?;
    Ok(reverted.rows_affected())
}

async fn commit(
    tx: &mut Transaction<'static, Any>,
    segment: &Segment,
    oldest_new: u64,
    fold: &mut Fold,
    applied: &mut Applied,
) -> Result<()> {
    let mut unique = BTreeMap::new();
    for event in &segment.events {
        let Some((name, subject)) = event.subject() else { continue };
        // Blocks before the cursor are applied already.
        let known = event.block < oldest_new;
        if known || unique.insert((event.block, event.log_index), (event, name, subject)).is_some() {
            applied.duplicates += 1;
        }
    }
    let events: Vec<_> = unique.into_values().collect();
    applied.events = events.len() as u64;
    insert_events(tx, &events).await?;
    let roots: Vec<_> = events.iter().filter_map(|(event, ..)| root(event)).collect();
    applied.market |= !roots.is_empty();
    for chunk in roots.chunks(CHUNK) {
        let sql = "INSERT INTO roots (provider, epoch, root, posted_at, block, tx) VALUES ".to_owned();
        let query = sqlx::query(AssertSqlSafe(sql + &rows(chunk.len(), 6))).persistent(chunk.len() == CHUNK);
        let query = chunk.iter().fold(query, |query, (provider, epoch, root, event)| {
            query
                .bind(hex(*provider))
                .bind(int(*epoch))
                .bind(hex(*root))
                .bind(int(event.time))
                .bind(int(event.block))
                .bind(hex(event.transaction))
        });
        query.execute(&mut **tx).await?;
    }
    fold.load(tx, &events.iter().map(|(_, _, subject)| *subject).collect()).await?;
    for (event, _, subject) in &events {
        fold.apply(tx, event, *subject).await?;
    }
    applied.market |= events.iter().any(|(_, _, subject)| *subject == Subject::Market);
    for chunk in segment.blocks.chunks(CHUNK) {
        let sql = format!("INSERT INTO blocks (number, hash, time) VALUES {}", rows(chunk.len(), 3));
        let query = sqlx::query(AssertSqlSafe(sql)).persistent(chunk.len() == 1);
        let query = chunk
            .iter()
            .fold(query, |query, block| query.bind(int(block.number)).bind(hex(block.hash)).bind(int(block.time)));
        query.execute(&mut **tx).await?;
    }
    Ok(())
}

fn root(event: &EventRow) -> Option<(Address, u64, B256, &EventRow)> {
    let MarketEvents::RootPosted(posted) = &event.event else { return None };
    Some((posted.provider, posted.epoch.saturating_to(), posted.root, event))
}

//! Undo first, then apply, and the cursor with it: one transaction.

use std::collections::{BTreeMap, BTreeSet};

use alloy::primitives::{Address, B256};
use serde::Serialize;
use solidity::Market::MarketEvents;
use sqlx::{Any, AssertSqlSafe, Row, Transaction};

use super::{
    BlockRef, EventRow, Offer, ProviderRow, Subject,
    cursor::{insert_events, move_cursor},
    last_root::last_root,
    market::{apply_offer, apply_provider},
    state,
};
use crate::{
    Error, OrderRow, Result, Store,
    clearing::{load_orders, write_order},
    hex, int, rows, uint,
};
use lease::{Lease, auction::Auction};

/// Rows of one INSERT. Full ones have the same text, so the database plans them once.
const CHUNK: usize = 500;

/// A stretch of the chain that follows the cursor.
#[derive(Debug, Clone, Default)]
pub struct Segment {
    /// Its newest blocks, oldest first; the last is where the cursor goes. Never empty.
    pub blocks: Vec<BlockRef>,
    /// In the order of the chain. A second copy of one is left out.
    pub events: Vec<EventRow>,
}

/// What happened to the chain since the cursor.
#[derive(Debug, Clone)]
pub enum ChainChange {
    /// It grew.
    Committed(Segment),
    /// Blocks after `to` are gone, and nothing has replaced them yet.
    Reverted { to: BlockRef },
    /// Blocks after `to` were replaced.
    Reorged { to: BlockRef, segment: Segment },
}

/// What a change did.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Applied {
    pub events: u64,
    pub duplicates: u64,
    /// Events that were taken back.
    pub reverted: u64,
    /// Leases that are not as they were.
    pub leases: BTreeSet<B256>,
    /// Whether offers, providers or roots changed.
    pub market: bool,
}

impl Store {
    /// Applies a change that was made out against `cursor`, and keeps the newest `keep` blocks. `None` when the cursor has
    /// moved meanwhile: the race is lost, nothing was written, and the next run looks again.
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

    /// Replaces a lease's events by those given and folds it from them: the way back when it was found to differ from the
    /// chain. Nothing happens, and `false` comes back, when the cursor has moved from where the events were read.
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

/// Deletes everything after `to` and folds what it touched again from what is left.
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
        // What lies before the cursor was applied when the cursor passed it.
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

/// The rows that a change touches: read once, folded in memory, written once.
struct Fold {
    /// The contract's, in seconds.
    claim_window: u64,
    leases: BTreeMap<B256, FoldEntry<Lease>>,
    orders: BTreeMap<B256, FoldEntry<Auction>>,
    offers: BTreeMap<u32, FoldEntry<Offer>>,
    providers: BTreeMap<Address, FoldEntry<ProviderRow>>,
}

struct FoldEntry<T> {
    value: Option<T>,
    /// Of a lease or an order.
    generation: i64,
    /// What the row held: what a reorg took back keeps it, so that the row stays readable.
    last: Option<T>,
    changed: bool,
}

impl<T> Default for FoldEntry<T> {
    fn default() -> Self {
        Self { value: None, generation: 0, last: None, changed: false }
    }
}

impl Fold {
    async fn begin(tx: &mut Transaction<'static, Any>) -> Result<Self> {
        let row = sqlx::query("SELECT claim_window FROM deployment").fetch_optional(&mut **tx).await?;
        let claim_window = uint(row.ok_or(Error::Unbound)?.try_get(0)?);
        let (leases, orders, offers, providers) = Default::default();
        Ok(Self { claim_window, leases, orders, offers, providers })
    }

    /// Reads the rows of subjects that have not been read yet.
    async fn load(&mut self, tx: &mut Transaction<'static, Any>, subjects: &BTreeSet<Subject>) -> Result<()> {
        let (mut leases, mut orders, mut offers, mut providers) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        for subject in subjects {
            match subject {
                Subject::Lease(id) if !self.leases.contains_key(id) => leases.push(hex(*id)),
                Subject::Order(id) if !self.orders.contains_key(id) => orders.push(*id),
                Subject::Offer(id) if !self.offers.contains_key(id) => offers.push(i64::from(*id)),
                Subject::Provider(address) if !self.providers.contains_key(address) => providers.push(hex(*address)),
                _ => {}
            }
        }
        for chunk in leases.chunks(CHUNK) {
            let sql =
                format!("SELECT state, id, generation, reverted FROM leases WHERE id IN {}", rows(1, chunk.len()));
            let query =
                chunk.iter().fold(sqlx::query(AssertSqlSafe(sql)).persistent(false), |q, id| q.bind(id.clone()));
            for row in query.fetch_all(&mut **tx).await? {
                let lease: Lease = state(&row, "leases")?;
                let reverted = row.try_get::<i64, _>(3)? == 1;
                let generation = row.try_get(2)?;
                let value = (!reverted).then(|| lease.clone());
                self.leases.insert(lease.id, FoldEntry { value, generation, last: Some(lease), changed: false });
            }
        }
        for OrderRow { auction, generation, reverted } in load_orders(tx, &orders).await? {
            let value = (!reverted).then(|| auction.clone());
            self.orders.insert(auction.id, FoldEntry { value, generation, last: Some(auction), changed: false });
        }
        for chunk in offers.chunks(CHUNK) {
            let sql = format!("SELECT state FROM offers WHERE id IN {}", rows(1, chunk.len()));
            let query = chunk.iter().fold(sqlx::query(AssertSqlSafe(sql)).persistent(false), |q, id| q.bind(*id));
            for row in query.fetch_all(&mut **tx).await? {
                let offer: Offer = state(&row, "offers")?;
                self.offers.insert(offer.id, FoldEntry { value: Some(offer), ..FoldEntry::default() });
            }
        }
        for chunk in providers.chunks(CHUNK) {
            let sql = format!("SELECT state FROM providers WHERE address IN {}", rows(1, chunk.len()));
            let query =
                chunk.iter().fold(sqlx::query(AssertSqlSafe(sql)).persistent(false), |q, id| q.bind(id.clone()));
            for row in query.fetch_all(&mut **tx).await? {
                let provider: ProviderRow = state(&row, "providers")?;
                self.providers.insert(provider.address, FoldEntry { value: Some(provider), ..FoldEntry::default() });
            }
        }
        Ok(())
    }

    /// Forgets what the subjects are and folds them from their events.
    async fn replay(&mut self, tx: &mut Transaction<'static, Any>, subjects: &BTreeSet<Subject>) -> Result<()> {
        let mut texts = Vec::with_capacity(subjects.len());
        for subject in subjects {
            texts.push(subject.text());
            match subject {
                Subject::Lease(id) => clear(self.leases.entry(*id).or_default()),
                Subject::Order(id) => clear(self.orders.entry(*id).or_default()),
                Subject::Offer(id) => clear(self.offers.entry(*id).or_default()),
                Subject::Provider(address) => clear(self.providers.entry(*address).or_default()),
                Subject::Account(_) | Subject::Market => {}
            }
        }
        for chunk in texts.chunks(CHUNK) {
            // RootStats have rows of their own, and a provider may have posted many.
            let sql = format!(
                "SELECT block, log_index, time, tx, log FROM events WHERE subject IN {} AND name <> 'RootPosted' \
                 ORDER BY block, log_index",
                rows(1, chunk.len())
            );
            let query =
                chunk.iter().fold(sqlx::query(AssertSqlSafe(sql)).persistent(false), |q, id| q.bind(id.clone()));
            for row in query.fetch_all(&mut **tx).await? {
                let event = EventRow::read(&row)?;
                if let Some((_, subject)) = event.subject() {
                    self.apply(tx, &event, subject).await?;
                }
            }
        }
        Ok(())
    }

    async fn apply(&mut self, tx: &mut Transaction<'static, Any>, event: &EventRow, subject: Subject) -> Result<()> {
        match subject {
            Subject::Account(_) | Subject::Market => {}
            Subject::Lease(id) => {
                let entry = self.leases.entry(id).or_default();
                match &mut entry.value {
                    Some(lease) => {
                        let last_root = last_root(tx, event, lease.terms.provider).await?;
                        lease.apply(&event.event, event.time, last_root);
                    }
                    None => entry.value = Lease::open(&event.event, event.time, event.block, self.claim_window),
                }
                entry.changed = true;
            }
            Subject::Order(id) => {
                let entry = self.orders.entry(id).or_default();
                match &mut entry.value {
                    Some(auction) => auction.apply(&event.event, event.time),
                    None => entry.value = Auction::open(&event.event, event.time, event.block),
                }
                entry.changed = true;
            }
            Subject::Offer(id) => {
                let entry = self.offers.entry(id).or_default();
                apply_offer(&mut entry.value, &event.event);
                entry.changed = true;
            }
            Subject::Provider(address) => {
                let entry = self.providers.entry(address).or_default();
                entry.changed |= apply_provider(&mut entry.value, &event.event);
            }
        }
        Ok(())
    }

    async fn write(self, tx: &mut Transaction<'static, Any>, applied: &mut Applied) -> Result<()> {
        let mut leases = Vec::new();
        for (id, entry) in self.leases.into_iter().filter(|(_, entry)| entry.changed) {
            let reverted = entry.value.is_none();
            let Some(lease) = entry.value.or(entry.last) else {
                tracing::warn!(%id, "an event of a lease that was never opened is left out of account");
                continue;
            };
            applied.leases.insert(id);
            leases.push((lease, entry.generation + 1, i64::from(reverted)));
        }
        for chunk in leases.chunks(CHUNK) {
            let sql = format!(
                "INSERT INTO leases (id, provider, tenant, state, generation, closed, reverted) VALUES {} \
                 ON CONFLICT (id) DO UPDATE SET state = excluded.state, generation = excluded.generation, \
                 closed = excluded.closed, reverted = excluded.reverted",
                rows(chunk.len(), 7)
            );
            let persistent = chunk.len() == 1 || chunk.len() == CHUNK;
            let query = chunk.iter().fold(
                sqlx::query(AssertSqlSafe(sql)).persistent(persistent),
                |query, (lease, generation, reverted)| {
                    query
                        .bind(hex(lease.id))
                        .bind(hex(lease.terms.provider))
                        .bind(hex(lease.terms.tenant))
                        .bind(json(lease))
                        .bind(*generation)
                        .bind(i64::from(lease.closed_at.is_some()))
                        .bind(*reverted)
                },
            );
            query.execute(&mut **tx).await?;
        }
        for (_, entry) in self.orders.into_iter().filter(|(_, entry)| entry.changed) {
            applied.market = true;
            let reverted = entry.value.is_none();
            let Some(auction) = entry.value.or(entry.last) else { continue };
            write_order(tx, &OrderRow { auction, generation: entry.generation + 1, reverted }).await?;
        }
        for (id, entry) in self.offers.into_iter().filter(|(_, entry)| entry.changed) {
            applied.market = true;
            let query = match &entry.value {
                Some(offer) => sqlx::query(
                    "INSERT INTO offers (id, provider, state) VALUES ($1, $2, $3) \
                     ON CONFLICT (id) DO UPDATE SET state = excluded.state, provider = excluded.provider",
                )
                .bind(i64::from(id))
                .bind(hex(offer.provider))
                .bind(json(offer)),
                None => sqlx::query("DELETE FROM offers WHERE id = $1").bind(i64::from(id)),
            };
            query.execute(&mut **tx).await?;
        }
        for (address, entry) in self.providers.into_iter().filter(|(_, entry)| entry.changed) {
            applied.market = true;
            let query = match &entry.value {
                Some(provider) => sqlx::query(
                    "INSERT INTO providers (address, state) VALUES ($1, $2) \
                     ON CONFLICT (address) DO UPDATE SET state = excluded.state",
                )
                .bind(hex(address))
                .bind(json(provider)),
                None => sqlx::query("DELETE FROM providers WHERE address = $1").bind(hex(address)),
            };
            query.execute(&mut **tx).await?;
        }
        Ok(())
    }
}

fn clear<T>(entry: &mut FoldEntry<T>) {
    entry.value = None;
    entry.changed = true;
}

/// Our own types always serialize: their maps have text keys and their numbers are finite.
fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

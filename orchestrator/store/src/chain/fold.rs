//! The rows that are derived from events: leases, orders, offers and providers.
//!
//! A row is the fold of its subject's events. `Fold` reads the rows that a change touches once, applies the events in
//! memory and writes each row once. After a revert a row is replayed from the events that are left.

use std::collections::{BTreeMap, BTreeSet};

use alloy::primitives::{Address, B256};
use serde::Serialize;
use sqlx::{Any, AssertSqlSafe, Row, Transaction};

use super::{
    Applied, EventRow, Offer, ProviderRow, Subject,
    last_root::last_root,
    market::{apply_offer, apply_provider},
    state,
};
use crate::{
    Error, OrderRow, Result,
    clearing::{load_orders, write_order},
    hex, rows, uint,
};
use lease::{Lease, auction::Auction};

/// Rows of one statement. Full ones have the same text, so the database plans them once.
const CHUNK: usize = 500;

/// The rows that a change touches.
pub(super) struct Fold {
    /// The contract's claim window, in seconds.
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
    /// The last state that the row held. A reverted row keeps it, so that it stays readable.
    last: Option<T>,
    changed: bool,
}

impl<T> Default for FoldEntry<T> {
    fn default() -> Self {
        Self { value: None, generation: 0, last: None, changed: false }
    }
}

impl Fold {
    pub(super) async fn begin(tx: &mut Transaction<'static, Any>) -> Result<Self> {
        let row = sqlx::query("SELECT claim_window FROM deployment").fetch_optional(&mut **tx).await?;
        let claim_window = uint(row.ok_or(Error::Unbound)?.try_get(0)?);
        let (leases, orders, offers, providers) = Default::default();
        Ok(Self { claim_window, leases, orders, offers, providers })
    }

    /// Reads the rows of subjects that are not loaded yet.
    pub(super) async fn load(
        &mut self,
        tx: &mut Transaction<'static, Any>,
        subjects: &BTreeSet<Subject>,
    ) -> Result<()> {
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

    /// Replays the subjects from their stored events.
    pub(super) async fn replay(
        &mut self,
        tx: &mut Transaction<'static, Any>,
        subjects: &BTreeSet<Subject>,
    ) -> Result<()> {
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
            // Roots have rows of their own, and a provider may have posted many.
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

    pub(super) async fn apply(
        &mut self,
        tx: &mut Transaction<'static, Any>,
        event: &EventRow,
        subject: Subject,
    ) -> Result<()> {
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

    pub(super) async fn write(self, tx: &mut Transaction<'static, Any>, applied: &mut Applied) -> Result<()> {
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

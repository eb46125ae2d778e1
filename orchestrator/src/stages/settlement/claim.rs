//! Turns matured statements into earnings.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use alloy::{
    primitives::{B256, U256},
    sol_types::SolCall,
};
use solidity::{Market, Terms, tree::Tree};

use super::{Settlement, add};
use crate::{
    driver::Counts,
    lease::{Lease, accrual, intent::Intent},
    store::{IntentState, LeaseFilter, RootRow, Statement, settlement::now_ms},
};

/// Statements of one transaction.
const CHUNK: usize = 100;

const KIND: &str = "settle";

/// How long a failed claim is remembered against a lease.
const SUSPECT_MS: u64 = 3_600_000;

impl Settlement {
    /// Wants claims for what has matured and would pay.
    pub(super) async fn claim(&self, counts: &mut Counts) -> anyhow::Result<()> {
        let Some(head) = self.store.head().await? else { return Ok(()) };
        let matured_by = head.time.saturating_sub(self.parameters.challengeWindow.into());
        let Some(newest) = self.store.newest_root(self.provider, matured_by).await? else { return Ok(()) };
        let since = now_ms().saturating_sub(self.claim_every.as_millis() as u64);
        let due = self.store.last_wanted(KIND).await?.is_none_or(|wanted| wanted <= since);
        let (fresh, moved) = {
            let seen = self.seen();
            (seen.matured != newest.epoch, seen.head != Some(head.hash))
        };
        let topped = if moved { self.topped_up(newest.block).await? } else { BTreeSet::new() };
        // A closed lease can be claimed at once when its last statement matures, which is when a root does.
        if due || fresh || !topped.is_empty() {
            let mut wanted: BTreeMap<u64, Vec<B256>> = BTreeMap::new();
            for lease in self.store.leases(LeaseFilter::of_provider(self.provider)).await? {
                let lease = lease.lease;
                let closing = is_unfinished(&lease);
                if (closing || due || topped.contains(&lease.id)) && !lease.balance().is_zero() {
                    let epoch =
                        if closing { self.store.last_posted_epoch(lease.id, self.provider).await? } else { None };
                    wanted.entry(epoch.unwrap_or(newest.epoch)).or_default().push(lease.id);
                }
            }
            for (epoch, leases) in wanted {
                self.claim_epoch(epoch, matured_by, &leases, since, counts).await?;
            }
        }
        let mut seen = self.seen();
        (seen.matured, seen.head) = (newest.epoch, Some(head.hash));
        Ok(())
    }

    /// Leases of ours that were topped up after a block when their funds had run out: until a statement is settled, all
    /// the time without money counts as owed.
    async fn topped_up(&self, block: u64) -> anyhow::Result<BTreeSet<B256>> {
        let mut leases = BTreeSet::new();
        for (id, amount, time) in self.store.top_ups_after(block).await? {
            let Some(row) = self.store.lease(id).await? else { continue };
            let mut before = row.lease;
            before.deposited = before.deposited.saturating_sub(amount);
            let owed = accrual::owed(&before, time);
            if before.terms.provider == self.provider && owed >= before.balance() {
                leases.insert(id);
            }
        }
        Ok(leases)
    }

    async fn claim_epoch(
        &self,
        epoch: u64,
        matured_by: u64,
        leases: &[B256],
        since: u64,
        counts: &mut Counts,
    ) -> anyhow::Result<()> {
        let Some(root) = self.root(epoch, matured_by).await? else { return Ok(()) };
        let statements = self.store.statements(epoch).await?;
        let Some(tree) = Tree::new(statements.iter().map(|statement| statement.leaf).collect()) else { return Ok(()) };
        if tree.root() != root.root {
            tracing::warn!(epoch, "the root on chain is not over our statements; nothing can be claimed by it");
            add(counts, "foreign_roots", 1);
            return Ok(());
        }
        let wanted = self.wanted_already(since).await?;
        let chosen: HashSet<_> = leases.iter().copied().collect();
        let mut paying: HashMap<B256, (Lease, Statement)> = HashMap::new();
        for statement in statements.into_iter().filter(|statement| chosen.contains(&statement.lease)) {
            let Some(row) = self.store.lease(statement.lease).await? else { continue };
            let time = statement.usage.time;
            let known = wanted.until.get(&row.lease.terms).is_some_and(|known| *known >= time);
            if !known && is_worth(&row.lease, &statement) {
                paying.insert(statement.leaf, (row.lease, statement));
            }
        }
        let mut leaves: Vec<_> = paying.keys().copied().collect();
        leaves.sort_unstable();
        let (alone, together): (Vec<_>, Vec<_>) = leaves
            .into_iter()
            .partition(|leaf| paying.get(leaf).is_some_and(|(lease, _)| wanted.suspects.contains(&lease.terms)));
        for leaves in together.chunks(CHUNK).chain(alone.chunks(1)) {
            let Some(multi) = tree.multiproof(leaves) else { continue };
            let Some(first) = multi.leaves.first() else { continue };
            let stated: Vec<_> = multi.leaves.iter().filter_map(|leaf| paying.get(leaf)).collect();
            let call = Market::settleBatchCall {
                provider: self.provider,
                epoch: U256::from(epoch),
                terms: stated.iter().map(|(lease, _)| lease.terms.clone()).collect(),
                usages: stated.iter().map(|(_, statement)| statement.usage.clone()).collect(),
                proof: multi.proof.clone(),
                flags: multi.flags.clone(),
            };
            let intent = Intent {
                key: format!("settle:{epoch}:{first}"),
                kind: KIND.to_owned(),
                to: self.market,
                data: call.abi_encode().into(),
                value: U256::ZERO,
            };
            if self.store.prepare(&intent).await? {
                tracing::info!(epoch, leases = leaves.len(), key = intent.key, "a claim is wanted");
                add(counts, "claims", 1);
                add(counts, "claimed_leases", leaves.len() as u64);
            }
        }
        Ok(())
    }

    async fn root(&self, epoch: u64, matured_by: u64) -> anyhow::Result<Option<RootRow>> {
        let roots = self.store.roots(self.provider).await?;
        Ok(roots.into_iter().find(|root| root.epoch == epoch && root.posted_at <= matured_by))
    }

    /// What needs no claim because one under way, or made since a time, carries it.
    async fn wanted_already(&self, since: u64) -> anyhow::Result<Wanted> {
        let mut wanted = Wanted::default();
        let mut rows = self.store.recent_intents(KIND, since.min(now_ms().saturating_sub(SUSPECT_MS))).await?;
        rows.sort_by_key(|row| row.created_at_ms);
        for row in rows {
            let Ok(call) = Market::settleBatchCall::abi_decode(&row.intent.data) else { continue };
            let failed = row.state == IntentState::Failed;
            let recent = row.created_at_ms > since;
            let under_way = matches!(row.state, IntentState::Prepared | IntentState::Sent | IntentState::Mined);
            // A batch that failed is tried again lease by lease; one that failed alone waits for its time.
            let counts = under_way || recent && (!failed || call.terms.len() == 1);
            for (terms, usage) in call.terms.into_iter().zip(&call.usages) {
                if counts {
                    let time = wanted.until.entry(terms.clone()).or_insert(usage.time);
                    *time = (*time).max(usage.time);
                }
                if failed {
                    wanted.suspects.insert(terms);
                } else if !under_way {
                    wanted.suspects.remove(&terms);
                }
            }
        }
        Ok(wanted)
    }
}

#[derive(Default)]
struct Wanted {
    /// The time of the newest statement that is on its way, by the lease's terms.
    until: HashMap<Terms, u32>,
    /// Leases whose last claim failed: each is claimed alone, so that the bad one holds up no other.
    suspects: HashSet<Terms>,
}

/// Closed, and not settled to its end.
fn is_unfinished(lease: &Lease) -> bool {
    lease.closed_at.is_some_and(|closed_at| lease.settled_at < closed_at)
}

/// Whether settling a statement pays, or ends a closed lease so that its tenant gets the rest.
fn is_worth(lease: &Lease, statement: &Statement) -> bool {
    let usage = &statement.usage;
    let time = u64::from(usage.time);
    let ends = lease.closed_at.is_some_and(|closed_at| lease.settled_at < closed_at && closed_at <= time);
    time > lease.settled_at && (ends || accrual::price(&lease.terms.rates, usage) > lease.paid)
}

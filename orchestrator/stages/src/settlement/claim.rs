//! Prepares the claims that turn matured statements into earnings.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use alloy::{
    primitives::{Address, B256, U256},
    sol_types::SolCall,
};
use solidity::Market;

use super::{SettlementStage, add};
use driver::Counts;
use lease::{
    Lease, accrual,
    epoch_tree::EpochStatement,
    intent::{Intent, IntentKey, IntentKind},
};
use store::{IntentState, LeaseFilter, RootRow};

/// Statements in one transaction.
const CHUNK: usize = 100;

/// How long a lease whose claim failed is claimed in a transaction of its own.
const SUSPECT_MS: u64 = 3_600_000;

impl SettlementStage {
    /// Prepares claims for the statements that have matured and would pay.
    pub(super) async fn claim(&self, counts: &mut Counts) -> anyhow::Result<()> {
        let Some(head) = self.store.head().await? else { return Ok(()) };
        let matured_by = head.time.saturating_sub(self.parameters.challengeWindow.into());
        let Some(newest) = self.store.newest_root(self.provider, matured_by).await? else { return Ok(()) };
        let since = self.clock.now_ms().saturating_sub(self.claim_every.as_millis() as u64);
        let due = self.store.last_prepared(IntentKind::Settle).await?.is_none_or(|wanted| wanted <= since);
        let (fresh, moved) = {
            let cache = self.cache();
            (cache.matured != newest.epoch, cache.head != Some(head.hash))
        };
        let topped = if moved { self.topped_up(newest.block).await? } else { BTreeSet::new() };
        // A closed lease is claimed as soon as its last statement matures, which is when a root does.
        if due || fresh || !topped.is_empty() {
            let mut wanted: BTreeMap<u64, Vec<B256>> = BTreeMap::new();
            for lease in self.store.leases(LeaseFilter::of_provider(self.provider)).await? {
                let lease = lease.lease;
                let closing = is_unfinished(&lease);
                let wants = closing || due || topped.contains(&lease.id);
                if wants && !lease.balance().is_zero() && !lease.is_frozen() {
                    let epoch =
                        if closing { self.store.last_posted_epoch(lease.id, self.provider).await? } else { None };
                    wanted.entry(epoch.unwrap_or(newest.epoch)).or_default().push(lease.id);
                }
            }
            for (epoch, leases) in wanted {
                self.claim_epoch(epoch, matured_by, &leases, since, counts).await?;
            }
        }
        let mut cache = self.cache();
        (cache.matured, cache.head) = (newest.epoch, Some(head.hash));
        Ok(())
    }

    /// Own leases that were topped up after a block while they were exhausted. Until a statement is settled, the time
    /// without funds counts as owed.
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
        let tree = self.store.epoch_tree(epoch).await?;
        if tree.is_empty() {
            return Ok(());
        }
        if tree.root() != root.root {
            tracing::warn!(
                epoch,
                "the root on chain is not the one of the recorded statements; nothing can be claimed by it"
            );
            add(counts, "foreign_roots", 1);
            return Ok(());
        }
        let wanted = self.earlier_claims(since).await?;
        let mut paying: HashMap<B256, (Lease, &EpochStatement)> = HashMap::new();
        for statement in leases.iter().filter_map(|lease| tree.statement(*lease)) {
            let Some(row) = self.store.lease(statement.lease).await? else { continue };
            let time = statement.statement.time;
            let known = wanted.until.get(&row.lease.id).is_some_and(|known| *known >= time);
            if !known && is_worth(&row.lease, statement) {
                paying.insert(statement.leaf, (row.lease, statement));
            }
        }
        // One currency per transaction; a suspect lease alone.
        let mut groups: BTreeMap<(Address, Option<B256>), Vec<B256>> = BTreeMap::new();
        for (leaf, (lease, _)) in &paying {
            let alone = wanted.suspects.contains(&lease.id).then_some(lease.id);
            groups.entry((lease.terms.currency, alone)).or_default().push(*leaf);
        }
        let mut batches = Vec::new();
        for ((currency, _), mut leaves) in groups {
            leaves.sort_unstable();
            batches.extend(leaves.chunks(CHUNK).map(|batch| (currency, batch.to_vec())));
        }
        for (currency, leaves) in &batches {
            let Some(multi) = tree.multiproof(leaves) else { continue };
            let Some(first) = multi.leaves.first() else { continue };
            let stated = multi.leaves.iter().filter_map(|leaf| paying.get(leaf));
            let claims = stated.map(|(lease, statement)| {
                solidity::claim(self.chain_id, self.market, &lease.terms, &statement.statement)
            });
            let call = Market::settleBatchCall {
                provider: self.provider,
                currency: *currency,
                epoch: U256::from(epoch),
                claims: claims.collect(),
                proof: multi.proof.clone(),
                flags: multi.flag_words(),
            };
            let intent = Intent {
                key: IntentKey::Settle { epoch, first_leaf: *first },
                to: self.market,
                data: call.abi_encode().into(),
                value: U256::ZERO,
            };
            if self.store.prepare(&intent, self.clock.now_ms()).await? {
                tracing::info!(epoch, leases = leaves.len(), key = %intent.key, "a claim is prepared");
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

    /// The leases that an earlier claim covers: one that is in flight, or one prepared since a time.
    async fn earlier_claims(&self, since: u64) -> anyhow::Result<EarlierClaims> {
        let mut wanted = EarlierClaims::default();
        let mut rows = self
            .store
            .recent_intents(IntentKind::Settle, since.min(self.clock.now_ms().saturating_sub(SUSPECT_MS)))
            .await?;
        rows.sort_by_key(|row| row.created_at_ms);
        for row in rows {
            let Ok(call) = Market::settleBatchCall::abi_decode(&row.intent.data) else { continue };
            let failed = row.state == IntentState::Failed;
            let recent = row.created_at_ms > since;
            let under_way = matches!(row.state, IntentState::Prepared | IntentState::Sent | IntentState::Mined);
            // A failed batch is retried lease by lease; a lease that failed alone waits for the next period.
            let covers = under_way || recent && (!failed || call.claims.len() == 1);
            for claim in &call.claims {
                let lease = solidity::claim_id(call.provider, call.currency, claim.orderHash, &claim.rates);
                if covers {
                    let time = wanted.until.entry(lease).or_insert(claim.statement.time);
                    *time = (*time).max(claim.statement.time);
                }
                if failed {
                    wanted.suspects.insert(lease);
                } else if !under_way {
                    wanted.suspects.remove(&lease);
                }
            }
        }
        Ok(wanted)
    }
}

#[derive(Default)]
struct EarlierClaims {
    /// The time of the newest statement that is being claimed, by lease.
    until: HashMap<B256, u32>,
    /// Leases whose last claim failed. Each is claimed alone, so that a failing one does not block the others.
    suspects: HashSet<B256>,
}

/// Closed, and not settled up to its end.
fn is_unfinished(lease: &Lease) -> bool {
    lease.closed_at.is_some_and(|closed_at| lease.settled_at < closed_at)
}

/// Whether settling a statement pays, or ends a closed lease so that its tenant is refunded. A disputed lease does
/// neither.
fn is_worth(lease: &Lease, stated: &EpochStatement) -> bool {
    if lease.is_frozen() {
        return false;
    }
    let statement = &stated.statement;
    let time = u64::from(statement.time);
    let ends = lease.closed_at.is_some_and(|closed_at| lease.settled_at < closed_at && closed_at <= time);
    time > lease.settled_at && (ends || accrual::price(&lease.terms.rates, statement) > lease.paid)
}

//! scale: changes replica counts with demand, within what a proof justifies.
//!
//! *Wakes*: every second, at every new block, after every sweep of the meter, when an epoch was closed, and when the gateway
//! holds requests that no replica can take.
//! *Owns*: `scaling`, `rulings`, `demand`; prepares the intents `scale:…`.
//! *Notifies*: the proof stage, when it requests an early proof; settlement, when an intent is prepared.
//!
//! # Theory of operation
//!
//! The manifest of a lease names its autoscaler. Once a period, or sooner when more requests arrive than can be served, the
//! autoscaler observes what the meter and the gateway counted and returns a desired replica count. The count is cut to what
//! the contract grants by the newest statement (`autoscaling::shield::grant`). If it still differs from the present
//! count, the stage prepares a step: a transaction that carries the statement and its path as the proof.
//!
//! Each decision with its inputs is a *ruling*, and is recorded whatever comes of it: `tidemark explain` and the API show it.
//!
//! # Early proofs
//!
//! A statement covers the time since the one before, once an epoch. When the meters already show a demand that the newest
//! statement does not, the ruling is `proving`: the proof stage closes the epoch early, as often as the contract allows,
//! until a statement shows the demand. It is requested only while such a statement would be granted more, so that no root
//! is posted in vain.
//!
//! A step may be sent before its root is mined. Settlement keeps their order, so both can be in the same block.
//!
//! # When the process dies
//!
//! A ruling and the intent of its step are one transaction. The key of the intent names the lease and the epoch, so
//! preparing it again is idempotent. The autoscalers live in memory; the observations they were given are kept in `demand`
//! and replayed to them by the next process.

mod lease_autoscaler;

use std::{
    collections::{BTreeMap, HashMap, hash_map::Entry},
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

use alloy::{
    primitives::{Address, B256, U256, keccak256},
    sol_types::SolCall,
};
use anyhow::Context;
use solidity::{Market, Parameters, Step};
use tokio::sync::Mutex;

use self::lease_autoscaler::{LeaseAutoscaler, LeaseSnapshot, bounds};
use autoscaling::{
    Autoscaler, Bounds, Decision, Observation, catalog,
    scale_to_zero::sleeper,
    shadow::Shadow,
    shield::{By, Granted, grant},
};
use driver::{Counts, Stage, Wakeup};
use lease::{
    Lease, Status,
    epoch_tree::{EpochStatement, EpochTree},
    intent::{Intent, IntentKey, IntentKind},
    manifest::Manifest,
};
use ports::{clock::Clock, demand::DemandSource};
use store::{
    BlockRef, IntentRow, IntentState, LeaseFilter, Store, container,
    scale::{Evidence, Ruling, RulingOutcome},
};

/// Backoff after a refused step, in milliseconds.
const REFUSED_MS: u64 = 15_000;
/// The minimum spacing of the observations that are kept, in milliseconds.
const KEEP_MS: u64 = 15_000;
const THIN_EVERY_MS: u64 = 600_000;
/// Seconds of the chain's time from a decision to its step in a block: funds and statements must last that long.
const UNDER_WAY: u64 = 5;

/// The scale stage.
pub struct ScaleStage {
    pub store: Arc<Store>,
    /// Counts requests; without it, demand is judged by CPU time alone.
    pub demand: Option<Arc<dyn DemandSource>>,
    pub clock: Arc<dyn Clock>,
    pub provider: Address,
    pub market: Address,
    pub chain_id: u64,
    pub parameters: Parameters,
    /// Between two decisions about a lease.
    pub every: Duration,
    /// The proof stage's, notified when an early proof is requested.
    pub proof: Wakeup,
    /// Settlement's, notified when an intent is prepared.
    pub next: Wakeup,
    pub cache: Mutex<ScaleCache>,
}

/// The autoscalers and the newest proven epoch. A new process rebuilds it.
#[derive(Default)]
pub struct ScaleCache {
    autoscalers: HashMap<B256, LeaseAutoscaler>,
    proof: Option<Arc<ProvenEpoch>>,
    thinned_at_ms: u64,
}

/// The newest epoch whose root is on chain or sent.
struct ProvenEpoch {
    epoch: u64,
    root: B256,
    posted: bool,
    tree: EpochTree,
}

/// The inputs that all leases of a run share.
struct ScaleRun {
    head: BlockRef,
    now_ms: u64,
    proof: Option<Arc<ProvenEpoch>>,
    /// Steps that the chain stage has not read yet, and those that were refused a moment ago.
    steps: BTreeMap<B256, IntentRow>,
}

#[async_trait::async_trait]
impl Stage for ScaleStage {
    fn name(&self) -> &'static str {
        "scale"
    }

    fn period(&self) -> Duration {
        Duration::from_secs(1)
    }

    async fn run(&self) -> anyhow::Result<Counts> {
        let mut counts = Counts::new();
        let Some(head) = self.store.head().await? else { return Ok(counts) };
        let mut cache = self.cache.lock().await;
        let now_ms = self.clock.now_ms();
        let proof = self.proven_epoch(cache.proof.take()).await?;
        cache.proof.clone_from(&proof);
        let run = ScaleRun { head, now_ms, proof, steps: self.steps(&head, now_ms).await? };
        let filter = LeaseFilter { open_only: true, ..LeaseFilter::of_provider(self.provider) };
        let leases = self.store.leases(filter).await?;
        cache.autoscalers.retain(|id, _| leases.iter().any(|row| row.lease.id == *id));
        for row in &leases {
            if row.lease.status(head.time) != Status::Active {
                // Nothing is decided about it any more, so it must not keep requesting early proofs.
                self.store.clear_early_proof(row.lease.id).await?;
                continue;
            }
            // An error of one lease does not stop the others; an error of the database ends the run.
            match self.evaluate(&row.lease, &run, &mut cache.autoscalers).await {
                Ok(Some(outcome)) => *counts.entry(name(outcome)).or_default() += 1,
                Ok(None) => {}
                Err(error) if error.is::<store::Error>() => return Err(error),
                Err(error) => {
                    self.store.clear_early_proof(row.lease.id).await?;
                    tracing::warn!(lease = %row.lease.id, error = format!("{error:#}"), "the lease cannot be scaled");
                    *counts.entry("failed").or_default() += 1;
                }
            }
        }
        if now_ms.saturating_sub(cache.thinned_at_ms) >= THIN_EVERY_MS {
            cache.thinned_at_ms = now_ms;
            counts.insert("thinned", self.store.thin_demand(now_ms).await?);
        }
        Ok(counts)
    }
}

impl ScaleStage {
    /// Evaluates one lease; `None` when there is nothing to decide.
    async fn evaluate(
        &self,
        lease: &Lease,
        run: &ScaleRun,
        autoscalers: &mut HashMap<B256, LeaseAutoscaler>,
    ) -> anyhow::Result<Option<RulingOutcome>> {
        let autoscaler = match autoscalers.entry(lease.id) {
            Entry::Occupied(known) => known.into_mut(),
            Entry::Vacant(free) => match self.load_autoscaler(lease).await? {
                Some(autoscaler) => free.insert(autoscaler),
                None => return Ok(None),
            },
        };
        let (totals, containers) =
            tokio::try_join!(self.store.meter_totals(lease.id), self.store.containers(lease.id))?;
        let time = run.head.time + UNDER_WAY;
        let snapshot = LeaseSnapshot {
            lease,
            now_ms: run.now_ms,
            ready: container::ready(&containers, lease.replicas, autoscaler.services).into(),
            demand: self.demand.as_ref().and_then(|source| source.demand(lease.id)).or(autoscaler.assumed_demand()),
            bounds: bounds(lease, time, self.parameters.noticePeriod.into()),
        };
        autoscaler.record(&snapshot, totals.as_ref());
        let every_ms = self.every.as_millis() as u64;
        let asked = autoscaler.is_due(&snapshot, every_ms);
        if asked {
            let decided = catch_unwind(AssertUnwindSafe(|| autoscaler.decide(&snapshot, every_ms)));
            let Ok(seen) = decided else {
                autoscalers.remove(&lease.id);
                anyhow::bail!("its autoscaler panicked and is started anew");
            };
            if run.now_ms.saturating_sub(autoscaler.kept_at_ms) >= KEEP_MS {
                autoscaler.kept_at_ms = run.now_ms;
                self.store.keep_demand(lease.id, run.now_ms, &seen).await?;
            }
        }
        let Some((seen, wish)) = autoscaler.wish.clone() else { return Ok(None) };
        if !asked && wish.replicas == u32::from(lease.replicas) {
            return Ok(None);
        }
        let (ruling, step) = self.rule(&snapshot, autoscaler, run, seen, wish);
        let shadow = autoscaler.shadow.as_ref().map(Shadow::account);
        self.store.record_ruling(lease.id, &ruling, shadow, step.as_ref()).await?;
        match ruling.outcome {
            RulingOutcome::Proving => {
                autoscaler.proving_since_ms.get_or_insert(run.now_ms);
                self.proof.notify();
            }
            RulingOutcome::Stepping if step.is_some() => {
                let Ruling { present, granted, ref reason, .. } = ruling;
                tracing::info!(lease = %lease.id, from = present, to = granted, reason, "a step is prepared");
                autoscaler.rising = (granted > present).then_some((run.now_ms, granted));
                autoscaler.proving_since_ms = None;
                autoscaler.ahead = run.proof.as_ref().filter(|proof| !proof.posted).map(|proof| proof.epoch);
                self.next.notify();
            }
            _ => autoscaler.proving_since_ms = None,
        }
        Ok(Some(ruling.outcome))
    }

    /// The autoscaler of a lease; `None` while there is no valid manifest.
    async fn load_autoscaler(&self, lease: &Lease) -> anyhow::Result<Option<LeaseAutoscaler>> {
        let Some(bytes) = self.store.manifest(lease.id).await? else { return Ok(None) };
        if keccak256(&bytes) != lease.terms.manifestHash {
            return Ok(None); // the container stage reports it
        }
        let Ok(manifest) = Manifest::parse(&bytes) else { return Ok(None) };
        let scaling = manifest.scaling.clone();
        let services = manifest.services.keys().filter(|name| !manifest.is_job(name)).count();
        let chosen = Box::new(sleeper(policy(&scaling.policy, scaling.learn)?));
        let delay = f64::from(self.parameters.rootSpacing) + UNDER_WAY as f64;
        let mut autoscaler = LeaseAutoscaler::new(scaling, chosen, services, delay);
        let before = autoscaler.replay_demand(lease, &self.store).await?;
        if let Some(name) = autoscaler.scaling.shadow.clone() {
            let account = before.and_then(|before| before.shadow);
            autoscaler.shadow = Some(Shadow::new(&name, policy(&name, autoscaler.scaling.learn)?, account));
        }
        Ok(Some(autoscaler))
    }

    /// Turns a desired count into a ruling, and a step if one is to be sent.
    fn rule(
        &self,
        snapshot: &LeaseSnapshot<'_>,
        autoscaler: &LeaseAutoscaler,
        run: &ScaleRun,
        seen: Observation,
        wish: Decision,
    ) -> (Ruling, Option<Intent>) {
        let (lease, limits) = (snapshot.lease, &snapshot.bounds);
        let present = u32::from(lease.replicas);
        let statement = run.proof.as_ref().and_then(|proof| Some((proof, proof.tree.statement(lease.id)?)));
        let statement = statement.filter(|(_, statement)| self.is_fresh(lease, statement, run.head.time));
        let evidence = statement.map(|(proof, statement)| Evidence {
            epoch: proof.epoch,
            time: statement.statement.time.into(),
            utilization: statement.statement.utilization,
            leaf: statement.leaf,
        });
        let mut ruling = Ruling {
            at_ms: run.now_ms,
            policy: autoscaler.scaling.policy.clone(),
            seen,
            present,
            wish: wish.replicas,
            reason: wish.reason,
            granted: present,
            bound: None,
            outcome: RulingOutcome::Held,
            evidence,
        };
        if ruling.wish == present {
            ruling.outcome = RulingOutcome::Steady;
            return (ruling, None);
        }
        // A step that was sent before its root may be refused by a node that simulates it on the newest block. Once the
        // root is on chain, that refusal no longer counts.
        let ahead = |row: &&IntentRow| {
            let posted = run.proof.as_ref().is_some_and(|proof| proof.posted && Some(proof.epoch) == autoscaler.ahead);
            row.error.is_some() && posted
        };
        if let Some(row) = run.steps.get(&lease.id).filter(|row| !ahead(row)) {
            (ruling.outcome, ruling.bound) = match &row.error {
                None => (RulingOutcome::Stepping, Some("a step is on its way to the chain".to_owned())),
                Some(error) => (RulingOutcome::Held, Some(format!("the market refused the last step: {error}"))),
            };
            return (ruling, None);
        }
        if lease.settled_at + lease.claim_window < run.head.time {
            ruling.bound = Some("the lease has to be settled before it can step".to_owned());
            return (ruling, None);
        }
        let since_step = run.head.time.saturating_sub(lease.since) as f64;
        let by = |proof| grant(limits, present, ruling.wish, since_step, By::Proof(proof));
        let proven = ruling.evidence.as_ref().map(|evidence| by(evidence.utilization.into()));
        let metered =
            autoscaler.recent(snapshot).utilization.map(|utilization| by((utilization * 10_000.0).round() as u32));
        if self.is_worth_proving(&ruling, limits, autoscaler, proven.as_ref(), metered.as_ref()) {
            let shown = metered.map_or(present, |metered| metered.replicas);
            ruling.outcome = RulingOutcome::Proving;
            ruling.bound = Some(format!("the meters justify {shown}; a proof of it is asked for"));
            return (ruling, None);
        }
        let Some(granted) = proven else {
            ruling.bound = Some("no statement of the time since the last step is proven yet".to_owned());
            return (ruling, None);
        };
        (ruling.granted, ruling.bound) = (granted.replicas, granted.bound);
        if ruling.granted == present {
            return (ruling, None);
        }
        let step = statement.and_then(|(proof, statement)| self.step(lease, proof, statement, ruling.granted));
        if step.is_some() {
            ruling.outcome = RulingOutcome::Stepping;
        }
        (ruling, step)
    }

    /// Whether, by the meters, an early statement would be granted more than the newest one. Gives up after a few roots.
    fn is_worth_proving(
        &self,
        ruling: &Ruling,
        limits: &Bounds,
        autoscaler: &LeaseAutoscaler,
        proven: Option<&Granted>,
        metered: Option<&Granted>,
    ) -> bool {
        if ruling.wish <= ruling.present {
            return false; // scaling in can wait for the end of the epoch
        }
        // The first root may still cover the time before the demand rose; the ones after it cannot.
        let patience_ms = (3 * u64::from(self.parameters.rootSpacing) + UNDER_WAY) * 1000;
        if autoscaler.proving_since_ms.is_some_and(|since| ruling.at_ms.saturating_sub(since) > patience_ms) {
            return false;
        }
        let proven = proven.map_or(ruling.present, |granted| granted.replicas);
        let from_zero = ruling.present == 0 && limits.headroom > 0 && ruling.evidence.is_none();
        from_zero || metered.is_some_and(|metered| metered.replicas > proven)
    }

    /// Whether the contract accepts a step by this statement: it is newer than the last step, and not too old.
    fn is_fresh(&self, lease: &Lease, statement: &EpochStatement, now: u64) -> bool {
        let time = u64::from(statement.statement.time);
        time > lease.since && time + 2 * u64::from(self.parameters.epochLength) >= now + UNDER_WAY
    }

    fn step(&self, lease: &Lease, proof: &ProvenEpoch, statement: &EpochStatement, replicas: u32) -> Option<Intent> {
        let step = Step {
            currency: lease.terms.currency,
            replicas: u16::try_from(replicas).ok()?,
            claim: solidity::claim(self.chain_id, self.market, &lease.terms, &statement.statement),
            path: proof.tree.path(lease.id)?,
        };
        Some(Intent {
            key: IntentKey::Scale { lease: lease.id, epoch: proof.epoch },
            to: self.market,
            data: Market::scaleByProofCall { step }.abi_encode().into(),
            value: U256::ZERO,
        })
    }

    /// The newest closed epoch, if its root is on chain or sent.
    async fn proven_epoch(&self, known: Option<Arc<ProvenEpoch>>) -> anyhow::Result<Option<Arc<ProvenEpoch>>> {
        let Some(epoch) = self.store.newest_epoch().await? else { return Ok(None) };
        let Some(closed) = self.store.epoch(epoch).await? else { return Ok(None) };
        let posted = match self.store.root(self.provider, epoch).await? {
            Some(posted) if posted.root == closed.root => true,
            Some(_) => return Ok(None),
            None => {
                let intent = self.store.intent(IntentKey::Root { epoch }).await?;
                let sent = |row: &IntentRow| matches!(row.state, IntentState::Sent | IntentState::Mined);
                if !intent.is_some_and(|row| sent(&row) && row.error.is_none()) {
                    return Ok(None);
                }
                false
            }
        };
        let same = |known: &Arc<ProvenEpoch>| (known.epoch, known.root, known.posted) == (epoch, closed.root, posted);
        if let Some(known) = known.filter(same) {
            return Ok(Some(known));
        }
        let tree = self.store.epoch_tree(epoch).await?;
        Ok(Some(Arc::new(ProvenEpoch { epoch, root: closed.root, posted, tree })))
    }

    /// By lease: the step that the chain stage has not read yet, or the one that was refused a moment ago.
    async fn steps(&self, head: &BlockRef, now_ms: u64) -> anyhow::Result<BTreeMap<B256, IntentRow>> {
        let mut steps = BTreeMap::new();
        for row in self.store.recent_intents(IntentKind::Scale, now_ms.saturating_sub(REFUSED_MS)).await? {
            let read = row.block.is_some_and(|(block, _)| block <= head.number);
            if row.error.is_none() && (read || row.state == IntentState::Final) {
                continue;
            }
            let IntentKey::Scale { lease, .. } = row.intent.key else { continue };
            steps.insert(lease, row);
        }
        Ok(steps)
    }
}

fn name(outcome: RulingOutcome) -> &'static str {
    match outcome {
        RulingOutcome::Steady => "steady",
        RulingOutcome::Held => "held",
        RulingOutcome::Proving => "proving",
        RulingOutcome::Stepping => "stepping",
    }
}

/// The autoscaler of that name. The manifest's parser refuses unknown names.
fn policy(name: &str, learn: bool) -> anyhow::Result<Box<dyn Autoscaler>> {
    catalog::find(name)?.alone(learn).with_context(|| format!("{name} would have to know the future"))
}

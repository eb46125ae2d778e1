//! scale: capacity that follows demand, and never beyond what proof justifies.
//!
//! Each lease has a policy, which its manifest names. Every period, or as soon as more comes in than can be served, the
//! policy sees what the meters and the gateway counted and wishes a number of replicas. The wish is cut to what the contract
//! would grant by the newest statement ([`shield::grant`]); what is left is a step, sent with that statement as its proof.
//!
//! # When the meters know more than the proof
//!
//! A statement tells of the time since the statement before, and comes once an epoch. When the meters already show a demand
//! that it does not, the ruling is `proving`: the proof stage closes the epoch early, as often as the contract lets it,
//! until a statement shows it too. This is asked for only where such a statement would be granted more, so that no wish costs
//! a root in vain. A step is sent right behind the root that it leans on, for the same block: settlement keeps their order.
//!
//! # What is written
//!
//! Each ruling, with all that it came from: `tidemark explain` and the API tell it. A policy's memory is in the process; the
//! demand that it saw is kept, and shown to it again after a restart.

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
use solidity::{Market, Parameters, Step, tree::Tree};
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
    intent::{Intent, IntentKey, IntentKind},
    manifest::Manifest,
};
use ports::{clock::Clock, demand::DemandSource};
use store::{
    BlockRef, IntentRow, IntentState, LeaseFilter, StatementRow, Store, container,
    scale::{Evidence, Ruling, RulingOutcome},
};

/// How long a refused step keeps the next from being tried, in milliseconds.
const REFUSED_MS: u64 = 15_000;
/// The closest spacing of the demand that is kept, in milliseconds.
const KEEP_MS: u64 = 15_000;
const THIN_EVERY_MS: u64 = 600_000;
/// Seconds of the chain between a decision and its step in a block, for which money and statements have to last.
const UNDER_WAY: u64 = 5;

pub struct ScaleStage {
    pub store: Arc<Store>,
    /// None where no gateway counts requests.
    pub demand: Option<Arc<dyn DemandSource>>,
    pub clock: Arc<dyn Clock>,
    pub provider: Address,
    pub market: Address,
    pub chain_id: u64,
    pub parameters: Parameters,
    /// Between two decisions about a lease.
    pub every: Duration,
    /// The proof stage's: an early proof is wanted.
    pub proof: Wakeup,
    /// Settlement's: an intent waits.
    pub next: Wakeup,
    pub cache: Mutex<ScaleCache>,
}

/// What is kept between two runs to make the next cheap; all of it can be had again.
#[derive(Default)]
pub struct ScaleCache {
    autoscalers: HashMap<B256, LeaseAutoscaler>,
    proof: Option<Arc<ProvenEpoch>>,
    thinned_at_ms: u64,
}

/// The newest epoch, its root on chain or sent.
struct ProvenEpoch {
    epoch: u64,
    root: B256,
    posted: bool,
    statements: HashMap<B256, StatementRow>,
    tree: Option<Tree>,
}

/// What all leases of a run share.
struct ScaleRun {
    head: BlockRef,
    now_ms: u64,
    proof: Option<Arc<ProvenEpoch>>,
    /// Steps that are not read back from the chain yet, and such that were refused of late.
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
        let proof = self.proof(cache.proof.take()).await?;
        cache.proof.clone_from(&proof);
        let run = ScaleRun { head, now_ms, proof, steps: self.steps(&head, now_ms).await? };
        let filter = LeaseFilter { open_only: true, ..LeaseFilter::of_provider(self.provider) };
        let leases = self.store.leases(filter).await?;
        cache.autoscalers.retain(|id, _| leases.iter().any(|row| row.lease.id == *id));
        for row in &leases {
            if row.lease.status(head.time) != Status::Active {
                // Or the proof stage would go on to post roots early for what nobody rules any more.
                self.store.clear_early_proof(row.lease.id).await?;
                continue;
            }
            // A lease that cannot be ruled keeps nobody else from it; the database's failures are everybody's.
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
    /// Looks at one lease. None when there is nothing to rule about it.
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
                anyhow::bail!("its policy panicked; it begins anew");
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
                tracing::info!(lease = %lease.id, from = present, to = granted, reason, "a step is wanted");
                autoscaler.rising = (granted > present).then_some((run.now_ms, granted));
                autoscaler.proving_since_ms = None;
                autoscaler.ahead = run.proof.as_ref().filter(|proof| !proof.posted).map(|proof| proof.epoch);
                self.next.notify();
            }
            _ => autoscaler.proving_since_ms = None,
        }
        Ok(Some(ruling.outcome))
    }

    /// A policy for a lease whose manifest is here.
    async fn load_autoscaler(&self, lease: &Lease) -> anyhow::Result<Option<LeaseAutoscaler>> {
        let Some(bytes) = self.store.manifest(lease.id).await? else { return Ok(None) };
        if keccak256(&bytes) != lease.terms.manifestHash {
            return Ok(None); // the container stage says so
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

    /// What comes of a wish, and the step if one is to be sent.
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
        let statement = run.proof.as_ref().and_then(|proof| Some((proof, proof.statements.get(&lease.id)?)));
        let statement = statement.filter(|(_, statement)| self.is_fresh(lease, statement, run.head.time));
        let evidence = statement.map(|(proof, statement)| Evidence {
            epoch: proof.epoch,
            time: statement.usage.time.into(),
            utilization: statement.usage.utilization,
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
        // A node that judges a step by the newest block refuses it before its root is there.
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

    /// Whether an early statement would be granted more than the newest one: so say the meters, for not too long.
    fn is_worth_proving(
        &self,
        ruling: &Ruling,
        limits: &Bounds,
        autoscaler: &LeaseAutoscaler,
        proven: Option<&Granted>,
        metered: Option<&Granted>,
    ) -> bool {
        if ruling.wish <= ruling.present {
            return false; // what is too much can wait for the epoch's end
        }
        // One statement may still tell of the time before; the next one cannot.
        let patience_ms = (3 * u64::from(self.parameters.rootSpacing) + UNDER_WAY) * 1000;
        if autoscaler.proving_since_ms.is_some_and(|since| ruling.at_ms.saturating_sub(since) > patience_ms) {
            return false;
        }
        let proven = proven.map_or(ruling.present, |granted| granted.replicas);
        let from_zero = ruling.present == 0 && limits.headroom > 0 && ruling.evidence.is_none();
        from_zero || metered.is_some_and(|metered| metered.replicas > proven)
    }

    /// Whether the contract takes a step by a statement: it tells of the time since the last step, and is not old.
    fn is_fresh(&self, lease: &Lease, statement: &StatementRow, now: u64) -> bool {
        let time = u64::from(statement.usage.time);
        time > lease.since && time + 2 * u64::from(self.parameters.epochLength) >= now + UNDER_WAY
    }

    fn step(&self, lease: &Lease, proof: &ProvenEpoch, statement: &StatementRow, replicas: u32) -> Option<Intent> {
        let step = Step {
            currency: lease.terms.currency,
            replicas: u16::try_from(replicas).ok()?,
            claim: solidity::claim(self.chain_id, self.market, &lease.terms, &statement.usage),
            path: proof.tree.as_ref()?.path(statement.leaf)?,
        };
        Some(Intent {
            key: IntentKey::Scale { lease: lease.id, epoch: proof.epoch },
            to: self.market,
            data: Market::scaleByProofCall { step }.abi_encode().into(),
            value: U256::ZERO,
        })
    }

    /// The newest epoch that was closed here, once its root is on chain or sent.
    async fn proof(&self, known: Option<Arc<ProvenEpoch>>) -> anyhow::Result<Option<Arc<ProvenEpoch>>> {
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
        let statements = self.store.statements(epoch).await?;
        let tree = Tree::new(statements.iter().map(|statement| statement.leaf).collect());
        let statements = statements.into_iter().map(|statement| (statement.lease, statement)).collect();
        Ok(Some(Arc::new(ProvenEpoch { epoch, root: closed.root, posted, statements, tree })))
    }

    /// By lease: the step whose effect the chain stage has not read yet, or the one that was refused a moment ago.
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

/// The policy of a name that a manifest may use; the manifest's reader refuses others.
fn policy(name: &str, learn: bool) -> anyhow::Result<Box<dyn Autoscaler>> {
    catalog::find(name)?.alone(learn).with_context(|| format!("{name} would have to know the future"))
}

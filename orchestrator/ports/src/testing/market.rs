//! The market contract as far as the stages send to it: each verb's checks that a stage meets, and the events that it
//! emits. Its state is the chain's logs, so a reorg needs no undoing here.

use std::collections::BTreeMap;

use alloy::{
    primitives::{Address, B256, Bytes, LogData, U256},
    sol_types::{SolCall, SolEvent, SolEventInterface},
};
use lease::accrual;
use solidity::{
    Market::{
        self, BidPlaced, BidReleased, LeaseClosed, LeaseScaled, MarketEvents, RootPosted, Settled, bidCall, closeCall,
        parametersCall, postRootCall, releaseBidCall, scaleByProofCall, settleBatchCall,
    },
    Parameters, bid_id, claim_id, lease_id, order_id,
};

/// A contract's revert, as the port reports it: `RootTooSoon(until: 1700000000)`.
pub(super) type Revert = String;

#[derive(Debug)]
pub(super) struct FakeMarket {
    pub(super) chain_id: u64,
    pub(super) address: Address,
    pub(super) parameters: Parameters,
    /// By selector: verbs that revert, with the reason.
    refusals: BTreeMap<[u8; 4], Revert>,
    /// By selector: what view functions return.
    views: BTreeMap<[u8; 4], Bytes>,
}

/// The logs so far, each with the time of its block.
pub(super) type LogHistory = Vec<(u64, LogData)>;

impl FakeMarket {
    pub(super) fn new(chain_id: u64, address: Address, parameters: Parameters) -> Self {
        let views =
            BTreeMap::from([(parametersCall::SELECTOR, parametersCall::abi_encode_returns(&parameters).into())]);
        Self { chain_id, address, parameters, refusals: BTreeMap::new(), views }
    }

    pub(super) fn refuse(&mut self, selector: [u8; 4], reason: &str) {
        self.refusals.insert(selector, reason.to_owned());
    }

    pub(super) fn accept(&mut self, selector: [u8; 4]) {
        self.refusals.remove(&selector);
    }

    pub(super) fn answer(&mut self, selector: [u8; 4], answer: Bytes) {
        self.views.insert(selector, answer);
    }

    /// What a view function returns; none when a test has not scripted it.
    pub(super) fn view(&self, data: &Bytes) -> Option<Bytes> {
        self.views.get(data.get(..4)?).cloned()
    }

    /// Whether the call is one that changes state.
    pub(super) fn is_verb(data: &Bytes) -> bool {
        let verbs = [
            postRootCall::SELECTOR,
            scaleByProofCall::SELECTOR,
            settleBatchCall::SELECTOR,
            closeCall::SELECTOR,
            bidCall::SELECTOR,
            releaseBidCall::SELECTOR,
        ];
        data.get(..4).is_some_and(|selector| verbs.iter().any(|verb| verb == selector))
    }

    /// The logs that a call by `sender` in a block of `time` emits.
    pub(super) fn execute(
        &self,
        history: &LogHistory,
        sender: Address,
        data: &Bytes,
        time: u64,
    ) -> Result<Vec<LogData>, Revert> {
        let selector = data.get(..4).unwrap_or_default();
        if let Some((_, reason)) = self.refusals.iter().find(|(refused, _)| *refused == selector) {
            return Err(reason.clone());
        }
        if let Ok(call) = postRootCall::abi_decode(data) {
            return self.post_root(history, sender, &call, time);
        }
        if let Ok(Market::scaleByProofCall { step }) = scaleByProofCall::abi_decode(data) {
            let claim = &step.claim;
            let lease = claim_id(sender, step.currency, claim.orderHash, &claim.rates);
            return Ok(vec![LeaseScaled { lease, replicas: step.replicas }.encode_log_data()]);
        }
        if let Ok(call) = settleBatchCall::abi_decode(data) {
            return self.settle(history, &call, time);
        }
        if let Ok(Market::closeCall { terms }) = closeCall::abi_decode(data) {
            let lease = lease_id(self.chain_id, self.address, &terms);
            return Ok(vec![LeaseClosed { lease, by: sender }.encode_log_data()]);
        }
        if let Ok(Market::bidCall { order, terms, .. }) = bidCall::abi_decode(data) {
            let order = order_id(self.chain_id, self.address, &order);
            let placed = BidPlaced { order, bid: bid_id(order, &terms), provider: sender, terms };
            return Ok(vec![placed.encode_log_data()]);
        }
        if let Ok(Market::releaseBidCall { order, terms }) = releaseBidCall::abi_decode(data) {
            let order = order_id(self.chain_id, self.address, &order);
            let released = BidReleased { order, bid: bid_id(order, &terms), provider: sender };
            return Ok(vec![released.encode_log_data()]);
        }
        Ok(Vec::new())
    }

    fn post_root(
        &self,
        history: &LogHistory,
        sender: Address,
        call: &postRootCall,
        time: u64,
    ) -> Result<Vec<LogData>, Revert> {
        let roots = roots(history, sender);
        let newest = roots.last_key_value();
        let expected = newest.map_or(1, |(epoch, _)| epoch + 1);
        let epoch: u64 = call.epoch.saturating_to();
        if epoch != expected {
            return Err(format!("WrongEpoch(epoch: {epoch}, expected: {expected})"));
        }
        let until = newest.map_or(0, |(_, posted_at)| posted_at + u64::from(self.parameters.rootSpacing));
        if time < until {
            return Err(format!("RootTooSoon(until: {until})"));
        }
        Ok(vec![RootPosted { provider: sender, epoch: call.epoch, root: call.root }.encode_log_data()])
    }

    /// Pays the growth of each statement's price. The path is not verified; balances are not enforced.
    fn settle(&self, history: &LogHistory, call: &settleBatchCall, time: u64) -> Result<Vec<LogData>, Revert> {
        let epoch: u64 = call.epoch.saturating_to();
        let Some(posted_at) = roots(history, call.provider).get(&epoch).copied() else {
            return Err(format!("RootUnknown(epoch: {epoch})"));
        };
        let until = posted_at + u64::from(self.parameters.challengeWindow);
        if time < until {
            return Err(format!("RootImmature(until: {until})"));
        }
        let settled = call.claims.iter().map(|claim| {
            let lease = claim_id(call.provider, call.currency, claim.orderHash, &claim.rates);
            let amount = accrual::price(&claim.rates, &claim.statement).saturating_sub(paid(history, lease));
            let time = U256::from(claim.statement.time);
            Settled { lease, provider: call.provider, time, amount }.encode_log_data()
        });
        Ok(settled.collect())
    }
}

/// A provider's epochs on chain, and when each root was posted.
fn roots(history: &LogHistory, provider: Address) -> BTreeMap<u64, u64> {
    let mut roots = BTreeMap::new();
    for (time, log) in history {
        if let Ok(MarketEvents::RootPosted(posted)) = MarketEvents::decode_raw_log(log.topics(), &log.data)
            && posted.provider == provider
        {
            roots.insert(posted.epoch.saturating_to(), *time);
        }
    }
    roots
}

/// What was settled for a lease so far.
fn paid(history: &LogHistory, lease: B256) -> U256 {
    let settled = history.iter().filter_map(|(_, log)| match MarketEvents::decode_raw_log(log.topics(), &log.data) {
        Ok(MarketEvents::Settled(settled)) if settled.lease == lease => Some(settled.amount),
        _ => None,
    });
    settled.sum()
}

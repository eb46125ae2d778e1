//! clearing: answers orders with bids, and releases the bids that lost.
//!
//! *Wakes*: every second, and at every new block.
//! *Owns*: `decisions`, `reservations`, `inventory`; prepares the intents `bid:…` and `release_bid:…`, and fails a prepared
//! `bid:…` that it withdraws.
//! *Notifies*: settlement, when an intent is prepared.
//!
//! # Theory of operation
//!
//! A run visits the orders that are open or whose last decision is not settled. For each, a pure function
//! (`clearing::next`) returns one action: answer, withdraw, release, wait, rest. Answering an order means to screen it,
//! price it, and write either a bid or the reason why there is none; the API shows that reason.
//!
//! Two phases keep capacity from being sold twice. The reservation is written in the same transaction as the decision and
//! the intent of the bid's transaction. It is deleted once the chain stage has read the bid, which then holds the capacity
//! on chain, or once the bid can no longer be mined. So at any time
//!
//! > inventory = registered capacity − held on chain − own reservations
//!
//! Nothing new is decided while the head is stale: an answer to an old state of the chain binds the provider.
//!
//! # Prices
//!
//! The newest open offer in the order's currency, applied to the order's shape, plus the provider's margin; or the answer
//! of the provider's own program (`ports::pricer`). Either is screened with the same rules as the contract's.
//!
//! # When the process dies
//!
//! BidDecision, reservation and intent are one transaction, so the next run finds either none or all of them. The intent's key
//! is derived from the order, so an order gets one bid, and another only after the first is known to have had no effect. A
//! bid that the chain shows and the database does not know (a new database) is adopted instead of bidding again.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use alloy::{
    primitives::{Address, U256},
    sol_types::SolCall,
};
use futures::{StreamExt, stream};
use solidity::{
    Bid,
    Market::{bidCall, capacityOfCall, intakeOpenCall, releaseBidCall},
    Parameters, Rates, bid_id,
};

use driver::{Counts, Stage, Wakeup};
use lease::{
    accrual,
    auction::Auction,
    clearing::{self, BidAction, BidBounds, BidDecision, BidStatus, Wish},
    intent::{Intent, IntentKey},
    screen::{self, Amounts, Seller},
};
use ports::ethereum::{Call, Ethereum};
use ports::{
    clock::Clock,
    pricer::{Pricer, PricerQuestion},
};
use store::{AnswerRow, BlockRef, IntentState, Inventory, Offer, Store};

/// Pricing programs that run at a time.
const PRICERS: usize = 4;

/// How many blocks the node may be ahead of the cursor before the head counts as stale.
const BEHIND: u64 = 3;

/// Settings of the clearing stage.
#[derive(Debug, Clone, Copy)]
pub struct ClearingSettings {
    /// Draining: place no new bids.
    pub drain: bool,
    /// Added to the price list, in percent.
    pub margin: u16,
    /// How long a bid is valid; by default as long as its order can be accepted.
    pub hold: Option<Duration>,
    /// How long a lost bid is kept, so that its tenant can move a lease to it.
    pub standby: Duration,
    /// Age of the newest block from which on nothing new is decided.
    pub stale_after: Duration,
}

impl Default for ClearingSettings {
    fn default() -> Self {
        let (hold, standby, stale_after) = (None, Duration::ZERO, Duration::from_secs(120));
        Self { drain: false, margin: 0, hold, standby, stale_after }
    }
}

pub struct ClearingStage {
    pub store: Arc<Store>,
    pub ethereum: Arc<dyn Ethereum>,
    pub clock: Arc<dyn Clock>,
    /// Prices orders instead of the price list.
    pub pricer: Option<Arc<dyn Pricer>>,
    pub provider: Address,
    pub market: Address,
    pub parameters: Parameters,
    pub settings: ClearingSettings,
    /// Settlement's, notified when an intent is prepared.
    pub next: Wakeup,
    /// Whether this process has searched the chain for bids that its database does not know.
    pub adopted: AtomicBool,
}

#[async_trait::async_trait]
impl Stage for ClearingStage {
    fn name(&self) -> &'static str {
        "clearing"
    }

    fn period(&self) -> Duration {
        Duration::from_secs(1)
    }

    async fn run(&self) -> anyhow::Result<Counts> {
        let mut counts = Counts::new();
        let Some(head) = self.store.head().await? else { return Ok(counts) };
        let mut unanswered = Vec::new();
        for row in self.store.unsettled_orders(head.time).await? {
            if self.act_on(&row, head, &mut counts).await? == BidAction::Answer {
                unanswered.push(row.order.auction);
            }
        }
        // Read after the orders: a bid whose reservation was just deleted is counted as held on chain.
        let seller = self.available_capacity(&mut counts).await?;
        if self.is_stale(head).await? {
            add(&mut counts, "stale");
            return Ok(counts);
        }
        if !self.adopted.load(Ordering::Relaxed) {
            self.adopt(&mut counts).await?;
            self.adopted.store(true, Ordering::Relaxed);
        }
        if !unanswered.is_empty() {
            self.answer(unanswered, seller, head, &mut counts).await?;
        }
        Ok(counts)
    }
}

impl ClearingStage {
    /// Carries out the next action for an order, except for an answer, which is left to the caller.
    async fn act_on(&self, row: &AnswerRow, head: BlockRef, counts: &mut Counts) -> anyhow::Result<BidAction> {
        let id = row.order.auction.id;
        let auction = (!row.order.reverted).then_some(&row.order.auction);
        if self.adopt_from(row, counts).await? {
            return Ok(BidAction::Wait);
        }
        let decision = row.decision.as_ref();
        let wish = match decision {
            Some(BidDecision::Bid { .. }) => self.wish(IntentKey::Bid { order: id }, head).await?,
            _ => None,
        };
        let standing = clearing::standing(auction, decision, wish.as_ref());
        let bounds = BidBounds { drain: self.settings.drain, standby: self.settings.standby.as_secs() };
        let idle_ms = self.clock.now_ms().saturating_sub(row.decided_at_ms);
        let action = clearing::next(&standing, auction, decision, wish.as_ref(), (head.time, idle_ms), bounds);
        match action {
            BidAction::Answer | BidAction::Wait => {}
            BidAction::Withdraw => {
                let why = if bounds.drain { "the provider drains" } else { "the order takes no bids any more" };
                self.store.fail_intent(IntentKey::Bid { order: id }, why, self.clock.now_ms()).await?;
                add(counts, "withdrawn");
            }
            BidAction::Hold => {}
            BidAction::Release => self.release(auction, decision, head, counts).await?,
            BidAction::Rest => self.store.settle_order(id, row.order.generation).await?,
        }
        let ended = !matches!(standing, BidStatus::Bidding);
        if row.reserved && ended {
            self.store.free_reservation(id).await?;
            add(counts, "freed");
        }
        Ok(action)
    }

    /// Once per process, when the cursor is at the head: adopts own bids on any order that the database does not know.
    async fn adopt(&self, counts: &mut Counts) -> anyhow::Result<()> {
        for row in self.store.orders(None, false).await? {
            self.adopt_from(&row, counts).await?;
        }
        Ok(())
    }

    /// Adopts an own bid that the chain shows and the database does not know; true when there was one. Bidding again would
    /// place a second bid.
    async fn adopt_from(&self, row: &AnswerRow, counts: &mut Counts) -> anyhow::Result<bool> {
        let auction = &row.order.auction;
        let known = row.order.reverted || matches!(row.decision, Some(BidDecision::Bid { .. }));
        let Some((id, bid)) = auction.bid_of(self.provider).filter(|_| !known) else { return Ok(false) };
        tracing::warn!(order = %auction.id, bid = %id, "the chain has an own bid that the database does not know: it is adopted");
        self.store.adopt_bid(auction.id, id, bid, self.clock.now_ms()).await?;
        add(counts, "adopted");
        Ok(true)
    }

    /// The state of an intent at the blocks that were read; `None` for one that was never prepared.
    async fn wish(&self, key: IntentKey, head: BlockRef) -> anyhow::Result<Option<Wish>> {
        let Some(row) = self.store.intent(key).await? else { return Ok(None) };
        let read = row.block.is_some_and(|(number, _)| number <= head.number);
        Ok(Some(match row.state {
            IntentState::Prepared => Wish::Prepared,
            IntentState::Final if read => Wish::Done,
            IntentState::Sent | IntentState::Mined | IntentState::Final => Wish::Sent,
            IntentState::Failed => Wish::Failed(row.error.unwrap_or_else(|| "it was refused".to_owned())),
        }))
    }

    async fn release(
        &self,
        auction: Option<&Auction>,
        decision: Option<&BidDecision>,
        head: BlockRef,
        counts: &mut Counts,
    ) -> anyhow::Result<()> {
        let (Some(auction), Some(BidDecision::Bid { id, bid })) = (auction, decision) else { return Ok(()) };
        let key = IntentKey::ReleaseBid { bid: *id };
        if matches!(self.wish(key, head).await?, Some(Wish::Prepared | Wish::Sent | Wish::Done)) {
            return Ok(());
        }
        let call = releaseBidCall { order: auction.terms.clone(), terms: bid.clone() };
        let data = call.abi_encode().into();
        let intent = Intent { key, to: self.market, data, value: U256::ZERO };
        self.store.prepare(&intent, self.clock.now_ms()).await?;
        tracing::info!(order = %auction.id, "the bid did not win; releasing it");
        add(counts, "released");
        self.next.notify();
        Ok(())
    }

    /// The contract's capacity of this provider at the cursor, less the own reservations.
    async fn available_capacity(&self, counts: &mut Counts) -> anyhow::Result<Seller> {
        let Some(head) = self.store.head().await? else { return Ok(Seller::default()) };
        let known = self.store.inventory().await?.filter(|known| known.block == head.number);
        let inventory = match known {
            Some(known) => known,
            None => {
                let capacity = self.ask(&capacityOfCall { provider: self.provider }, head).await?;
                let intake_open = self.ask(&intakeOpenCall {}, head).await?;
                let inventory = Inventory { block: head.number, capacity, intake_open };
                self.store.set_inventory(&inventory).await?;
                add(counts, "stock");
                inventory
            }
        };
        let registered = self.store.provider(self.provider).await?;
        Ok(inventory.seller(self.provider, registered.as_ref(), self.store.reserved().await?))
    }

    async fn ask<C: SolCall>(&self, call: &C, head: BlockRef) -> anyhow::Result<C::Return> {
        let call = Call { to: self.market, data: call.abi_encode().into(), value: U256::ZERO };
        Ok(C::abi_decode_returns(&self.ethereum.call(&call, Some(head.number)).await?)?)
    }

    /// Whether the cursor is too far behind the node, or the node's newest block too old, to decide anything.
    async fn is_stale(&self, head: BlockRef) -> anyhow::Result<bool> {
        let tip = self.ethereum.head().await?;
        let now = self.clock.now_ms() / 1000;
        Ok(tip.number > head.number + BEHIND || now > tip.time + self.settings.stale_after.as_secs())
    }

    /// Prices all orders concurrently, then decides one after the other, each on the capacity that is left.
    async fn answer(
        &self,
        orders: Vec<Auction>,
        mut seller: Seller,
        head: BlockRef,
        counts: &mut Counts,
    ) -> anyhow::Result<()> {
        let offers = self.store.offers().await?;
        let pricing: Vec<_> = orders.iter().map(|auction| self.price(auction, &offers, &seller, head)).collect();
        let priced: Vec<_> = stream::iter(pricing).buffered(PRICERS).collect().await;
        for (auction, rates) in orders.iter().zip(priced) {
            let held = Amounts::of(&auction.terms.order.shape, auction.terms.order.policy.maxReplicas);
            match rates.and_then(|rates| self.bid(auction, rates, &seller, head)) {
                Ok(bid) if self.place_bid(auction, &bid, held).await? => {
                    seller.held = seller.held.plus(held);
                    add(counts, "bids");
                    self.next.notify();
                }
                Ok(_) => add(counts, "wanted"),
                Err(reason) => self.decline(auction, &reason, counts).await?,
            }
        }
        Ok(())
    }

    /// The rates to bid, or the reason for not bidding at any price.
    async fn price(
        &self,
        auction: &Auction,
        offers: &[Offer],
        seller: &Seller,
        head: BlockRef,
    ) -> Result<Rates, String> {
        if self.settings.drain {
            return Err("the provider takes no new leases: it drains before maintenance".to_owned());
        }
        let reasons = screen::any_bid(auction, seller, head.time);
        if !reasons.is_empty() {
            return Err(screen::listed(&reasons));
        }
        let currency = auction.terms.currency;
        let own =
            offers.iter().filter(|offer| offer.open && offer.provider == self.provider && offer.currency == currency);
        let listed = own.max_by_key(|offer| offer.id);
        let listed = listed.map(|offer| accrual::rates(&offer.prices, &auction.terms.order.shape));
        let listed = listed.map(|rates| clearing::with_margin(&rates, self.settings.margin));
        match &self.pricer {
            None => listed.ok_or_else(|| format!("the provider has no open offer in currency {currency}: list one")),
            Some(pricer) => {
                let question = PricerQuestion::new(auction, listed.as_ref(), seller, head.time);
                pricer.price(&question).await.map_err(|error| error.to_string())
            }
        }
    }

    /// The bid at these rates, or all reasons why the contract would refuse it.
    fn bid(&self, auction: &Auction, rates: Rates, seller: &Seller, head: BlockRef) -> Result<Bid, String> {
        let hold = self.settings.hold.map(|hold| hold.as_secs());
        let bid = Bid { provider: self.provider, rates, expiry: clearing::expiry(&auction.terms, head.time, hold) };
        let reasons = screen::bid(auction, &bid, seller, head.time, self.parameters.noticePeriod);
        if reasons.is_empty() { Ok(bid) } else { Err(screen::listed(&reasons)) }
    }

    async fn place_bid(&self, auction: &Auction, bid: &Bid, held: Amounts) -> anyhow::Result<bool> {
        let displaced = auction.displaced().cloned().unwrap_or_default();
        let call = bidCall { order: auction.terms.clone(), terms: bid.clone(), displaced };
        let intent = Intent {
            key: IntentKey::Bid { order: auction.id },
            to: self.market,
            data: call.abi_encode().into(),
            value: U256::from(self.parameters.bidDeposit),
        };
        let id = bid_id(auction.id, bid);
        let new = self.store.want_bid(auction.id, id, bid, held, &intent, self.clock.now_ms()).await?;
        if new {
            tracing::info!(order = %auction.id, bid = %id, reserved = %bid.rates.reserved, "bidding");
        }
        Ok(new)
    }

    async fn decline(&self, auction: &Auction, reason: &str, counts: &mut Counts) -> anyhow::Result<()> {
        add(counts, "declined");
        tracing::debug!(order = %auction.id, reason, "no bid");
        self.store.decline(auction.id, reason, self.clock.now_ms()).await?;
        Ok(())
    }
}

fn add(counts: &mut Counts, what: &'static str) {
    *counts.entry(what).or_default() += 1;
}

//! clearing: answers orders. For each that is open: screen it, price it, reserve inventory and bid, or say why not; and take
//! back what lost or expired.
//!
//! What to do about an order is one pure decision ([`clearing::next`]); here it is carried out. Two phases keep capacity
//! from being sold twice. A reservation is written together with the decision and the intent of the bid's transaction, in
//! one database transaction; it ends when the chain stage has read the bid, which then holds capacity on chain, or when the
//! bid can no longer come. So
//!
//! > inventory = registered capacity − held on chain − own reservations
//!
//! and a process that dies between any two lines finds either no decision or all of it. The intent's key is the order's, so
//! there is one bid on an order unless that one is known to have had no effect. Nothing is decided while the chain's head
//! is stale, because an answer to yesterday's order binds tomorrow.
//!
//! # Prices
//!
//! The newest open offer in the order's currency, applied to its shape, with the provider's margin; or whatever the
//! provider's own program says ([`pricer`]). Either is screened as the contract will do it.

use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

use alloy::{
    primitives::{Address, B256, U256},
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

/// Programs that price at once.
const PRICERS: usize = 4;

/// Blocks by which the node may be ahead of what was read.
const BEHIND: u64 = 3;

/// What may be set about answering orders.
#[derive(Debug, Clone, Copy)]
pub struct ClearingSettings {
    /// No new bids.
    pub drain: bool,
    /// What bids ask beyond the price list, in percent.
    pub margin: u16,
    /// How long a bid holds; as long as its order can be accepted unless told otherwise.
    pub hold: Option<Duration>,
    /// How long a lost bid stays, so that its tenant can move a lease to it.
    pub standby: Duration,
    /// The age of the newest block from which on nothing new is decided.
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
    /// Who prices instead of the price list.
    pub pricer: Option<Arc<dyn Pricer>>,
    pub provider: Address,
    pub market: Address,
    pub parameters: Parameters,
    pub settings: ClearingSettings,
    /// Settlement's: an intent waits.
    pub next: Wakeup,
    /// Whether this process has looked for bids that its database does not remember.
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
            if self.tend(&row, head, &mut counts).await? == BidAction::Answer {
                unanswered.push(row.order.auction);
            }
        }
        // Asked for after the orders were read, so that a bid whose reservation has gone is held here.
        let seller = self.take_stock(&mut counts).await?;
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
    /// Carries out everything about an order but an answer.
    async fn tend(&self, row: &AnswerRow, head: BlockRef, counts: &mut Counts) -> anyhow::Result<BidAction> {
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

    /// Once, when all of the chain is read: bids that the chain shows of ours on any order, though this database is new.
    async fn adopt(&self, counts: &mut Counts) -> anyhow::Result<()> {
        for row in self.store.orders(None, false).await? {
            self.adopt_from(&row, counts).await?;
        }
        Ok(())
    }

    /// Whether the chain shows a bid of ours on the order that nobody remembers. It is ours all the same: another would be
    /// a second one.
    async fn adopt_from(&self, row: &AnswerRow, counts: &mut Counts) -> anyhow::Result<bool> {
        let auction = &row.order.auction;
        let known = row.order.reverted || matches!(row.decision, Some(BidDecision::Bid { .. }));
        let Some((id, bid)) = auction.bid_of(self.provider).filter(|_| !known) else { return Ok(false) };
        tracing::warn!(order = %auction.id, bid = %id, "the chain shows a bid of ours that this database does not remember");
        self.store.adopt_bid(auction.id, id, bid, self.clock.now_ms()).await?;
        add(counts, "adopted");
        Ok(true)
    }

    /// What became of an intent, as far as the blocks that were read say.
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
        tracing::info!(order = %auction.id, "the bid did not win; taking it back");
        add(counts, "released");
        self.next.notify();
        Ok(())
    }

    /// What the contract says of our capacity at the newest block that was read, less what bids on their way will hold.
    async fn take_stock(&self, counts: &mut Counts) -> anyhow::Result<Seller> {
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

    /// Whether what was read is no longer the present.
    async fn is_stale(&self, head: BlockRef) -> anyhow::Result<bool> {
        let tip = self.ethereum.head().await?;
        let now = self.clock.now_ms() / 1000;
        Ok(tip.number > head.number + BEHIND || now > tip.time + self.settings.stale_after.as_secs())
    }

    /// Prices at once, then decides one after the other, each on what the ones before have left.
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
                Ok(bid) if self.want(auction, &bid, held).await? => {
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

    /// The rates to ask, or why there is no bid at any.
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

    /// The bid at these rates, or every reason why the contract would refuse it.
    fn bid(&self, auction: &Auction, rates: Rates, seller: &Seller, head: BlockRef) -> Result<Bid, String> {
        let hold = self.settings.hold.map(|hold| hold.as_secs());
        let bid = Bid { provider: self.provider, rates, expiry: clearing::expiry(&auction.terms, head.time, hold) };
        let reasons = screen::bid(auction, &bid, seller, head.time, self.parameters.noticePeriod);
        if reasons.is_empty() { Ok(bid) } else { Err(screen::listed(&reasons)) }
    }

    async fn want(&self, auction: &Auction, bid: &Bid, held: Amounts) -> anyhow::Result<bool> {
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

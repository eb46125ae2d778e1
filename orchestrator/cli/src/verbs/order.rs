//! Orders that providers bid on: ask, look, accept the best.

use std::{path::PathBuf, time::Duration};

use alloy::primitives::{Address, B256, U256, keccak256};
use anyhow::{Context, bail, ensure};
use clap::{Args, Subcommand};
use serde_json::{Value, json};
use solidity::{
    Acceptance, AuctionOrder,
    Market::{BidAccepted, OrderOpened, acceptCall, openOrderCall},
};

use crate::{
    auctions::{self, find_bid},
    handover::{addresses, hand_over},
    render::{
        answer::{self, Progress},
        money::Unit,
    },
    request::{Request, attribute, read_manifest},
    verbs::{
        show::span,
        topup::{allow, value},
    },
    wallet::{approval::Approval, session::Session},
};
use crate::{
    render::ids::{short, short_id},
    settings::{Connection, Identity},
};
use api_types::LeaseView;
use lease::{Lease, auction::Auction, screen};

#[derive(Debug, Subcommand)]
pub enum Order {
    /// Ask providers for bids.
    Open(Open),
    /// List open orders.
    Ls(Ls),
    /// Show an order and its bids, the cheapest first.
    Show(Show),
    /// Accept bids: a lease from each order, all in one transaction or none.
    Accept(Accept),
    /// Take back an order that no bid has won, and its deposit.
    Cancel(Cancel),
}

#[derive(Debug, Args)]
pub struct Open {
    #[command(flatten)]
    request: Request,
    /// The most that the whole lease may ever cost, at its highest replica count: `0.02/h` (or /s, /m, /d).
    #[arg(long, allow_negative_numbers = true)]
    max_rate: String,
    /// What to pay in, in the currency: `0.5`. The lease begins with it.
    #[arg(long, allow_negative_numbers = true)]
    deposit: String,
    /// The token to pay in; address 0 is ETH.
    #[arg(long, default_value_t = Address::ZERO)]
    currency: Address,
    /// What a provider has to claim: `region=eu`. May be given several times.
    #[arg(long = "attribute", value_name = "WORD", value_parser = attribute)]
    attributes: Vec<B256>,
    /// How long bids are taken.
    #[arg(long, default_value = "5m", value_parser = crate::settings::duration)]
    bidding: Duration,
    /// How long after the bidding a bid can be accepted.
    #[arg(long, default_value = "1h", value_parser = crate::settings::duration)]
    acceptance: Duration,
    #[command(flatten)]
    approval: Approval,
}

#[derive(Debug, Args)]
pub struct Ls {
    /// Orders of every tenant, not only of the wallet that is set up.
    #[arg(long)]
    all: bool,
    /// Accepted and cancelled ones too.
    #[arg(long)]
    closed: bool,
}

#[derive(Debug, Args)]
pub struct Show {
    /// The order, or the beginning of its id.
    order: String,
}

#[derive(Debug, Args)]
pub struct Accept {
    /// The orders, or the beginnings of their ids, with commas between them.
    #[arg(required = true, value_delimiter = ',')]
    orders: Vec<String>,
    /// The manifests that the orders were opened for; each goes to the winner of its order. May be given several times.
    #[arg(long = "manifest", value_name = "FILE", required = true, value_delimiter = ',')]
    manifests: Vec<PathBuf>,
    /// The bid to accept, or the beginning of its id; the cheapest unless told otherwise. One for each order.
    #[arg(long = "bid", value_name = "BID", value_delimiter = ',')]
    bids: Vec<String>,
    /// How long to wait until everything runs.
    #[arg(long, default_value = "2m", value_parser = crate::settings::duration)]
    patience: Duration,
    #[command(flatten)]
    approval: Approval,
}

#[derive(Debug, Args)]
pub struct Cancel {
    /// The order, or the beginning of its id.
    order: String,
}

impl Order {
    pub async fn run(self, connection: &Connection, identity: &Identity, json: bool) -> anyhow::Result<()> {
        match self {
            Order::Open(open) => open.run(&Session::signer(connection, identity).await?, json).await,
            Order::Ls(ls) => ls.run(connection, identity, json).await,
            Order::Show(show) => show.run(&Session::reader(connection).await?, json).await,
            Order::Accept(accept) => accept.run(&Session::signer(connection, identity).await?, json).await,
            Order::Cancel(cancel) => cancel.run(&Session::signer(connection, identity).await?, json).await,
        }
    }
}

impl Open {
    async fn run(self, session: &Session, json: bool) -> anyhow::Result<()> {
        let manifest = self.request.manifest()?;
        let unit = session.unit(self.currency).await?;
        let deposit = unit.parse(&self.deposit)?;
        let order = self.request.order(&manifest, unit.parse_rate(&self.max_rate)?)?;
        let now = session.time().await?;
        let time = |seconds: u64| u32::try_from(seconds).context("the deadlines lie beyond what the market can count");
        let bid_until = now.saturating_add(self.bidding.as_secs());
        let order = AuctionOrder {
            tenant: session.address(),
            currency: self.currency,
            order,
            bidUntil: time(bid_until)?,
            acceptUntil: time(bid_until.saturating_add(self.acceptance.as_secs()))?,
            attributes: self.attributes,
        };
        // What was consented to are exactly that order's salt and deadlines.
        let consented = self.approval.consented::<openOrderCall>(session)?;
        let call = consented.unwrap_or(openOrderCall { order, deposit });
        let asked = call.order.order.manifestHash;
        ensure!(asked == keccak256(&manifest), "what was consented to is an order for another manifest");
        let progress = Progress::new();
        if self.approval.propose.is_none() {
            allow(session, &unit, call.deposit, &progress).await?;
        }
        progress.step(format!("Opening the order with {}", unit.format(call.deposit)));
        let (currency, value) = (call.order.currency, value(call.order.currency, call.deposit));
        let sent = self.approval.act(session, session.address(), currency, &call, value, json).await?;
        let Some(receipt) = sent else { return Ok(()) };
        let opened = receipt.decoded_log::<OrderOpened>().context("the receipt names no order")?;
        drop(progress);
        let terms = &opened.terms;
        let said = json!({
            "order": opened.order, "deposit": opened.deposit.to_string(), "bidUntil": terms.bidUntil,
            "acceptUntil": terms.acceptUntil, "tx": receipt.transaction_hash,
        });
        answer::give(json, &said, |_| {
            format!(
                "order {} takes bids for {}; `tidemark order show {}` lists them",
                short_id(opened.order),
                span(self.bidding.as_secs()),
                short_id(opened.order)
            )
        })
    }
}

impl Ls {
    async fn run(self, connection: &Connection, identity: &Identity, json: bool) -> anyhow::Result<()> {
        let session = Session::reader(connection).await?;
        let tenant = match self.all || (identity.keystore.is_none() && identity.dev_key.is_none()) {
            true => None,
            false => Some(identity.signer(session.deployment.chain_id)?.address()),
        };
        let now = session.time().await?;
        let (mut said, mut rows) = (Vec::new(), Vec::new());
        for auction in auctions::all(&session, tenant).await? {
            if !auction.is_open() && !self.closed {
                continue;
            }
            let unit = session.unit(auction.terms.currency).await?;
            rows.push([
                short_id(auction.id),
                state(&auction, now),
                auction.live().len().to_string(),
                auction.live().first().map_or_else(
                    || "–".to_owned(),
                    |(_, bid)| unit.format_rate(screen::highest_rate(&bid.terms.rates, auction.terms.order.replicas)),
                ),
                unit.format(auction.deposit),
                short(auction.terms.tenant),
            ]);
            said.push(shown(&auction, now));
        }
        answer::give(json, &said, |_| {
            if rows.is_empty() {
                return "no orders; `tidemark order open FILE` opens one".to_owned();
            }
            answer::table(["ORDER", "STATUS", "BIDS", "CHEAPEST", "DEPOSIT", "TENANT"], &rows)
        })
    }
}

impl Show {
    async fn run(self, session: &Session, json: bool) -> anyhow::Result<()> {
        let auction = auctions::find(session, &self.order).await?;
        let (now, unit) = (session.time().await?, session.unit(auction.terms.currency).await?);
        answer::give(json, &shown(&auction, now), |_| text(&auction, now, &unit))
    }
}

impl Accept {
    async fn run(self, session: &Session, json: bool) -> anyhow::Result<()> {
        ensure!(
            self.bids.is_empty() || self.bids.len() == self.orders.len(),
            "{} bids are named for {} orders: name one for each, or none to take the cheapest",
            self.bids.len(),
            self.orders.len()
        );
        let mut manifests = Vec::new();
        for file in &self.manifests {
            let bytes = read_manifest(file)?;
            manifests.push((keccak256(&bytes), bytes));
        }
        let progress = Progress::new();
        // What was consented to are exactly these bids.
        let call = match self.approval.consented::<acceptCall>(session)? {
            Some(call) => call,
            None => acceptCall { acceptances: self.chosen(session).await? },
        };
        let mut bytes = Vec::new();
        for acceptance in &call.acceptances {
            let hash = acceptance.order.order.manifestHash;
            let manifest = manifests.iter().find(|(known, _)| *known == hash);
            let missing = || format!("an order was opened for the manifest {hash}: name its file by --manifest");
            bytes.push(manifest.with_context(missing)?.1.clone());
        }
        progress.step(format!("Accepting {} bids", bytes.len()));
        let currency = call.acceptances.first().map(|acceptance| acceptance.order.currency).unwrap_or_default();
        let sent = self.approval.act(session, session.address(), currency, &call, U256::ZERO, json).await?;
        let Some(receipt) = sent else { return Ok(()) };
        let accepted = receipt.inner.logs().iter().filter_map(|log| log.log_decode::<BidAccepted>().ok());
        let leases: Vec<_> = accepted.map(|log| log.inner.data.lease).collect();
        ensure!(leases.len() == bytes.len(), "the receipt names {} leases for {} orders", leases.len(), bytes.len());
        progress.done(format!("{} leases opened in one transaction", leases.len()));
        let mut running: Vec<(Lease, LeaseView)> = Vec::new();
        let mut failures = Vec::new();
        for (id, manifest) in leases.iter().zip(&bytes) {
            let lease = session.lease(*id).await?;
            // One provider that is away must not keep the others' manifests.
            match hand_over(session, &lease, manifest, self.patience, &progress).await {
                Ok(view) => running.push((lease, view)),
                Err(error) => failures.push(format!("lease {}: {error:#}", short_id(*id))),
            }
        }
        drop(progress);
        let said = json!({
            "tx": receipt.transaction_hash, "leases": leases,
            "running": running.iter().map(|(lease, view)| json!({
                "lease": lease.id, "provider": lease.terms.provider, "containers": view.containers,
            })).collect::<Vec<_>>(),
            "failures": failures,
        });
        answer::give(json, &said, |_| {
            let mut lines = Vec::new();
            for (lease, view) in &running {
                lines.push(format!("lease {} runs at {}", short_id(lease.id), short(lease.terms.provider)));
                lines.extend(addresses(view));
            }
            lines.join("\n")
        })?;
        if failures.is_empty() { Ok(()) } else { bail!("not everything runs yet:\n  {}", failures.join("\n  ")) }
    }

    /// The orders with the bid that is to win each.
    async fn chosen(&self, session: &Session) -> anyhow::Result<Vec<Acceptance>> {
        let now = session.time().await?;
        let mut acceptances = Vec::with_capacity(self.orders.len());
        for (place, prefix) in self.orders.iter().enumerate() {
            let auction = auctions::find(session, prefix).await?;
            ensure!(auction.is_open(), "order {} was accepted or cancelled", short_id(auction.id));
            let bid = find_bid(&auction, self.bids.get(place).map(String::as_str), now)?;
            acceptances.push(Acceptance { order: auction.terms, bid });
        }
        Ok(acceptances)
    }
}

impl Cancel {
    async fn run(self, session: &Session, json: bool) -> anyhow::Result<()> {
        let auction = auctions::find(session, &self.order).await?;
        let unit = session.unit(auction.terms.currency).await?;
        let progress = Progress::new();
        progress.step("Cancelling the order");
        let receipt = session.send(session.market.cancelOrder(auction.terms.clone())).await?;
        drop(progress);
        let said = json!({
            "order": auction.id, "returned": auction.deposit.to_string(), "tx": receipt.transaction_hash,
        });
        answer::give(json, &said, |_| {
            format!("order {} is cancelled; {} came back", short_id(auction.id), unit.format(auction.deposit))
        })
    }
}

fn state(auction: &Auction, now: u64) -> String {
    let terms = &auction.terms;
    let left = |until: u32| span(u64::from(until).saturating_sub(now));
    match auction.closed_at {
        Some(_) if auction.bids.values().any(|bid| bid.lease.is_some()) => "accepted".to_owned(),
        Some(_) => "cancelled".to_owned(),
        None if now < u64::from(terms.bidUntil) => format!("bidding, {} left", left(terms.bidUntil)),
        None if now <= u64::from(terms.acceptUntil) => format!("to accept, {} left", left(terms.acceptUntil)),
        None => "over: cancel it".to_owned(),
    }
}

fn shown(auction: &Auction, now: u64) -> Value {
    let rate = |rates, replicas| screen::highest_rate(rates, replicas).to_string();
    let order = &auction.terms.order;
    let bids = auction.live().into_iter().map(|(id, bid)| {
        json!({
            "bid": id, "provider": bid.terms.provider, "expiry": bid.terms.expiry, "rates": bid.terms.rates,
            "rate": rate(&bid.terms.rates, order.replicas), "highestRate": rate(&bid.terms.rates, order.policy.maxReplicas),
        })
    });
    let won = auction.bids.iter().find_map(|(id, bid)| Some((id, bid.lease?)));
    json!({
        "order": auction.id, "status": state(auction, now), "open": auction.is_open(), "tenant": auction.terms.tenant,
        "currency": auction.terms.currency, "deposit": auction.deposit.to_string(), "terms": order,
        "attributes": auction.terms.attributes.iter().map(|word| screen::attribute_text(*word)).collect::<Vec<_>>(),
        "bidUntil": auction.terms.bidUntil, "acceptUntil": auction.terms.acceptUntil, "bids": bids.collect::<Vec<_>>(),
        "wonBy": won.map(|(bid, _)| bid), "lease": won.map(|(_, lease)| lease),
    })
}

fn text(auction: &Auction, now: u64, unit: &Unit) -> String {
    let (terms, order) = (&auction.terms, &auction.terms.order);
    let shape = &order.shape;
    let mut lines = vec![
        format!("order      {}", auction.id),
        format!("status     {}", state(auction, now)),
        format!(
            "shape      {} millicores, {} MiB memory, {} MiB disk, {} GPUs",
            shape.millicores, shape.memoryMiB, shape.diskMiB, shape.gpus
        ),
        format!("replicas   {} (bounds {} to {})", order.replicas, order.policy.minReplicas, order.policy.maxReplicas),
        format!(
            "money      deposit {}, at most {}",
            unit.format(auction.deposit),
            unit.format_rate(order.maxRate.to())
        ),
    ];
    if !terms.attributes.is_empty() {
        let words: Vec<_> = terms.attributes.iter().map(|word| screen::attribute_text(*word)).collect();
        lines.push(format!("attributes {}", words.join(", ")));
    }
    let won = auction.bids.values().find_map(|bid| bid.lease);
    lines.extend(won.map(|lease| format!("lease      {lease}")));
    let rows: Vec<_> = auction
        .live()
        .into_iter()
        .map(|(id, bid)| {
            [
                short_id(id),
                short(bid.terms.provider),
                unit.format_rate(screen::highest_rate(&bid.terms.rates, order.replicas)),
                unit.format_rate(screen::highest_rate(&bid.terms.rates, order.policy.maxReplicas)),
                span(u64::from(bid.terms.expiry).saturating_sub(now)),
            ]
        })
        .collect();
    match rows.is_empty() {
        true => lines.push(
            "no bids: `tidemark quote` says which offers fit, and each provider's /v1/orders why it does not bid"
                .to_owned(),
        ),
        false => lines.push(answer::table(["BID", "PROVIDER", "NOW", "AT MOST", "HOLDS"], &rows)),
    }
    lines.join("\n")
}

use std::time::Duration;

use alloy::primitives::{Address, B256, keccak256};
use anyhow::{Context, ensure};
use clap::Args;
use serde_json::json;
use solidity::{
    AuctionOrder,
    Market::{OrderOpened, openOrderCall},
};

use crate::{
    market::lease_request::{LeaseRequest, attribute},
    render::{answer, ids::short_id, progress::ProgressLine, span::span},
    wallet::{
        allowance::{allow, value},
        approval::Approval,
        session::Session,
    },
};

#[derive(Debug, Args)]
pub struct OrderOpenArgs {
    #[command(flatten)]
    request: LeaseRequest,
    /// The highest rate that the lease may ever reserve, at its maximum replica count: `0.02/h` (or /s, /m, /d).
    #[arg(long, allow_negative_numbers = true)]
    max_rate: String,
    /// The deposit, in the currency: `0.5`. It becomes the balance of the lease.
    #[arg(long, allow_negative_numbers = true)]
    deposit: String,
    /// The token to pay in; address 0 is ETH.
    #[arg(long, default_value_t = Address::ZERO)]
    currency: Address,
    /// An attribute that the provider must claim: `region=eu`. Can be repeated.
    #[arg(long = "attribute", value_name = "WORD", value_parser = attribute)]
    attributes: Vec<B256>,
    /// How long providers can bid.
    #[arg(long, default_value = "5m", value_parser = crate::settings::duration)]
    bidding: Duration,
    /// How long after the end of the bidding a bid can be accepted.
    #[arg(long, default_value = "1h", value_parser = crate::settings::duration)]
    acceptance: Duration,
    #[command(flatten)]
    approval: Approval,
}

impl OrderOpenArgs {
    pub async fn run(self, session: &Session, json: bool) -> anyhow::Result<()> {
        let manifest = self.request.manifest()?;
        let unit = session.unit(self.currency).await?;
        let deposit = unit.parse(&self.deposit)?;
        let order = self.request.order(&manifest, unit.parse_rate(&self.max_rate)?)?;
        let now = session.time().await?;
        let time =
            |seconds: u64| u32::try_from(seconds).context("the deadlines are too far in the future for the market");
        let bid_until = now.saturating_add(self.bidding.as_secs());
        let order = AuctionOrder {
            tenant: session.address(),
            currency: self.currency,
            order,
            bidUntil: time(bid_until)?,
            acceptUntil: time(bid_until.saturating_add(self.acceptance.as_secs()))?,
            attributes: self.attributes,
        };
        // The consents are for exactly one order, with its salt and deadlines.
        let consented = self.approval.consented::<openOrderCall>(session)?;
        let call = consented.unwrap_or(openOrderCall { order, deposit });
        let manifest_hash = call.order.order.manifestHash;
        ensure!(manifest_hash == keccak256(&manifest), "the consents are for an order with another manifest");
        let progress = ProgressLine::new();
        if self.approval.propose.is_none() {
            allow(session, &unit, call.deposit, &progress).await?;
        }
        progress.step(format!("Opening the order with {}", unit.format(call.deposit)));
        let (currency, value) = (call.order.currency, value(call.order.currency, call.deposit));
        let sent = self.approval.act(session, session.address(), currency, &call, value, json).await?;
        let Some(receipt) = sent else { return Ok(()) };
        let opened = receipt.decoded_log::<OrderOpened>().context("the receipt contains no order")?;
        drop(progress);
        let terms = &opened.terms;
        let output = json!({
            "order": opened.order, "deposit": opened.deposit.to_string(), "bidUntil": terms.bidUntil,
            "acceptUntil": terms.acceptUntil, "tx": receipt.transaction_hash,
        });
        answer::print(json, &output, |_| {
            format!(
                "order {} accepts bids for {}; `tidemark order show {}` lists them",
                short_id(opened.order),
                span(self.bidding.as_secs()),
                short_id(opened.order)
            )
        })
    }
}

use std::{path::PathBuf, time::Duration};

use alloy::primitives::{U256, aliases::U104, keccak256, ruint::UintTryFrom};
use anyhow::{Context, bail, ensure};
use clap::Args;
use serde_json::json;
use solidity::{
    AuctionOrder, Bid,
    Market::{LeaseMoved, moveToBidCall, moveToOfferCall},
};

use crate::{
    market::{
        lease_request::read_manifest,
        offers::{self, OfferFilter},
        order_book::{self, find_bid},
    },
    provider_api::manifest_upload::upload_and_wait,
    render::{
        answer,
        endpoints::endpoints,
        ids::{short, short_id},
        progress::ProgressLine,
    },
    settings::{ConnectionSettings, IdentitySettings},
    wallet::{approval::Approval, session::Session},
};
use lease::Lease;

/// The lease keeps its policy, its replica count and its money. Without --offer and --order, it moves to the cheapest valid
/// bid on the order from which it was opened; if there is none, to the cheapest offer that fits.
#[derive(Debug, Args)]
pub struct MoveArgs {
    /// The id of the lease, or a unique prefix of it.
    lease: String,
    /// The manifest of the lease, which is uploaded to the new provider.
    #[arg(long, value_name = "FILE")]
    manifest: PathBuf,
    /// The offer to take.
    #[arg(long, conflicts_with_all = ["order", "bid"])]
    offer: Option<u32>,
    /// The id of the order whose bid to take, or a unique prefix of it: the order from which the lease was opened, or an open
    /// order of yours with the same terms.
    #[arg(long)]
    order: Option<String>,
    /// The id of the bid to take, or a unique prefix of it. Default: the cheapest.
    #[arg(long, requires = "order")]
    bid: Option<String>,
    /// The highest rate that the lease may reserve at an offer, at its maximum replica count: `0.02/h`. Default: the rate of
    /// the offer.
    #[arg(long, allow_negative_numbers = true)]
    max_rate: Option<String>,
    /// How long to wait until all replicas run.
    #[arg(long, default_value = "2m", value_parser = crate::settings::duration)]
    patience: Duration,
    #[command(flatten)]
    approval: Approval,
}

/// Where to move a lease.
enum MoveDestination {
    Offer { offer: u32, max_rate: U104 },
    Bid(Box<(AuctionOrder, Bid)>),
}

impl MoveArgs {
    pub async fn run(
        self,
        connection: &ConnectionSettings,
        identity: &IdentitySettings,
        json: bool,
    ) -> anyhow::Result<()> {
        let session = Session::signer(connection, identity).await?;
        let lease = session.find(&self.lease).await?;
        ensure!(lease.closed_at.is_none(), "lease {} is closed", short_id(lease.id));
        let manifest = read_manifest(&self.manifest)?;
        ensure!(
            keccak256(&manifest) == lease.terms.manifestHash,
            "{} is not the manifest of lease {}",
            self.manifest.display(),
            short_id(lease.id)
        );
        let progress = ProgressLine::new();
        progress.step("Choosing an offer or a bid");
        let (terms, account, currency) = (lease.terms.clone(), session.address(), lease.terms.currency);
        let (sent, to) = match self.destination(&session, &lease).await? {
            MoveDestination::Offer { offer, max_rate } => {
                progress.step(format!("Moving to offer {offer}"));
                let call = moveToOfferCall { terms, offer, maxRate: max_rate };
                let sent = self.approval.act(&session, account, currency, &call, U256::ZERO, json).await?;
                (sent, format!("offer {offer}"))
            }
            MoveDestination::Bid(choice) => {
                let (order, bid) = *choice;
                let provider = short(bid.provider);
                progress.step(format!("Moving to the bid of {provider}"));
                let call = moveToBidCall { terms, order, winner: bid };
                let sent = self.approval.act(&session, account, currency, &call, U256::ZERO, json).await?;
                (sent, format!("the bid of {provider}"))
            }
        };
        let Some(receipt) = sent else { return Ok(()) };
        let moved = receipt.decoded_log::<LeaseMoved>().context("the receipt contains no lease")?;
        progress.done(format!("moved to {to} in block {}", receipt.block_number.unwrap_or_default()));
        let new = session.lease(moved.to).await?;
        let view = upload_and_wait(&session, &new, &manifest, self.patience, &progress).await?;
        drop(progress);
        let unit = session.unit(new.terms.currency).await?;
        let output = json!({
            "from": lease.id, "lease": new.id, "provider": new.terms.provider, "amount": moved.amount.to_string(),
            "replicas": new.replicas, "rate": new.rate().to_string(), "tx": receipt.transaction_hash,
            "containers": view.containers,
        });
        answer::print(json, &output, |_| {
            let mut lines = vec![
                format!(
                    "lease {} continues as lease {} at {}",
                    short_id(lease.id),
                    short_id(new.id),
                    short(new.terms.provider)
                ),
                format!("  balance {}, costs at most {}", unit.format(moved.amount), unit.format_rate(new.rate())),
            ];
            lines.extend(endpoints(&view));
            lines.join("\n")
        })
    }

    async fn destination(&self, session: &Session, lease: &Lease) -> anyhow::Result<MoveDestination> {
        if !self.approval.consents.is_empty() {
            // The consents are for exactly one move.
            return match self.approval.consented::<moveToOfferCall>(session) {
                Ok(Some(call)) => Ok(MoveDestination::Offer { offer: call.offer, max_rate: call.maxRate }),
                _ => match self.approval.consented::<moveToBidCall>(session)? {
                    Some(call) => Ok(MoveDestination::Bid(Box::new((call.order, call.winner)))),
                    None => bail!("the consents are not for a move"),
                },
            };
        }
        let now = session.time().await?;
        if let Some(order) = &self.order {
            let auction = order_book::find(session, order).await?;
            let bid = find_bid(&auction, self.bid.as_deref(), now)?;
            return Ok(MoveDestination::Bid(Box::new((auction.terms, bid))));
        }
        if self.offer.is_none()
            && let Some(auction) = order_book::of_lease(session, lease.id).await?
            && let Ok(bid) = find_bid(&auction, None, now)
        {
            return Ok(MoveDestination::Bid(Box::new((auction.terms, bid))));
        }
        // An order with the current terms of the lease.
        let order = solidity::Order {
            shape: lease.terms.shape.clone(),
            replicas: lease.replicas,
            policy: lease.policy.clone(),
            maxRate: U104::MAX,
            manifestHash: lease.terms.manifestHash,
            salt: lease.terms.salt,
        };
        let (offer, currency) = (self.offer, Some(lease.terms.currency));
        let wanted = OfferFilter { offer, currency, max_rate: self.max_rate.as_deref(), ..OfferFilter::default() };
        let mut all = offers::matched(session, &order, &wanted).await?;
        if self.offer.is_none() {
            all.retain(|offer| offer.provider != lease.terms.provider);
        }
        let Some(best) = all.first().filter(|offer| offer.fits()) else { bail!(offers::refusals(&all)) };
        let max_rate = match &self.max_rate {
            Some(text) => best.unit.parse_rate(text)?,
            None => U256::from(U104::MAX).min(best.highest),
        };
        let max_rate = U104::uint_try_from(max_rate).ok().context("--max-rate is too high")?;
        Ok(MoveDestination::Offer { offer: best.offer, max_rate })
    }
}

use std::time::Duration;

use alloy::primitives::Address;
use anyhow::{Context, bail};
use clap::Args;
use serde_json::json;
use solidity::Market::takeCall;

use crate::{
    market::{
        lease_request::LeaseRequest,
        offers::{self, OfferFilter},
    },
    provider_api::manifest_upload::upload_and_wait,
    render::{
        answer,
        endpoints::endpoints,
        ids::{short, short_id},
        progress::Progress,
    },
    settings::{Connection, Identity},
    wallet::{
        allowance::{allow, value},
        approval::Approval,
        session::Session,
    },
};
use api_types::LeaseView;
use lease::Lease;

#[derive(Debug, Clone, Args)]
pub struct Deploy {
    #[command(flatten)]
    pub request: LeaseRequest,
    /// The offer to take; the cheapest that fits unless told otherwise.
    #[arg(long)]
    pub offer: Option<u32>,
    /// The token to pay in; address 0 is ETH. Unless told otherwise, what all offers are priced in, or ETH when that differs.
    #[arg(long, conflicts_with = "offer", value_name = "ADDRESS")]
    pub currency: Option<Address>,
    /// The most that the whole lease may ever cost, at its highest replica count: `0.02/h` (or /s, /m, /d).
    #[arg(long, allow_negative_numbers = true)]
    pub max_rate: String,
    /// What to pay in, in the currency: `0.5`.
    #[arg(long, allow_negative_numbers = true)]
    pub deposit: String,
    /// How long to wait until it runs.
    #[arg(long, default_value = "2m", value_parser = crate::settings::duration)]
    pub patience: Duration,
    #[command(flatten)]
    pub approval: Approval,
}

impl Deploy {
    pub async fn run(self, connection: &Connection, identity: &Identity, json: bool) -> anyhow::Result<()> {
        let session = Session::signer(connection, identity).await?;
        let progress = Progress::new();
        let deployed = self.deploy(&session, &progress, json).await?;
        drop(progress);
        let Some((lease, view)) = deployed else { return Ok(()) };
        let unit = session.unit(lease.terms.currency).await?;
        let said = json!({
            "lease": lease.id, "provider": lease.terms.provider, "openedBlock": lease.opened_block,
            "replicas": lease.replicas, "rate": lease.rate().to_string(),
            "openedToRunningMs": view.opened_to_running_ms, "containers": view.containers,
            "served": view.served,
        });
        answer::give(json, &said, |_| {
            let mut lines = vec![
                format!("lease {} runs at {}", short_id(lease.id), short(lease.terms.provider)),
                format!("  costs at most {}", unit.format_rate(lease.rate())),
            ];
            lines.extend(endpoints(&view));
            lines.push(format!("`tidemark show {}` says more", short_id(lease.id)));
            lines.join("\n")
        })
    }

    /// Opens a lease, hands over the manifest and waits until everything runs. `None` when it was only proposed.
    pub async fn deploy(
        &self,
        session: &Session,
        progress: &Progress,
        json: bool,
    ) -> anyhow::Result<Option<(Lease, LeaseView)>> {
        let manifest = self.request.manifest()?;
        progress.step("Choosing an offer");
        let consented = self.approval.consented::<takeCall>(session)?;
        let mut order = self.request.order(&manifest, Default::default())?;
        let (deposit, max_rate) = (Some(self.deposit.as_str()), Some(self.max_rate.as_str()));
        let (offer, currency) = (consented.as_ref().map(|call| call.offer).or(self.offer), self.currency);
        let wanted = OfferFilter { offer, currency, deposit, max_rate, ..OfferFilter::default() };
        let all = offers::matched(session, &order, &wanted).await?;
        let Some(best) = all.first().filter(|offer| offer.fits()) else { bail!(offers::refusals(&all)) };
        let deposit = best.unit.parse(&self.deposit)?;
        order.maxRate = best.unit.parse_rate(&self.max_rate)?.saturating_to();
        // What was consented to is exactly one order.
        order.salt = consented.map_or(order.salt, |call| call.order.salt);
        progress.done(format!("offer {} of {}", best.offer, short(best.provider)));

        if self.approval.propose.is_none() {
            allow(session, &best.unit, deposit, progress).await?;
        }
        progress.step(format!("Opening the lease with {}", best.unit.format(deposit)));
        let call = takeCall { offer: best.offer, order, deposit };
        let (currency, value) = (best.unit.address, value(best.unit.address, deposit));
        let sent = self.approval.act(session, session.address(), currency, &call, value, json).await?;
        let Some(receipt) = sent else { return Ok(None) };
        let opened = receipt.decoded_log::<solidity::Market::LeaseOpened>().context("the receipt names no lease")?;
        let lease = session.lease(opened.lease).await?;
        progress.done(format!("lease {} opened in block {}", lease.id, lease.opened_block));
        let view = upload_and_wait(session, &lease, &manifest, self.patience, progress).await?;
        Ok(Some((lease, view)))
    }
}

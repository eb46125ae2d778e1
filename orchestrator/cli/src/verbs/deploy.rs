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
        progress::ProgressLine,
    },
    settings::{ConnectionSettings, IdentitySettings},
    wallet::{
        allowance::{allow, value},
        approval::Approval,
        session::Session,
    },
};
use api_types::leases::LeaseView;
use lease::Lease;

#[derive(Debug, Clone, Args)]
pub struct DeployArgs {
    #[command(flatten)]
    pub request: LeaseRequest,
    /// The offer to take. Default: the cheapest that fits.
    #[arg(long)]
    pub offer: Option<u32>,
    /// The token to pay in; address 0 is ETH. Default: the currency of all offers, or ETH if they differ.
    #[arg(long, conflicts_with = "offer", value_name = "ADDRESS")]
    pub currency: Option<Address>,
    /// The highest rate that the lease may ever reserve, at its maximum replica count: `0.02/h` (or /s, /m, /d).
    #[arg(long, allow_negative_numbers = true)]
    pub max_rate: String,
    /// The deposit, in the currency: `0.5`.
    #[arg(long, allow_negative_numbers = true)]
    pub deposit: String,
    /// How long to wait until all replicas run.
    #[arg(long, default_value = "2m", value_parser = crate::settings::duration)]
    pub patience: Duration,
    #[command(flatten)]
    pub approval: Approval,
}

impl DeployArgs {
    pub async fn run(
        self,
        connection: &ConnectionSettings,
        identity: &IdentitySettings,
        json: bool,
    ) -> anyhow::Result<()> {
        let session = Session::signer(connection, identity).await?;
        let progress = ProgressLine::new();
        let deployed = self.deploy(&session, &progress, json).await?;
        drop(progress);
        let Some((lease, view)) = deployed else { return Ok(()) };
        let unit = session.unit(lease.terms.currency).await?;
        let output = json!({
            "lease": lease.id, "provider": lease.terms.provider, "openedBlock": lease.opened_block,
            "replicas": lease.replicas, "rate": lease.rate().to_string(),
            "openedToRunningMs": view.opened_to_running_ms, "containers": view.containers,
            "served": view.served,
        });
        answer::print(json, &output, |_| {
            let mut lines = vec![
                format!("lease {} runs at {}", short_id(lease.id), short(lease.terms.provider)),
                format!("  costs at most {}", unit.format_rate(lease.rate())),
            ];
            lines.extend(endpoints(&view));
            lines.push(format!("see `tidemark show {}`", short_id(lease.id)));
            lines.join("\n")
        })
    }

    /// Opens a lease, uploads the manifest and waits until all replicas run. `None` when the lease was only proposed.
    pub async fn deploy(
        &self,
        session: &Session,
        progress: &ProgressLine,
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
        // The consents are for exactly one order.
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
        let opened = receipt.decoded_log::<solidity::Market::LeaseOpened>().context("the receipt contains no lease")?;
        let lease = session.lease(opened.lease).await?;
        progress.done(format!("lease {} opened in block {}", lease.id, lease.opened_block));
        let view = upload_and_wait(session, &lease, &manifest, self.patience, progress).await?;
        Ok(Some((lease, view)))
    }
}

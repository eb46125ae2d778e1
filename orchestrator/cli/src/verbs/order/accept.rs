use std::{path::PathBuf, time::Duration};

use alloy::primitives::{U256, keccak256};
use anyhow::{Context, bail, ensure};
use clap::Args;
use serde_json::json;
use solidity::{
    Acceptance,
    Market::{BidAccepted, acceptCall},
};

use crate::{
    market::{
        lease_request::read_manifest,
        order_book::{self, find_bid},
    },
    provider_api::manifest_upload::upload_and_wait,
    render::{
        answer,
        endpoints::endpoints,
        ids::{short, short_id},
        progress::ProgressLine,
    },
    wallet::{approval::Approval, session::Session},
};
use api_types::leases::LeaseView;
use lease::Lease;

#[derive(Debug, Args)]
pub struct OrderAcceptArgs {
    /// The ids of the orders, or unique prefixes of them, separated by commas.
    #[arg(required = true, value_delimiter = ',')]
    orders: Vec<String>,
    /// The manifests of the orders; each is uploaded to the provider whose bid is accepted. Can be repeated.
    #[arg(long = "manifest", value_name = "FILE", required = true, value_delimiter = ',')]
    manifests: Vec<PathBuf>,
    /// The id of the bid to accept, or a unique prefix of it; one for each order. Default: the cheapest.
    #[arg(long = "bid", value_name = "BID", value_delimiter = ',')]
    bids: Vec<String>,
    /// How long to wait until all replicas run.
    #[arg(long, default_value = "2m", value_parser = crate::settings::duration)]
    patience: Duration,
    #[command(flatten)]
    approval: Approval,
}

impl OrderAcceptArgs {
    pub async fn run(self, session: &Session, json: bool) -> anyhow::Result<()> {
        ensure!(
            self.bids.is_empty() || self.bids.len() == self.orders.len(),
            "{} bids are given for {} orders: give one for each order, or none to accept the cheapest",
            self.bids.len(),
            self.orders.len()
        );
        let mut manifests = Vec::new();
        for file in &self.manifests {
            let bytes = read_manifest(file)?;
            manifests.push((keccak256(&bytes), bytes));
        }
        let progress = ProgressLine::new();
        // The consents are for exactly these bids.
        let call = match self.approval.consented::<acceptCall>(session)? {
            Some(call) => call,
            None => acceptCall { acceptances: self.chosen(session).await? },
        };
        let mut bytes = Vec::new();
        for acceptance in &call.acceptances {
            let hash = acceptance.order.order.manifestHash;
            let manifest = manifests.iter().find(|(known, _)| *known == hash);
            let missing = || format!("no file was given for the manifest {hash} of an order: pass it with --manifest");
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
            // The failure of one provider must not keep the manifests from the others.
            match upload_and_wait(session, &lease, manifest, self.patience, &progress).await {
                Ok(view) => running.push((lease, view)),
                Err(error) => failures.push(format!("lease {}: {error:#}", short_id(*id))),
            }
        }
        drop(progress);
        let output = json!({
            "tx": receipt.transaction_hash, "leases": leases,
            "running": running.iter().map(|(lease, view)| json!({
                "lease": lease.id, "provider": lease.terms.provider, "containers": view.containers,
            })).collect::<Vec<_>>(),
            "failures": failures,
        });
        answer::print(json, &output, |_| {
            let mut lines = Vec::new();
            for (lease, view) in &running {
                lines.push(format!("lease {} runs at {}", short_id(lease.id), short(lease.terms.provider)));
                lines.extend(endpoints(view));
            }
            lines.join("\n")
        })?;
        if failures.is_empty() { Ok(()) } else { bail!("some leases do not run yet:\n  {}", failures.join("\n  ")) }
    }

    /// The orders, each with the bid to accept.
    async fn chosen(&self, session: &Session) -> anyhow::Result<Vec<Acceptance>> {
        let now = session.time().await?;
        let mut acceptances = Vec::with_capacity(self.orders.len());
        for (place, prefix) in self.orders.iter().enumerate() {
            let auction = order_book::find(session, prefix).await?;
            ensure!(auction.is_open(), "order {} was accepted or cancelled", short_id(auction.id));
            let bid = find_bid(&auction, self.bids.get(place).map(String::as_str), now)?;
            acceptances.push(Acceptance { order: auction.terms, bid });
        }
        Ok(acceptances)
    }
}

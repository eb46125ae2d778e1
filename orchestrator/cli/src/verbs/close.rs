use std::time::{Duration, Instant};

use alloy::primitives::U256;
use clap::Args;
use serde_json::json;

use crate::{
    render::{answer, ids::short_id, progress::Progress},
    settings::{Connection, Identity},
    wallet::session::Session,
};
use lease::Lease;

#[derive(Debug, Args)]
pub struct Close {
    /// The lease, or the beginning of its id. A closed one is refunded what it no longer owes.
    lease: String,
    /// Do not wait for the provider's last proof; `tidemark close` again returns the rest later.
    #[arg(long)]
    no_wait: bool,
    /// How long to wait for the provider's last proof.
    #[arg(long, default_value = "2m", value_parser = crate::settings::duration)]
    patience: Duration,
}

impl Close {
    pub async fn run(self, connection: &Connection, identity: &Identity, json: bool) -> anyhow::Result<()> {
        let session = Session::signer(connection, identity).await?;
        let lease = session.find(&self.lease).await?;
        let patience = if self.no_wait { Duration::ZERO } else { self.patience };
        let progress = Progress::new();
        let closed = close(&session, lease, patience, &progress).await?;
        drop(progress);
        let unit = session.unit(closed.terms.currency).await?;
        let said = json!({
            "lease": closed.id, "deposited": closed.deposited.to_string(), "paid": closed.paid.to_string(),
            "returned": closed.returned.to_string(), "held": closed.balance().to_string(),
        });
        answer::give(json, &said, |_| {
            let mut text = format!(
                "{}: closed; paid {}, returned {}",
                short_id(closed.id),
                unit.format(closed.paid),
                unit.format(closed.returned)
            );
            if !closed.balance().is_zero() {
                let held = unit.format(closed.balance());
                text +=
                    &format!("\n{held} are held for the provider's last proof; run this again to take back the rest");
            }
            text
        })
    }
}

/// Closes a lease unless it is closed, waits for its last statement to be settled, and takes back the rest.
pub async fn close(session: &Session, lease: Lease, patience: Duration, progress: &Progress) -> anyhow::Result<Lease> {
    if lease.closed_at.is_none() {
        progress.step("Closing the lease");
        session.send(session.market.close(lease.terms.clone())).await?;
        progress.done("closed; what is not owed has been returned");
    }
    let deadline = Instant::now() + patience;
    loop {
        let held = session.market.accountOf(lease.id, lease.terms.currency).call().await?.balance;
        if U256::from(held).is_zero() {
            break;
        }
        let owed = session.market.owed(lease.terms.clone()).call().await?;
        if owed.is_zero() {
            progress.step("Taking back the rest");
            session.send(session.market.refund(lease.terms.clone())).await?;
            break;
        }
        if Instant::now() >= deadline {
            break;
        }
        progress.step("Waiting for the provider's last proof to be settled");
        tokio::time::sleep(Duration::from_millis(500)).await;
    }
    session.lease(lease.id).await
}

use std::time::{Duration, Instant};

use alloy::primitives::U256;
use clap::Args;
use serde_json::json;

use crate::{
    render::{answer, ids::short_id, progress::ProgressLine},
    settings::{ConnectionSettings, IdentitySettings},
    wallet::session::Session,
};
use lease::Lease;

#[derive(Debug, Args)]
pub struct CloseArgs {
    /// The id of the lease, or a unique prefix of it. A closed lease is refunded what it no longer owes.
    lease: String,
    /// Do not wait for the provider's last proof. Run `tidemark close` again later to refund the rest.
    #[arg(long)]
    no_wait: bool,
    /// How long to wait for the provider's last proof.
    #[arg(long, default_value = "2m", value_parser = crate::settings::duration)]
    patience: Duration,
}

impl CloseArgs {
    pub async fn run(
        self,
        connection: &ConnectionSettings,
        identity: &IdentitySettings,
        json: bool,
    ) -> anyhow::Result<()> {
        let session = Session::signer(connection, identity).await?;
        let lease = session.find(&self.lease).await?;
        let patience = if self.no_wait { Duration::ZERO } else { self.patience };
        let progress = ProgressLine::new();
        let closed = close(&session, lease, patience, &progress).await?;
        drop(progress);
        let unit = session.unit(closed.terms.currency).await?;
        let output = json!({
            "lease": closed.id, "deposited": closed.deposited.to_string(), "paid": closed.paid.to_string(),
            "returned": closed.returned.to_string(), "held": closed.balance().to_string(),
        });
        answer::print(json, &output, |_| {
            let mut text = format!(
                "{}: closed; paid {}, returned {}",
                short_id(closed.id),
                unit.format(closed.paid),
                unit.format(closed.returned)
            );
            if !closed.balance().is_zero() {
                let held = unit.format(closed.balance());
                text += &format!(
                    "\n{held} are held for the provider's last proof; run this command again to refund the rest"
                );
            }
            text
        })
    }
}

/// Closes a lease unless it is closed, waits up to `patience` for its last statement to be settled, and refunds the rest.
pub async fn close(
    session: &Session,
    lease: Lease,
    patience: Duration,
    progress: &ProgressLine,
) -> anyhow::Result<Lease> {
    if lease.closed_at.is_none() {
        progress.step("Closing the lease");
        session.send(session.market.close(lease.terms.clone())).await?;
        progress.done("closed; what is not owed was refunded");
    }
    let deadline = Instant::now() + patience;
    loop {
        let held = session.market.accountOf(lease.id, lease.terms.currency).call().await?.balance;
        if U256::from(held).is_zero() {
            break;
        }
        let owed = session.market.owed(lease.terms.clone()).call().await?;
        if owed.is_zero() {
            progress.step("Refunding the rest");
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

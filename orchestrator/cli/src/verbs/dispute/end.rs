use clap::Args;
use serde_json::json;

use crate::{
    render::{answer, ids::short_id},
    wallet::session::Session,
};

#[derive(Debug, Args)]
pub struct DisputeEnd {
    /// The lease, or the beginning of its id.
    lease: String,
}

impl DisputeEnd {
    pub async fn run(self, session: &Session, json: bool) -> anyhow::Result<()> {
        let lease = session.find(&self.lease).await?;
        let receipt = session.send(session.market.endDispute(lease.terms.clone())).await?;
        let said = json!({"lease": lease.id, "tx": receipt.transaction_hash});
        answer::give(json, &said, |_| format!("{}: the dispute is over; the proofs stand", short_id(lease.id)))
    }
}

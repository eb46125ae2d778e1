use clap::Args;
use serde_json::json;

use crate::{
    render::{answer, ids::short_id},
    wallet::session::Session,
};

#[derive(Debug, Args)]
pub struct DisputeEndArgs {
    /// The id of the lease, or a unique prefix of it.
    lease: String,
}

impl DisputeEndArgs {
    pub async fn run(self, session: &Session, json: bool) -> anyhow::Result<()> {
        let lease = session.find(&self.lease).await?;
        let receipt = session.send(session.market.endDispute(lease.terms.clone())).await?;
        let output = json!({"lease": lease.id, "tx": receipt.transaction_hash});
        answer::print(json, &output, |_| {
            format!("{}: the dispute ended without a ruling; the proofs stay valid", short_id(lease.id))
        })
    }
}

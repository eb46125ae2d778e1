use clap::Args;
use serde_json::json;

use crate::{
    market::order_book,
    render::{answer, ids::short_id, progress::ProgressLine},
    wallet::session::Session,
};

#[derive(Debug, Args)]
pub struct OrderCancelArgs {
    /// The id of the order, or a unique prefix of it.
    order: String,
}

impl OrderCancelArgs {
    pub async fn run(self, session: &Session, json: bool) -> anyhow::Result<()> {
        let auction = order_book::find(session, &self.order).await?;
        let unit = session.unit(auction.terms.currency).await?;
        let progress = ProgressLine::new();
        progress.step("Cancelling the order");
        let receipt = session.send(session.market.cancelOrder(auction.terms.clone())).await?;
        drop(progress);
        let output = json!({
            "order": auction.id, "returned": auction.deposit.to_string(), "tx": receipt.transaction_hash,
        });
        answer::print(json, &output, |_| {
            format!("order {} is cancelled; {} were refunded", short_id(auction.id), unit.format(auction.deposit))
        })
    }
}

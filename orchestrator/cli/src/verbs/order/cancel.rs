use clap::Args;
use serde_json::json;

use crate::{
    market::order_book,
    render::{answer, ids::short_id, progress::Progress},
    wallet::session::Session,
};

#[derive(Debug, Args)]
pub struct OrderCancel {
    /// The order, or the beginning of its id.
    order: String,
}

impl OrderCancel {
    pub async fn run(self, session: &Session, json: bool) -> anyhow::Result<()> {
        let auction = order_book::find(session, &self.order).await?;
        let unit = session.unit(auction.terms.currency).await?;
        let progress = Progress::new();
        progress.step("Cancelling the order");
        let receipt = session.send(session.market.cancelOrder(auction.terms.clone())).await?;
        drop(progress);
        let said = json!({
            "order": auction.id, "returned": auction.deposit.to_string(), "tx": receipt.transaction_hash,
        });
        answer::give(json, &said, |_| {
            format!("order {} is cancelled; {} came back", short_id(auction.id), unit.format(auction.deposit))
        })
    }
}

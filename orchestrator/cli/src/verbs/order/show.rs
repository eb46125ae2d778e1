use clap::Args;

use crate::{
    market::order_book,
    render::{answer, order},
    wallet::session::Session,
};

#[derive(Debug, Args)]
pub struct OrderShowArgs {
    /// The id of the order, or a unique prefix of it.
    order: String,
}

impl OrderShowArgs {
    pub async fn run(self, session: &Session, json: bool) -> anyhow::Result<()> {
        let auction = order_book::find(session, &self.order).await?;
        let (now, unit) = (session.time().await?, session.unit(auction.terms.currency).await?);
        answer::print(json, &order::json(&auction, now), |_| order::text(&auction, now, &unit))
    }
}

use clap::Args;

use crate::{
    market::order_book,
    render::{answer, order},
    wallet::session::Session,
};

#[derive(Debug, Args)]
pub struct OrderShow {
    /// The order, or the beginning of its id.
    order: String,
}

impl OrderShow {
    pub async fn run(self, session: &Session, json: bool) -> anyhow::Result<()> {
        let auction = order_book::find(session, &self.order).await?;
        let (now, unit) = (session.time().await?, session.unit(auction.terms.currency).await?);
        answer::give(json, &order::json(&auction, now), |_| order::text(&auction, now, &unit))
    }
}

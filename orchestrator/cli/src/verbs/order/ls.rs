use clap::Args;

use crate::{
    market::order_book,
    render::{
        answer,
        ids::{short, short_id},
        order,
        table::table,
    },
    settings::{ConnectionSettings, IdentitySettings},
    wallet::session::Session,
};
use lease::screen;

#[derive(Debug, Args)]
pub struct OrderLsArgs {
    /// List the orders of all tenants, not only those of the wallet.
    #[arg(long)]
    all: bool,
    /// Include accepted and cancelled orders.
    #[arg(long)]
    closed: bool,
}

impl OrderLsArgs {
    pub async fn run(
        self,
        connection: &ConnectionSettings,
        identity: &IdentitySettings,
        json: bool,
    ) -> anyhow::Result<()> {
        let session = Session::reader(connection).await?;
        let tenant = match self.all || (identity.keystore.is_none() && identity.dev_key.is_none()) {
            true => None,
            false => Some(identity.signer(session.deployment.chain_id)?.address()),
        };
        let now = session.time().await?;
        let (mut output, mut rows) = (Vec::new(), Vec::new());
        for auction in order_book::all(&session, tenant).await? {
            if !auction.is_open() && !self.closed {
                continue;
            }
            let unit = session.unit(auction.terms.currency).await?;
            rows.push([
                short_id(auction.id),
                order::state(&auction, now),
                auction.live().len().to_string(),
                auction.live().first().map_or_else(
                    || "–".to_owned(),
                    |(_, bid)| unit.format_rate(screen::highest_rate(&bid.terms.rates, auction.terms.order.replicas)),
                ),
                unit.format(auction.deposit),
                short(auction.terms.tenant),
            ]);
            output.push(order::json(&auction, now));
        }
        answer::print(json, &output, |_| {
            if rows.is_empty() {
                return "no orders; `tidemark order open FILE` opens one".to_owned();
            }
            table(["ORDER", "STATUS", "BIDS", "CHEAPEST", "DEPOSIT", "TENANT"], &rows)
        })
    }
}

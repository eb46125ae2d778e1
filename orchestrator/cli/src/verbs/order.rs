//! `tidemark order …`: orders on which providers bid.

pub mod accept;
pub mod cancel;
pub mod ls;
pub mod open;
pub mod show;

use clap::Subcommand;

use crate::{
    settings::{Connection, Identity},
    wallet::session::Session,
};

#[derive(Debug, Subcommand)]
pub enum OrderCommand {
    /// Ask providers for bids.
    Open(open::OrderOpen),
    /// List open orders.
    Ls(ls::OrderLs),
    /// Show an order and its bids, the cheapest first.
    Show(show::OrderShow),
    /// Accept bids: a lease from each order, all in one transaction or none.
    Accept(accept::OrderAccept),
    /// Take back an order that no bid has won, and its deposit.
    Cancel(cancel::OrderCancel),
}

impl OrderCommand {
    pub async fn run(self, connection: &Connection, identity: &Identity, json: bool) -> anyhow::Result<()> {
        match self {
            Self::Open(open) => open.run(&Session::signer(connection, identity).await?, json).await,
            Self::Ls(ls) => ls.run(connection, identity, json).await,
            Self::Show(show) => show.run(&Session::reader(connection).await?, json).await,
            Self::Accept(accept) => accept.run(&Session::signer(connection, identity).await?, json).await,
            Self::Cancel(cancel) => cancel.run(&Session::signer(connection, identity).await?, json).await,
        }
    }
}

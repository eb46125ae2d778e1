//! `tidemark order …`: orders on which providers bid.

pub mod accept;
pub mod cancel;
pub mod ls;
pub mod open;
pub mod show;

use clap::Subcommand;

use crate::{
    settings::{ConnectionSettings, IdentitySettings},
    wallet::session::Session,
};

#[derive(Debug, Subcommand)]
pub enum OrderCommand {
    /// Open an order on which providers bid.
    Open(open::OrderOpenArgs),
    /// List open orders.
    Ls(ls::OrderLsArgs),
    /// Show an order and its bids, the cheapest first.
    Show(show::OrderShowArgs),
    /// Accept bids: open one lease for each order, all in one transaction or none.
    Accept(accept::OrderAcceptArgs),
    /// Cancel an order without an accepted bid, and refund its deposit.
    Cancel(cancel::OrderCancelArgs),
}

impl OrderCommand {
    pub async fn run(
        self,
        connection: &ConnectionSettings,
        identity: &IdentitySettings,
        json: bool,
    ) -> anyhow::Result<()> {
        match self {
            Self::Open(open) => open.run(&Session::signer(connection, identity).await?, json).await,
            Self::Ls(ls) => ls.run(connection, identity, json).await,
            Self::Show(show) => show.run(&Session::reader(connection).await?, json).await,
            Self::Accept(accept) => accept.run(&Session::signer(connection, identity).await?, json).await,
            Self::Cancel(cancel) => cancel.run(&Session::signer(connection, identity).await?, json).await,
        }
    }
}

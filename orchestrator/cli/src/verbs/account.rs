//! `tidemark account …`: accounts that need the consent of approvers.

pub mod bind;
pub mod free;
pub mod show;

use clap::Subcommand;

use crate::{
    settings::{Connection, Identity},
    wallet::session::Session,
};

#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Bind the wallet's account: what exceeds its limits takes its approvers' consents.
    Bind(bind::AccountBind),
    /// Show how an account is bound, and how much of its limits is used.
    Show(show::AccountShow),
    /// Free the wallet's account; its approvers have to consent.
    Free(free::AccountFree),
}

impl AccountCommand {
    pub async fn run(self, connection: &Connection, identity: &Identity, json: bool) -> anyhow::Result<()> {
        match self {
            Self::Bind(bind) => bind.run(&Session::signer(connection, identity).await?, json).await,
            Self::Show(show) => show.run(connection, identity, json).await,
            Self::Free(free) => free.run(&Session::signer(connection, identity).await?, json).await,
        }
    }
}

//! `tidemark account …`: accounts that need the consent of approvers.

pub mod bind;
pub mod free;
pub mod show;

use clap::Subcommand;

use crate::{
    settings::{ConnectionSettings, IdentitySettings},
    wallet::session::Session,
};

#[derive(Debug, Subcommand)]
pub enum AccountCommand {
    /// Bind the wallet's account: actions beyond its limits need the consents of its approvers.
    Bind(bind::AccountBindArgs),
    /// Show the approvers and the limits of an account, and how much of the limits is used.
    Show(show::AccountShowArgs),
    /// Unbind the wallet's account; its approvers must consent.
    Free(free::AccountFreeArgs),
}

impl AccountCommand {
    pub async fn run(
        self,
        connection: &ConnectionSettings,
        identity: &IdentitySettings,
        json: bool,
    ) -> anyhow::Result<()> {
        match self {
            Self::Bind(bind) => bind.run(&Session::signer(connection, identity).await?, json).await,
            Self::Show(show) => show.run(connection, identity, json).await,
            Self::Free(free) => free.run(&Session::signer(connection, identity).await?, json).await,
        }
    }
}

//! How an account is bound: who has to consent to what.

use std::path::Path;

use alloy::{
    primitives::{Address, U256},
    providers::Provider as _,
    sol_types::SolEvent,
};
use anyhow::{Context, ensure};
use solidity::Market::{AccountBound, Limit};

use crate::wallet::{action_file::ActionFile, session::Session};

/// How an account is bound.
#[derive(Debug, Clone)]
pub struct Binding {
    pub approvers: Vec<Address>,
    pub threshold: usize,
    pub version: U256,
    pub limits: Vec<Limit>,
}

/// How an account is bound now; `None` when it is free.
pub async fn binding(session: &Session, account: Address) -> anyhow::Result<Option<Binding>> {
    let bound = session.filter().event_signature(AccountBound::SIGNATURE_HASH).topic1(account);
    let Some(log) = session.provider().get_logs(&bound).await?.pop() else { return Ok(None) };
    let event = log.log_decode::<AccountBound>()?.inner.data;
    let threshold: usize = event.threshold.saturating_to();
    Ok((threshold > 0).then_some(Binding {
        approvers: event.approvers,
        threshold,
        version: event.version,
        limits: event.limits,
    }))
}

/// An action that can still be taken, by an approver of its account.
pub async fn read_for_approver(session: &Session, file: &Path) -> anyhow::Result<(ActionFile, Binding)> {
    let action = ActionFile::read(file, &session.deployment)?;
    let account = action.account;
    let binding = binding(session, account).await?.with_context(|| format!("{account} is not bound any more"))?;
    ensure!(binding.version == action.version, "{account} was bound anew since this was proposed: ask for it again");
    ensure!(
        binding.approvers.contains(&session.address()),
        "{} is no approver of {account}: use an approver's wallet",
        session.address()
    );
    ensure!(action.expiry >= U256::from(session.time().await?), "the action's time is over: ask for it again");
    let used = session.market.nonceUsed(account, action.nonce).call().await?;
    ensure!(!used, "the action was taken already");
    Ok((action, binding))
}

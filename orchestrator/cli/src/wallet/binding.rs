//! The binding of an account: its approvers, their threshold, and the limits of its spending policy.

use std::path::Path;

use alloy::{
    primitives::{Address, U256},
    providers::Provider as _,
    sol_types::SolEvent,
};
use anyhow::{Context, ensure};
use solidity::Market::{AccountBound, Limit};

use crate::wallet::{action_file::ActionFile, session::Session};

/// The spending policy of a bound account: beyond the limits, `threshold` of the approvers must consent.
#[derive(Debug, Clone)]
pub struct SpendingPolicy {
    pub approvers: Vec<Address>,
    pub threshold: usize,
    pub version: U256,
    pub limits: Vec<Limit>,
}

/// The current binding of an account; `None` when it is not bound.
pub async fn binding(session: &Session, account: Address) -> anyhow::Result<Option<SpendingPolicy>> {
    let bound = session.filter().event_signature(AccountBound::SIGNATURE_HASH).topic1(account);
    let Some(log) = session.provider().get_logs(&bound).await?.pop() else { return Ok(None) };
    let event = log.log_decode::<AccountBound>()?.inner.data;
    let threshold: usize = event.threshold.saturating_to();
    Ok((threshold > 0).then_some(SpendingPolicy {
        approvers: event.approvers,
        threshold,
        version: event.version,
        limits: event.limits,
    }))
}

/// Reads an action file for an approver, with the binding of its account.
///
/// # Errors
/// When the action cannot be executed any more, or the wallet is not an approver of the account.
pub async fn read_for_approver(session: &Session, file: &Path) -> anyhow::Result<(ActionFile, SpendingPolicy)> {
    let action = ActionFile::read(file, &session.deployment)?;
    let account = action.account;
    let binding =
        binding(session, account).await?.with_context(|| format!("{account} is no longer bound to approvers"))?;
    ensure!(
        binding.version == action.version,
        "the binding of {account} changed after the proposal: ask for a new proposal"
    );
    ensure!(
        binding.approvers.contains(&session.address()),
        "{} is not an approver of {account}: use an approver's wallet",
        session.address()
    );
    ensure!(action.expiry >= U256::from(session.time().await?), "the action has expired: ask for a new proposal");
    let used = session.market.nonceUsed(account, action.nonce).call().await?;
    ensure!(!used, "the action has already been executed");
    Ok((action, binding))
}

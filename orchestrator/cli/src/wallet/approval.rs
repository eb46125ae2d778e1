//! The three ways to send a transaction that may exceed a spending policy: directly, as a proposal to the approvers of the
//! account, or with their consents.

use std::{collections::BTreeMap, path::PathBuf, time::Duration};

use alloy::{
    contract::CallBuilder,
    primitives::{Address, Bytes, U256},
    providers::Provider as _,
    rpc::types::TransactionReceipt,
    sol_types::{SolCall, SolEvent},
};
use anyhow::{Context, bail, ensure};
use clap::Args;
use solidity::Market::{Consented, Consents, MarketErrors, Revoked};

use crate::{
    render::{amount::Unit, answer, call, ids::short, refusal::MarketRefusal},
    wallet::{
        action_file::ActionFile,
        binding::{SpendingPolicy, binding},
        session::Session,
    },
};

#[derive(Debug, Clone, Args)]
pub struct Approval {
    /// Send nothing; write the action to this file, for the approvers of the account.
    #[arg(long, value_name = "FILE", conflicts_with = "consents")]
    pub propose: Option<PathBuf>,
    /// Send with consents: the files that `tidemark consent` wrote. For consents given by transaction, pass the action file.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub consents: Vec<PathBuf>,
    /// How long the proposed action may be executed.
    #[arg(long, default_value = "7d", value_parser = crate::settings::duration, value_name = "DURATION")]
    pub valid: Duration,
}

impl Approval {
    /// Sends directly: without a proposal and without consents.
    pub fn none() -> Self {
        Self { propose: None, consents: Vec::new(), valid: Duration::from_secs(7 * 86_400) }
    }

    /// The call to which the given consents apply; none without consents.
    pub fn consented<C: SolCall>(&self, session: &Session) -> anyhow::Result<Option<C>> {
        let Some(path) = self.consents.first() else { return Ok(None) };
        let action = ActionFile::read(path, &session.deployment)?;
        let call = C::abi_decode(&action.call);
        Ok(Some(
            call.with_context(|| format!("{} is for another command: {}", path.display(), action.says.join("; ")))?,
        ))
    }

    /// Sends the call in one of the three ways. Returns `None` after a proposal, whose answer has been printed.
    ///
    /// # Arguments
    /// `currency` is the token in which a limit that was exceeded is printed; `value` is in wei.
    ///
    /// # Errors
    /// When consents are missing, the error names the limit and by how much the call exceeds it.
    pub async fn act<C: SolCall>(
        &self,
        session: &Session,
        account: Address,
        currency: Address,
        call: &C,
        value: U256,
        json: bool,
    ) -> anyhow::Result<Option<TransactionReceipt>> {
        let call = Bytes::from(call.abi_encode());
        if let Some(path) = &self.propose {
            let action = self.propose(session, account, call, value).await?;
            action.write(path)?;
            let path = path.display();
            answer::print(json, &action, |action| {
                format!(
                    "{path}: {}\nNo transaction was sent. Each approver runs `tidemark consent {path}`; then run this command again \
                     with `--consents` and their files.",
                    action.says.join("; ")
                )
            })?;
            return Ok(None);
        }
        if !self.consents.is_empty() {
            return Ok(Some(self.send(session, account, &call, value).await?));
        }
        let raw = CallBuilder::new_raw(session.provider(), call).to(session.deployment.market).value(value);
        let sent = session.send(raw).await;
        match sent {
            Ok(receipt) => Ok(Some(receipt)),
            Err(error) => Err(exceeded(&session.unit(currency).await?, error)),
        }
    }

    async fn propose(
        &self,
        session: &Session,
        account: Address,
        call: Bytes,
        value: U256,
    ) -> anyhow::Result<ActionFile> {
        let binding = binding(session, account).await?;
        let binding = binding
            .with_context(|| format!("{account} is not bound to approvers: send the transaction without --propose"))?;
        let expiry = session.time().await? + self.valid.as_secs();
        let action = ActionFile {
            chain_id: session.deployment.chain_id,
            market: session.deployment.market,
            account,
            says: call::describe(session, &call, value).await?,
            call,
            value,
            nonce: U256::from(rand::random::<u64>()),
            expiry: U256::from(expiry),
            version: binding.version,
            digest: Default::default(),
            consents: Vec::new(),
        };
        Ok(action.sealed())
    }

    async fn send(
        &self,
        session: &Session,
        account: Address,
        call: &Bytes,
        value: U256,
    ) -> anyhow::Result<TransactionReceipt> {
        let (action, signatures) = self.gather(session)?;
        ensure!(
            (action.account, &action.call, action.value) == (account, call, value),
            "the consents are for another action: {}",
            call::describe(session, &action.call, action.value).await?.join("; ")
        );
        let binding = binding(session, account)
            .await?
            .with_context(|| format!("{account} is not bound to approvers: send the transaction without --consents"))?;
        ensure!(
            binding.version == action.version,
            "the binding of {account} changed after the proposal: propose the action again"
        );
        let signatures = usable(session, &action, &binding, signatures).await?;
        let consents =
            Consents { nonce: action.nonce, expiry: action.expiry, approvers: binding.approvers, signatures };
        session.send(session.market.approved(account, action.call, consents).value(action.value)).await
    }

    /// The action of all files, which must be the same, and the signatures in them.
    fn gather(&self, session: &Session) -> anyhow::Result<(ActionFile, BTreeMap<Address, Bytes>)> {
        let mut found: Option<ActionFile> = None;
        let mut signatures = BTreeMap::new();
        for path in &self.consents {
            let action = ActionFile::read(path, &session.deployment)?;
            signatures.extend(action.consents.iter().map(|consent| (consent.approver, consent.signature.clone())));
            match &found {
                Some(first) => {
                    ensure!(
                        first.digest == action.digest,
                        "{} is for another action than the first file",
                        path.display()
                    );
                }
                None => found = Some(action),
            }
        }
        Ok((found.context("no file with consents was given")?, signatures))
    }
}

/// As many consents as the threshold requires, in the order of the approvers. A consent by transaction takes precedence over a
/// signature; revoked consents are left out.
async fn usable(
    session: &Session,
    action: &ActionFile,
    binding: &SpendingPolicy,
    signatures: BTreeMap<Address, Bytes>,
) -> anyhow::Result<Vec<Bytes>> {
    let events = session.filter().topic1(action.digest).topic2(action.account);
    let approvers_of = async |signature| -> anyhow::Result<Vec<Address>> {
        let logs = session.provider().get_logs(&events.clone().event_signature(signature)).await?;
        Ok(logs.iter().filter_map(|log| Some(Address::from_word(*log.topics().get(3)?))).collect())
    };
    let given = approvers_of(Consented::SIGNATURE_HASH).await?;
    let revoked = approvers_of(Revoked::SIGNATURE_HASH).await?;
    let mut usable = Vec::new();
    for approver in binding.approvers.iter().filter(|approver| !revoked.contains(approver)) {
        if given.contains(approver) {
            usable.push(Bytes::copy_from_slice(approver.as_slice()));
        } else if let Some(signature) = signatures.get(approver) {
            usable.push(signature.clone());
        }
    }
    if usable.len() < binding.threshold {
        let revoked: Vec<_> = revoked.iter().map(|approver| short(*approver)).collect();
        let revoked =
            if revoked.is_empty() { String::new() } else { format!(" ({} revoked theirs)", revoked.join(", ")) };
        bail!(
            "{} of {} required consents are given{revoked}: ask more approvers to run `tidemark consent`",
            usable.len(),
            binding.threshold
        );
    }
    usable.truncate(binding.threshold);
    Ok(usable)
}

/// Rewrites a refusal for missing consents with amounts in the units of the currency.
fn exceeded(unit: &Unit, error: anyhow::Error) -> anyhow::Error {
    match error.downcast::<MarketRefusal>() {
        Ok(mut refusal) => {
            if let MarketErrors::ConsentRequired(e) = &refusal.error {
                let amount = |amount| if e.limit == 0 { unit.format_rate(amount) } else { unit.format(amount) };
                let limit = ["the rate of one lease", "the amount of one call", "the exposure"];
                refusal.message = match limit.get(usize::from(e.limit)) {
                    Some(limit) => format!(
                        "the spending policy of {} limits {limit} to {}: this action needs {}, which exceeds it by {}",
                        e.account,
                        amount(e.allowed),
                        amount(e.asked),
                        amount(e.asked.saturating_sub(e.allowed))
                    ),
                    None => format!(
                        "{} is bound to approvers, and a change of its binding always needs their consents",
                        e.account
                    ),
                };
            }
            refusal.into()
        }
        Err(error) => error,
    }
}

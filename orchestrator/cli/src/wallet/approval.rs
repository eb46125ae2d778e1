//! Verbs that may exceed what a bound account may do alone: sent as they are, proposed to its approvers, or sent with
//! their consents.

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
    render::{amount::Unit, answer, call, ids::short, refusal::Refusal},
    wallet::{
        action_file::ActionFile,
        binding::{Binding, binding},
        session::Session,
    },
};

#[derive(Debug, Clone, Args)]
pub struct Approval {
    /// Send nothing: write the action into this file, for the account's approvers.
    #[arg(long, value_name = "FILE", conflicts_with = "consents")]
    pub propose: Option<PathBuf>,
    /// Send with consents: files that `tidemark consent` wrote. One given by transaction needs no file but the action's.
    #[arg(long, value_name = "FILE", num_args = 1..)]
    pub consents: Vec<PathBuf>,
    /// How long what is proposed may be taken.
    #[arg(long, default_value = "7d", value_parser = crate::settings::duration, value_name = "DURATION")]
    pub valid: Duration,
}

impl Approval {
    /// For what is done without asking anybody.
    pub fn none() -> Self {
        Self { propose: None, consents: Vec::new(), valid: Duration::from_secs(7 * 86_400) }
    }

    /// The call that the given consents are about.
    pub fn consented<C: SolCall>(&self, session: &Session) -> anyhow::Result<Option<C>> {
        let Some(path) = self.consents.first() else { return Ok(None) };
        let action = ActionFile::read(path, &session.deployment)?;
        let call = C::abi_decode(&action.call);
        Ok(Some(call.with_context(|| format!("{} is about: {}", path.display(), action.says.join("; ")))?))
    }

    /// Does it in one of the three ways. `None`, and the answer has been given, when it was proposed.
    ///
    /// # Errors
    /// A refusal for want of consents says what exceeds which limit by how much.
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
            answer::give(json, &action, |action| {
                format!(
                    "{path}: {}\nNothing was sent. Each approver runs `tidemark consent {path}`; then run this again with \
                     `--consents` and their files.",
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
        let binding = binding.with_context(|| format!("{account} is not bound: it needs no consents"))?;
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
            "the consents are to something else: {}",
            call::describe(session, &action.call, action.value).await?.join("; ")
        );
        let binding = binding(session, account).await?.with_context(|| format!("{account} is not bound"))?;
        ensure!(
            binding.version == action.version,
            "{account} was bound anew since this was proposed: propose it again"
        );
        let signatures = usable(session, &action, &binding, signatures).await?;
        let consents =
            Consents { nonce: action.nonce, expiry: action.expiry, approvers: binding.approvers, signatures };
        session.send(session.market.approved(account, action.call, consents).value(action.value)).await
    }

    /// The one action of all files, and the signatures in them.
    fn gather(&self, session: &Session) -> anyhow::Result<(ActionFile, BTreeMap<Address, Bytes>)> {
        let mut found: Option<ActionFile> = None;
        let mut signatures = BTreeMap::new();
        for path in &self.consents {
            let action = ActionFile::read(path, &session.deployment)?;
            signatures.extend(action.consents.iter().map(|consent| (consent.approver, consent.signature.clone())));
            match &found {
                Some(first) => {
                    ensure!(first.digest == action.digest, "{} is about another action than the first", path.display());
                }
                None => found = Some(action),
            }
        }
        Ok((found.context("there are no consents")?, signatures))
    }
}

/// As many consents as it takes, in the order of the approvers: by transaction where there is one, none that was taken back.
async fn usable(
    session: &Session,
    action: &ActionFile,
    binding: &Binding,
    signatures: BTreeMap<Address, Bytes>,
) -> anyhow::Result<Vec<Bytes>> {
    let events = session.filter().topic1(action.digest).topic2(action.account);
    let told = async |signature| -> anyhow::Result<Vec<Address>> {
        let logs = session.provider().get_logs(&events.clone().event_signature(signature)).await?;
        Ok(logs.iter().filter_map(|log| Some(Address::from_word(*log.topics().get(3)?))).collect())
    };
    let given = told(Consented::SIGNATURE_HASH).await?;
    let taken_back = told(Revoked::SIGNATURE_HASH).await?;
    let mut usable = Vec::new();
    for approver in binding.approvers.iter().filter(|approver| !taken_back.contains(approver)) {
        if given.contains(approver) {
            usable.push(Bytes::copy_from_slice(approver.as_slice()));
        } else if let Some(signature) = signatures.get(approver) {
            usable.push(signature.clone());
        }
    }
    if usable.len() < binding.threshold {
        let revoked: Vec<_> = taken_back.iter().map(|approver| short(*approver)).collect();
        let revoked =
            if revoked.is_empty() { String::new() } else { format!(" ({} took it back)", revoked.join(", ")) };
        bail!(
            "{} of the {} consents that this takes are there{revoked}: the approvers run `tidemark consent`",
            usable.len(),
            binding.threshold
        );
    }
    usable.truncate(binding.threshold);
    Ok(usable)
}

/// A refusal for want of consents, in the currency's own units.
fn exceeded(unit: &Unit, error: anyhow::Error) -> anyhow::Error {
    match error.downcast::<Refusal>() {
        Ok(mut refusal) => {
            if let MarketErrors::ConsentRequired(e) = &refusal.error {
                let amount = |amount| if e.limit == 0 { unit.format_rate(amount) } else { unit.format(amount) };
                let limit = ["what one lease may reserve", "one call", "what may be in the market"];
                refusal.message = match limit.get(usize::from(e.limit)) {
                    Some(limit) => format!(
                        "{} is bound, and its limit on {limit} is {}: this comes to {}, which is {} too much",
                        e.account,
                        amount(e.allowed),
                        amount(e.asked),
                        amount(e.asked.saturating_sub(e.allowed))
                    ),
                    None => format!("{} is bound, and no change of that is within its limits", e.account),
                };
            }
            refusal.into()
        }
        Err(error) => error,
    }
}

//! A mailbox: actions that wait for consents, between a bound account and its approvers.
//!
//! Nothing in it has an effect, and nothing in it is believed: the digest is computed anew, a signature is checked before
//! it is kept, and what a call does is told by the program of whoever signs. Only what concerns an account that is bound on
//! chain is kept, from the account itself or one of its approvers, so that filling the mailbox costs its writer gas.

use std::collections::{BTreeMap, BTreeSet};

use alloy::{
    primitives::{Address, B256, Bytes, U256},
    sol_types::SolInterface,
};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde::Deserialize;
use solidity::{Market::MarketCalls, typed};
use utoipa::ToSchema;

use super::{
    Api,
    error::{Error, JsonBody, Result},
    session::{Caller, signed},
};
use api_types::schema::{AddressText, HexText};
use api_types::{
    error::ErrorView,
    proposals::{ConsentView, ProposalView},
};
use store::proposal::Proposal;

/// Proposals of one address at a time.
const MOST: u64 = 50;
/// Proposals in one answer.
const LISTED: u64 = 500;
/// Bytes of a call; the longest of the market's are some thousand.
const LONGEST_CALL: usize = 32 * 1024;
/// Of the proposer's words: lines, and bytes of each.
const MOST_LINES: usize = 32;
const LONGEST_LINE: usize = 500;
/// Bytes of a signature; contracts' can be long.
const LONGEST_SIGNATURE: usize = 4096;
/// How long an action may wait.
const LONGEST_WAIT: u64 = 366 * 86_400;

/// An action as `tidemark … --propose` writes it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProposalArgument {
    chain_id: u64,
    #[schema(value_type = AddressText)]
    market: String,
    #[schema(value_type = AddressText)]
    account: String,
    /// The proposer's words.
    #[serde(default)]
    says: Vec<String>,
    #[schema(value_type = HexText)]
    call: String,
    /// Wei.
    value: String,
    nonce: String,
    /// Unix seconds.
    expiry: String,
    /// Of the account's binding.
    version: String,
    #[schema(value_type = HexText)]
    digest: String,
    #[serde(default)]
    consents: Vec<ConsentView>,
    /// Whom to ask; all of the account's approvers when empty.
    #[serde(default)]
    #[schema(value_type = Vec<AddressText>)]
    approvers: Vec<String>,
}

/// Ask an account's approvers for their consents.
#[utoipa::path(
    post, path = "/v1/proposals", operation_id = "createProposal", request_body = ProposalArgument,
    responses((status = 200, body = ProposalView), (status = 400, body = ErrorView), (status = 401, body = ErrorView), (status = 403, body = ErrorView), (status = 429, body = ErrorView))
)]
pub async fn propose(
    State(api): State<Api>,
    caller: Caller,
    JsonBody(proposed): JsonBody<ProposalArgument>,
) -> Result<Json<ProposalView>> {
    let mut proposal = read(&api, &caller, &proposed)?;
    let now = prune(&api).await?;
    if proposal.expiry < now || proposal.expiry > now + LONGEST_WAIT {
        return Err(Error::BadRequest("the expiry has to be in the future, at most a year ahead".to_owned()));
    }
    let account = proposal.account;
    let binding = api.store.binding(account).await?.ok_or_else(|| {
        Error::BadRequest(format!(
            "{account} is not bound as far as this provider has read the chain: it needs no consents"
        ))
    })?;
    if proposal.version != binding.version {
        let version = binding.version;
        return Err(Error::Conflict(format!("{account} was bound anew, now version {version}: propose it again")));
    }
    if caller.address != account && !binding.approvers.contains(&caller.address) {
        return Err(Error::Forbidden(format!("only {account} and its approvers propose for it")));
    }
    let named: BTreeSet<Address> = proposed.approvers.iter().map(|text| address(text)).collect::<Result<_>>()?;
    if let Some(other) = named.iter().find(|named| !binding.approvers.contains(named)) {
        return Err(Error::BadRequest(format!("{other} is no approver of {account}")));
    }
    let mut asked: BTreeMap<Address, Option<Bytes>> = BTreeMap::new();
    for approver in binding.approvers.iter().filter(|approver| named.is_empty() || named.contains(*approver)) {
        asked.insert(*approver, None);
    }
    for ConsentView { approver, signature } in &proposed.consents {
        let approver = address(approver)?;
        if !binding.approvers.contains(&approver) {
            return Err(Error::BadRequest(format!("{approver} is no approver of {account}")));
        }
        asked.insert(approver, Some(consent(&api, proposal.digest, approver, signature).await?));
    }
    proposal.asked = asked.into_iter().collect();
    if !api.store.put_proposal(&proposal, MOST).await? {
        let why = format!("{} has {MOST} proposals that wait: delete some", caller.address);
        return Err(Error::Busy(why));
    }
    let kept = api.store.proposal(proposal.digest).await?.unwrap_or(proposal);
    Ok(Json(view(&api, kept)))
}

/// Every proposal that concerns whoever is signed in: as account, proposer or approver. The newest first.
#[utoipa::path(get, path = "/v1/proposals", operation_id = "listProposals", responses((status = 200, body = Vec<ProposalView>), (status = 401, body = ErrorView)))]
pub async fn list(State(api): State<Api>, caller: Caller) -> Result<Json<Vec<ProposalView>>> {
    prune(&api).await?;
    let found = api.store.proposals(caller.address, LISTED).await?;
    Ok(Json(found.into_iter().map(|proposal| view(&api, proposal)).collect()))
}

/// One proposal, for whom it concerns.
#[utoipa::path(
    get, path = "/v1/proposals/{digest}", operation_id = "getProposal", params(("digest" = String, Path, description = "What approvers sign")),
    responses((status = 200, body = ProposalView), (status = 401, body = ErrorView), (status = 404, body = ErrorView))
)]
pub async fn show(State(api): State<Api>, Path(digest): Path<String>, caller: Caller) -> Result<Json<ProposalView>> {
    let proposal = find(&api, &digest).await?.filter(|proposal| proposal.concerns(caller.address));
    Ok(Json(view(&api, proposal.ok_or_else(|| unknown(&digest))?)))
}

/// Hand an approver's signature in.
#[utoipa::path(
    post, path = "/v1/proposals/{digest}/consents", operation_id = "addConsent", request_body = ConsentView,
    params(("digest" = String, Path, description = "What approvers sign")),
    responses((status = 200, body = ProposalView), (status = 400, body = ErrorView), (status = 401, body = ErrorView), (status = 404, body = ErrorView))
)]
pub async fn add_consent(
    State(api): State<Api>,
    Path(digest): Path<String>,
    caller: Caller,
    JsonBody(given): JsonBody<ConsentView>,
) -> Result<Json<ProposalView>> {
    let approver = address(&given.approver)?;
    let proposal = find(&api, &digest).await?;
    // A contract that approves cannot sign in; who signs for it hands its signature in.
    let visible = |proposal: &Proposal| proposal.concerns(caller.address) || proposal.concerns(approver);
    let mut proposal = proposal.filter(visible).ok_or_else(|| unknown(&digest))?;
    let binding = api.store.binding(proposal.account).await?;
    if !binding.is_some_and(|binding| binding.version == proposal.version && binding.approvers.contains(&approver)) {
        return Err(Error::BadRequest(format!("{approver} is no approver of {} as it was proposed", proposal.account)));
    }
    let signature = consent(&api, proposal.digest, approver, &given.signature).await?;
    proposal.asked = vec![(approver, Some(signature))];
    api.store.put_proposal(&proposal, u64::MAX).await?;
    let kept = api.store.proposal(proposal.digest).await?.ok_or_else(|| unknown(&digest))?;
    Ok(Json(view(&api, kept)))
}

/// Take a proposal back. Consents that were given stay good on chain until they are revoked there.
#[utoipa::path(
    delete, path = "/v1/proposals/{digest}", operation_id = "deleteProposal", params(("digest" = String, Path, description = "What approvers sign")),
    responses((status = 204), (status = 401, body = ErrorView), (status = 403, body = ErrorView), (status = 404, body = ErrorView))
)]
pub async fn withdraw(State(api): State<Api>, Path(digest): Path<String>, caller: Caller) -> Result<StatusCode> {
    let proposal = find(&api, &digest).await?.filter(|proposal| proposal.concerns(caller.address));
    let proposal = proposal.ok_or_else(|| unknown(&digest))?;
    if ![proposal.account, proposal.proposer].contains(&caller.address) {
        let Proposal { account, proposer, .. } = proposal;
        return Err(Error::Forbidden(format!("only {account} and {proposer}, who proposed it, take it back")));
    }
    api.store.drop_proposal(proposal.digest).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What was sent, within its bounds and with its digest computed anew. Nobody is asked yet.
fn read(api: &Api, caller: &Caller, proposed: &ProposalArgument) -> Result<Proposal> {
    let bad = |why: String| Error::BadRequest(why);
    let (chain_id, market) = (api.deployment.chain_id, api.deployment.market);
    if (proposed.chain_id, address(&proposed.market)?) != (chain_id, market) {
        return Err(bad(format!("this is about another market; here it is {market} on chain {chain_id}")));
    }
    let call: Bytes = proposed.call.parse().map_err(|_| bad("the call is not bytes in 0x hex".to_owned()))?;
    if call.len() > LONGEST_CALL || MarketCalls::abi_decode(&call).is_err() {
        return Err(bad("the call is none of the market's".to_owned()));
    }
    if proposed.says.len() > MOST_LINES || proposed.says.iter().any(|line| line.len() > LONGEST_LINE) {
        return Err(bad(format!("`says` has at most {MOST_LINES} lines of {LONGEST_LINE} bytes")));
    }
    let number = |name: &str, text: &str| -> Result<U256> {
        let digits = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
        let number = digits.then(|| text.parse().ok()).flatten();
        number.ok_or_else(|| bad(format!("{name} is not a whole number in decimal text")))
    };
    let proposal = Proposal {
        digest: proposed.digest.parse().map_err(|_| bad("the digest is not 32 bytes in 0x hex".to_owned()))?,
        account: address(&proposed.account)?,
        proposer: caller.address,
        says: proposed.says.clone(),
        call,
        value: number("value", &proposed.value)?,
        nonce: number("nonce", &proposed.nonce)?,
        expiry: number("expiry", &proposed.expiry)?.saturating_to(),
        version: number("version", &proposed.version)?,
        created_at_ms: api.clock.now_ms(),
        asked: Vec::new(),
    };
    let digest = proposal.action().digest(&typed::domain(chain_id, market));
    if digest != proposal.digest {
        return Err(bad(format!("this was changed: its digest would be {digest}")));
    }
    Ok(proposal)
}

/// An approver's signature, checked.
async fn consent(api: &Api, digest: B256, approver: Address, signature: &str) -> Result<Bytes> {
    let bytes: Option<Bytes> = signature.parse().ok();
    let bytes = bytes.filter(|bytes| (1..=LONGEST_SIGNATURE).contains(&bytes.len()));
    let bytes = bytes.ok_or_else(|| Error::BadRequest("the signature is not bytes in 0x hex".to_owned()))?;
    if !signed(api, approver, digest, &bytes).await? {
        return Err(Error::BadRequest(format!("the signature is not that of {approver} over {digest}")));
    }
    Ok(bytes)
}

/// Forgets what is over. Returns the chain's time.
async fn prune(api: &Api) -> Result<u64> {
    let head = api.store.head().await?;
    let now = head.map_or(api.clock.now_ms() / 1000, |head| head.time);
    api.store.prune_proposals(now).await?;
    Ok(now)
}

async fn find(api: &Api, digest: &str) -> Result<Option<Proposal>> {
    let digest =
        digest.parse().map_err(|_| Error::BadRequest(format!("{digest:?} is not a digest: 0x and 64 hex digits")))?;
    prune(api).await?;
    Ok(api.store.proposal(digest).await?)
}

fn unknown(digest: &str) -> Error {
    Error::NotFound(format!("nothing with the digest {digest} waits here for you"))
}

fn address(text: &str) -> Result<Address> {
    super::leases::address(text)
}

fn view(api: &Api, proposal: Proposal) -> ProposalView {
    let signatures = proposal.asked.iter().filter_map(|(approver, signature)| Some((approver, signature.as_ref()?)));
    ProposalView {
        chain_id: api.deployment.chain_id,
        market: api.deployment.market.to_string(),
        account: proposal.account.to_string(),
        call: proposal.call.to_string(),
        value: proposal.value.to_string(),
        nonce: proposal.nonce.to_string(),
        expiry: proposal.expiry.to_string(),
        version: proposal.version.to_string(),
        digest: proposal.digest.to_string(),
        consents: signatures
            .map(|(approver, signature)| ConsentView {
                approver: approver.to_string(),
                signature: signature.to_string(),
            })
            .collect(),
        approvers: proposal.asked.iter().map(|(approver, _)| approver.to_string()).collect(),
        created_at_ms: proposal.created_at_ms,
        created_by: proposal.proposer.to_string(),
        says: proposal.says,
    }
}

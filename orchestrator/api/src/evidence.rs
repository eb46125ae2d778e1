//! Evidence of disputes, stored by hash for the arbiters. Anyone may upload the bytes that an open dispute names: their hash
//! authenticates them, and each dispute costs a deposit, which bounds the storage.

use alloy::primitives::{B256, keccak256};
use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use solidity::Market::MarketEvents;

use super::{
    error::{Error, Result},
    manifest::read,
    state::Api,
};
use api_types::{error::ErrorView, schema::HexText};
use store::EventFilter;

/// Bytes of one upload.
const LARGEST: usize = 1 << 20;
/// The newest disputes of the market that are searched for a hash.
const DISPUTES: u64 = 1000;

/// Upload the evidence of an open dispute: the bytes whose keccak256 the dispute names.
///
/// At most 1 MiB. Needs no session.
#[utoipa::path(
    put, path = "/v1/evidence/{hash}", operation_id = "putEvidence", params(("hash" = HexText, Path, description = "keccak256 of the evidence, as the event DisputeOpened names it")),
    request_body(content = String, content_type = "application/octet-stream"),
    responses((status = 204), (status = 400, body = ErrorView), (status = 404, body = ErrorView), (status = 413, body = ErrorView))
)]
pub async fn put(State(api): State<Api>, Path(hash): Path<String>, body: Body) -> Result<StatusCode> {
    let hash = parse(&hash)?;
    if !is_named(&api, hash).await? {
        return Err(Error::NotFound(format!("no open dispute names {hash} as its evidence")));
    }
    let bytes = read(body, "evidence", LARGEST).await?;
    let found = keccak256(&bytes);
    if found != hash {
        return Err(Error::BadRequest(format!("these bytes hash to {found}: send the very file that was hashed")));
    }
    api.store.put_evidence(hash, &bytes).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Download evidence.
///
/// The bytes are untrusted: the response is an attachment and forbids rendering.
#[utoipa::path(
    get, path = "/v1/evidence/{hash}", operation_id = "getEvidence", params(("hash" = HexText, Path, description = "keccak256 of the evidence, as the event DisputeOpened names it")),
    responses((status = 200, content_type = "application/octet-stream"), (status = 404, body = ErrorView))
)]
pub async fn get(State(api): State<Api>, Path(hash): Path<String>) -> Result<Response> {
    let hash = parse(&hash)?;
    let bytes = api.store.evidence(hash).await?;
    let bytes = bytes.ok_or_else(|| Error::NotFound(format!("the provider has no evidence with the hash {hash}")))?;
    let mut answer = bytes.into_response();
    let headers = answer.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(
        header::CONTENT_SECURITY_POLICY,
        HeaderValue::from_static("default-src 'none'; frame-ancestors 'none'; sandbox"),
    );
    let name = format!("attachment; filename=\"evidence-{}\"", &hash.to_string()[2..14]);
    headers.insert(header::CONTENT_DISPOSITION, HeaderValue::try_from(name).map_err(anyhow::Error::from)?);
    Ok(answer)
}

async fn is_named(api: &Api, hash: B256) -> Result<bool> {
    let wanted = EventFilter { name: Some("DisputeOpened".to_owned()), ..EventFilter::default() };
    for event in api.store.find_events(&wanted, DISPUTES, true).await? {
        let MarketEvents::DisputeOpened(opened) = event.event else { continue };
        if opened.evidence == hash {
            let lease = api.store.lease(opened.lease).await?;
            if lease.is_some_and(|row| row.lease.disputed_until.is_some()) {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

fn parse(text: &str) -> Result<B256> {
    text.parse().map_err(|_| Error::BadRequest(format!("{text:?} is not a hash: 0x and 64 hex digits")))
}

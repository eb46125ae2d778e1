//! What a dispute names by its hash, so that arbiters can read it. Whoever has the bytes may hand them over: that they hash
//! to what an open dispute names says all that has to be known of them, and each dispute costs its opener a deposit.

use alloy::primitives::{B256, keccak256};
use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use solidity::Market::MarketEvents;

use super::{
    Api,
    error::{Error, Result},
    manifest::read,
};
use api_types::error::ErrorView;
use store::EventFilter;

/// Bytes.
const LARGEST: usize = 1 << 20;
/// Disputes of the market that are looked at, the newest.
const DISPUTES: u64 = 1000;

/// Hand over the evidence of an open dispute: bytes whose keccak256 it names.
#[utoipa::path(
    put, path = "/v1/evidence/{hash}", operation_id = "putEvidence", params(("hash" = String, Path, description = "As DisputeOpened has it")),
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

/// The evidence itself: to be saved, not to be shown, because nobody knows what it is.
#[utoipa::path(
    get, path = "/v1/evidence/{hash}", operation_id = "getEvidence", params(("hash" = String, Path, description = "As DisputeOpened has it")),
    responses((status = 200, content_type = "application/octet-stream"), (status = 404, body = ErrorView))
)]
pub async fn get(State(api): State<Api>, Path(hash): Path<String>) -> Result<Response> {
    let hash = parse(&hash)?;
    let bytes = api.store.evidence(hash).await?;
    let bytes = bytes.ok_or_else(|| Error::NotFound(format!("nobody has handed {hash} over")))?;
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

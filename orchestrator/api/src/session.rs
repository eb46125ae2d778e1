//! Sign-In with Ethereum (EIP-4361): exchanges a wallet's signature for a session.
//!
//! A message is valid once, for a few minutes, for this chain and for one of this provider's pages. Only the client holds
//! the session's token; the database holds its hash. The provider's own pages get the token as an `HttpOnly` cookie, all
//! other clients in the response.

mod caller;
mod message;

use std::time::Duration;

use alloy::{
    hex,
    primitives::{Address, B256, Signature},
};
use axum::{
    Json,
    extract::State,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{AppendHeaders, IntoResponse, Response},
};
use rand::{Rng, RngCore, distributions::Alphanumeric, rngs::OsRng};
use serde::Deserialize;
use utoipa::ToSchema;

pub use self::caller::{Caller, PROTOCOL};
use self::{
    caller::{COOKIE, hash},
    message::SignInMessage,
};
use super::{
    error::{Error, JsonBody, Result},
    state::Api,
};
use api_types::{
    access::{NonceView, SessionView},
    error::ErrorView,
    schema::HexText,
};
use store::access::SessionRow;

/// The lifetime of a nonce, and the maximal age of a message.
const FRESH: Duration = Duration::from_secs(300);
/// How far a wallet's clock may be ahead.
const AHEAD_MS: u64 = 60_000;
const STATEMENT: &str =
    "Sign in to see inside your leases at this provider. This costs nothing and sends no transaction.";

/// Create a nonce for a sign-in message.
#[utoipa::path(post, path = "/v1/session/nonce", operation_id = "createNonce", responses((status = 200, body = NonceView)))]
pub async fn nonce(State(api): State<Api>) -> Result<Json<NonceView>> {
    let nonce: String = OsRng.sample_iter(Alphanumeric).take(24).map(char::from).collect();
    let now_ms = api.clock.now_ms();
    let expires_at_ms = now_ms + FRESH.as_millis() as u64;
    api.store.put_nonce(&nonce, expires_at_ms).await?;
    Ok(Json(NonceView {
        nonce,
        chain_id: api.deployment.chain_id,
        statement: STATEMENT.to_owned(),
        issued_at: now_ms / 1000,
        expires_at: expires_at_ms / 1000,
    }))
}

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SignInArgument {
    /// The signed text, byte for byte.
    message: String,
    /// 65 bytes of a key, or what a contract accepts by EIP-1271.
    #[schema(value_type = HexText)]
    signature: String,
    /// Return a bearer token and set no cookie: for programs and for pages of other origins.
    #[serde(default)]
    token: bool,
}

/// Sign in with a signed message (EIP-4361).
///
/// Sets a session cookie, or returns a bearer token. 400 for a malformed message; 401 for a wrong signature, nonce, domain,
/// chain or time.
#[utoipa::path(
    post, path = "/v1/session", operation_id = "createSession", request_body = SignInArgument,
    responses((status = 200, body = SessionView), (status = 400, body = ErrorView), (status = 401, body = ErrorView))
)]
pub async fn open(
    State(api): State<Api>,
    headers: HeaderMap,
    JsonBody(asked): JsonBody<SignInArgument>,
) -> Result<Response> {
    if !asked.token {
        caller::same_origin(&api, &headers, false).await?;
    }
    let message = SignInMessage::parse(&asked.message)
        .map_err(|why| Error::BadRequest(format!("the message is not one of EIP-4361: {why}")))?;
    let page = judge(&api, &message).await?;
    let signature = hex::decode(&asked.signature)
        .map_err(|_| Error::BadRequest("the signature is not bytes in 0x hex".to_owned()))?;
    if !signed(&api, message.address, message::digest(&asked.message), &signature).await? {
        return Err(Error::Unauthorized(format!(
            "the signature is not that of {} over this message: sign the very text that is sent",
            message.address
        )));
    }
    let now_ms = api.clock.now_ms();
    let mut token = [0; 32];
    OsRng.fill_bytes(&mut token);
    let token = hex::encode(token);
    let expires_at_ms = now_ms + api.session_lifetime.as_millis() as u64;
    let row = SessionRow { token_hash: hash(&token), address: message.address, expires_at_ms };
    if !api.store.open_session(&message.nonce, &row, now_ms).await? {
        return Err(used());
    }
    api.store.prune_access(now_ms).await?;
    let mut view = SessionView { address: message.address.to_string(), expires_at: expires_at_ms / 1000, token: None };
    if asked.token {
        view.token = Some(token);
        return Ok(uncached(Json(view)));
    }
    let secure = if page.starts_with("https://") { "; Secure" } else { "" };
    let age = api.session_lifetime.as_secs();
    let cookie = format!("{COOKIE}={token}; HttpOnly; SameSite=Strict; Path=/; Max-Age={age}{secure}");
    Ok(with_cookie(cookie, Json(view)))
}

/// Get the current session.
#[utoipa::path(get, path = "/v1/session", operation_id = "getSession", responses((status = 200, body = SessionView), (status = 401, body = ErrorView)))]
pub async fn show(caller: Caller) -> Response {
    let (address, expires_at) = (caller.address.to_string(), caller.expires_at_ms / 1000);
    uncached(Json(SessionView { address, expires_at, token: None }))
}

/// Sign out: end the current session.
#[utoipa::path(delete, path = "/v1/session", operation_id = "deleteSession", responses((status = 204), (status = 401, body = ErrorView)))]
pub async fn close(State(api): State<Api>, caller: Caller) -> Result<Response> {
    api.store.end_session(caller.session).await?;
    let cookie = format!("{COOKIE}=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0");
    Ok(with_cookie(cookie, StatusCode::NO_CONTENT))
}

/// Whether the account signed the digest: by its key, or by its contract (EIP-1271).
///
/// # Errors
/// 503 when the contract cannot be called.
pub async fn signed(api: &Api, account: Address, digest: B256, signature: &[u8]) -> Result<bool> {
    let own = Signature::from_raw(signature).and_then(|signature| signature.recover_address_from_prehash(&digest));
    if own.is_ok_and(|signer| signer == account) {
        return Ok(true);
    }
    api.signatures.accepted(account, digest, signature).await.map_err(|error| {
        tracing::warn!(
            error = format!("{:#}", anyhow::Error::from(error)),
            "a contract could not be asked for its signature"
        );
        Error::Unavailable(
            "the chain does not answer, and the signature may be a contract's: try again in a moment".to_owned(),
        )
    })
}

/// Validates a message and returns the origin of the page for which it signs in.
async fn judge(api: &Api, message: &SignInMessage) -> Result<String> {
    let refuse = |why: String| Err(Error::Unauthorized(why));
    let page = api.origins.page(&api.store, api.provider, message.scheme.as_deref(), &message.domain).await?;
    let Some(page) = page else {
        return refuse(format!(
            "the message signs in at {:?}, which is no page of this provider: the provider can name it in TIDEMARK_WEB_ORIGINS",
            message.domain
        ));
    };
    if api_types::origin::normal(&message.uri).as_ref() != Some(&page) {
        return refuse(format!("the message's URI, {:?}, is not below its domain {page}", message.uri));
    }
    if message.chain_id != api.deployment.chain_id {
        let (theirs, ours) = (message.chain_id, api.deployment.chain_id);
        return refuse(format!(
            "the message is for chain {theirs}, and this market is on chain {ours}: switch the wallet"
        ));
    }
    let now_ms = api.clock.now_ms();
    if message.issued_at_ms + (FRESH.as_millis() as u64) < now_ms {
        return refuse("the message is more than five minutes old: ask for a new nonce and sign again".to_owned());
    }
    if message.issued_at_ms > now_ms + AHEAD_MS || message.not_before_ms.is_some_and(|from| from > now_ms) {
        return refuse("the message is not valid yet: set the clock of the wallet's machine".to_owned());
    }
    if message.expires_at_ms.is_some_and(|until| until <= now_ms) {
        return refuse("the message has expired: ask for a new nonce and sign again".to_owned());
    }
    // Checked before a contract's signature, because that costs an RPC call.
    if !api.store.nonce_is_valid(&message.nonce, now_ms).await? {
        return Err(used());
    }
    Ok(page)
}

fn used() -> Error {
    Error::Unauthorized("the nonce was used before or is too old: POST /v1/session/nonce gives a new one".to_owned())
}

fn uncached(answer: impl IntoResponse) -> Response {
    (AppendHeaders([(header::CACHE_CONTROL, "no-store")]), answer).into_response()
}

fn with_cookie(cookie: String, answer: impl IntoResponse) -> Response {
    let mut answer = uncached(answer);
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        answer.headers_mut().insert(header::SET_COOKIE, cookie);
    }
    answer
}

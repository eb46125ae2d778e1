//! Sign-In with Ethereum (EIP-4361): a wallet's signature becomes a session of an hour.
//!
//! A message signs in once, at this provider, on this chain, within minutes, for a page that is this provider's. The
//! session's token is known to its owner alone; the database has its hash. A page of ours gets it as a cookie that no
//! script can read; whoever else, in the answer.

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
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

pub use self::caller::{Caller, PROTOCOL};
use self::message::SignInMessage;
use super::{
    Api,
    error::{Error, JsonBody, Result},
};
use api_types::schema::HexText;
use api_types::{
    access::{NonceView, SessionView},
    error::ErrorView,
};
use store::access::SessionRow;

pub const COOKIE: &str = "tidemark_session";
/// How long a nonce waits for its message, and how old a message may be.
const FRESH: Duration = Duration::from_secs(300);
/// How far a wallet's clock may be ahead.
const AHEAD_MS: u64 = 60_000;
const STATEMENT: &str =
    "Sign in to see inside your leases at this provider. This costs nothing and sends no transaction.";

/// Begin to sign in: what the message has to carry.
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
    /// The text that was signed, byte for byte.
    message: String,
    /// 0x hex: 65 bytes of an account, or what a contract accepts by EIP-1271.
    #[schema(value_type = HexText)]
    signature: String,
    /// Answer with the token and set no cookie: for programs, and for pages hosted elsewhere.
    #[serde(default)]
    token: bool,
}

/// Sign in with a signed message.
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

/// Who is signed in.
#[utoipa::path(get, path = "/v1/session", operation_id = "getSession", responses((status = 200, body = SessionView), (status = 401, body = ErrorView)))]
pub async fn show(caller: Caller) -> Response {
    let (address, expires_at) = (caller.address.to_string(), caller.expires_at_ms / 1000);
    uncached(Json(SessionView { address, expires_at, token: None }))
}

/// Sign out.
#[utoipa::path(delete, path = "/v1/session", operation_id = "deleteSession", responses((status = 204), (status = 401, body = ErrorView)))]
pub async fn close(State(api): State<Api>, caller: Caller) -> Result<Response> {
    api.store.end_session(caller.session).await?;
    let cookie = format!("{COOKIE}=; HttpOnly; SameSite=Strict; Path=/; Max-Age=0");
    Ok(with_cookie(cookie, StatusCode::NO_CONTENT))
}

/// Whether a signature of a digest is an account's own: of its key, or of its contract by EIP-1271.
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

/// Finds the page for which a message signs in; an error says why it does not.
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
    // Before a contract is asked, which costs a call.
    if !api.store.nonce_is_valid(&message.nonce, now_ms).await? {
        return Err(used());
    }
    Ok(page)
}

fn used() -> Error {
    Error::Unauthorized("the nonce was used before or is too old: POST /v1/session/nonce gives a new one".to_owned())
}

/// What the database has of a token.
fn hash(token: &str) -> B256 {
    B256::from_slice(&Sha256::digest(token))
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

//! Authentication: a handler with a `Caller` parameter requires a session.

use alloy::primitives::{Address, B256};
use axum::{
    extract::FromRequestParts,
    http::{HeaderMap, header, request::Parts},
};
use sha2::{Digest, Sha256};

use super::super::{
    error::{Error, Result},
    state::Api,
};

/// The subprotocol of the API's WebSockets. A client without a cookie also offers `bearer.TOKEN`.
pub const PROTOCOL: &str = "tidemark";
/// The session cookie.
pub(super) const COOKIE: &str = "tidemark_session";
const BEARER: &str = "bearer.";

/// The account of a valid session. For a session cookie, requests that change something and WebSockets must come from one of
/// the provider's pages.
#[derive(Debug, Clone)]
pub struct Caller {
    pub address: Address,
    /// SHA-256 of the session's token.
    pub session: B256,
    /// Unix milliseconds of the provider's clock.
    pub expires_at_ms: u64,
}

impl FromRequestParts<Api> for Caller {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self> {
        let token = match bearer(&parts.headers) {
            Some(token) => token,
            None => {
                let token = cookie(&parts.headers).ok_or_else(sign_in)?;
                let acts = !parts.method.is_safe() || parts.headers.contains_key(header::UPGRADE);
                same_origin(api, &parts.headers, acts).await?;
                token
            }
        };
        let session = api.store.session(hash(token), api.clock.now_ms()).await?.ok_or_else(sign_in)?;
        Ok(Self { address: session.address, session: session.token_hash, expires_at_ms: session.expires_at_ms })
    }
}

impl Caller {
    /// Whether the session is still valid.
    pub async fn is_valid(&self, api: &Api) -> Result<bool> {
        Ok(api.store.session(self.session, api.clock.now_ms()).await?.is_some())
    }
}

/// Refuses requests of other sites' pages (CSRF). Browsers send `Origin` with every request that changes something; with
/// `required`, a request without one is refused too.
pub async fn same_origin(api: &Api, headers: &HeaderMap, required: bool) -> Result<()> {
    let Some(origin) = headers.get(header::ORIGIN) else {
        let why = "a request by cookie that changes something has to name its Origin; programs use a bearer token";
        return if required { Err(Error::Forbidden(why.to_owned())) } else { Ok(()) };
    };
    let origin = origin.to_str().unwrap_or_default();
    if api.origins.has(&api.store, api.provider, origin).await? {
        return Ok(());
    }
    Err(Error::Forbidden(format!("pages of {origin:?} cannot use this provider's cookie: ask for a token instead")))
}

/// The form of a token in the database.
pub(super) fn hash(token: &str) -> B256 {
    B256::from_slice(&Sha256::digest(token))
}

fn sign_in() -> Error {
    Error::Unauthorized(
        "this is for those who are signed in: POST /v1/session/nonce, then the signed message to /v1/session"
            .to_owned(),
    )
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    if let Some(given) = headers.get(header::AUTHORIZATION) {
        // An explicit token takes precedence over a cookie, even if it is invalid.
        let token = given.to_str().ok().and_then(|text| text.split_once(' '));
        return Some(
            token.filter(|(kind, _)| kind.eq_ignore_ascii_case("bearer")).map_or("", |(_, token)| token.trim()),
        );
    }
    let listed = headers.get_all(header::SEC_WEBSOCKET_PROTOCOL).iter().filter_map(|value| value.to_str().ok());
    listed.flat_map(|list| list.split(',')).find_map(|protocol| protocol.trim().strip_prefix(BEARER))
}

fn cookie(headers: &HeaderMap) -> Option<&str> {
    let all = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    let mut pairs = all.flat_map(|line| line.split(';')).filter_map(|pair| pair.trim().split_once('='));
    pairs.find(|(name, _)| *name == COOKIE).map(|(_, token)| token)
}

#[cfg(test)]
mod tests {
    use axum::http::{HeaderName, HeaderValue};

    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(n, v)| (HeaderName::from_static(n), HeaderValue::from_static(v))).collect()
    }

    #[test]
    fn a_token_is_found_where_it_may_stand() {
        assert_eq!(bearer(&headers(&[("authorization", "Bearer abc")])), Some("abc"));
        assert_eq!(bearer(&headers(&[("authorization", "Basic abc")])), Some(""), "no other token counts beside it");
        assert_eq!(bearer(&headers(&[("sec-websocket-protocol", "tidemark, bearer.abc")])), Some("abc"));
        assert_eq!(bearer(&headers(&[("sec-websocket-protocol", "tidemark")])), None);
        assert_eq!(cookie(&headers(&[("cookie", "a=b; tidemark_session=abc; c=d")])), Some("abc"));
        assert_eq!(cookie(&headers(&[("cookie", "xtidemark_session=abc")])), None);
    }
}

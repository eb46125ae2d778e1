//! The API's error type, and its mapping to HTTP statuses.

use alloy::primitives::B256;
use axum::{
    Json,
    extract::{FromRequest, FromRequestParts, Query, Request},
    http::{StatusCode, request::Parts},
    response::{IntoResponse, Response},
};
use serde::de::DeserializeOwned;

use api_types::error::ErrorView;

pub type Result<T> = std::result::Result<T, Error>;

#[derive(Debug)]
pub enum Error {
    BadRequest(String),
    Unauthorized(String),
    Forbidden(String),
    NotFound(String),
    Conflict(String),
    TooLarge(String),
    /// Too many concurrent requests or entries.
    Busy(String),
    /// A dependency does not answer.
    Unavailable(String),
    /// The cause goes to the log, not to the client.
    Internal(anyhow::Error),
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (status, code, message) = match self {
            Error::BadRequest(message) => (StatusCode::BAD_REQUEST, "bad_request", message),
            Error::Unauthorized(message) => (StatusCode::UNAUTHORIZED, "unauthorized", message),
            Error::Forbidden(message) => (StatusCode::FORBIDDEN, "forbidden", message),
            Error::NotFound(message) => (StatusCode::NOT_FOUND, "not_found", message),
            Error::Conflict(message) => (StatusCode::CONFLICT, "conflict", message),
            Error::TooLarge(message) => (StatusCode::PAYLOAD_TOO_LARGE, "too_large", message),
            Error::Busy(message) => (StatusCode::TOO_MANY_REQUESTS, "busy", message),
            Error::Unavailable(message) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable", message),
            Error::Internal(error) => {
                tracing::error!(error = format!("{error:#}"), "a request failed");
                let message = "the provider could not answer; its log says why".to_owned();
                (StatusCode::INTERNAL_SERVER_ERROR, "internal", message)
            }
        };
        (status, Json(ErrorView { code: code.to_owned(), message })).into_response()
    }
}

impl From<store::Error> for Error {
    fn from(error: store::Error) -> Self {
        Error::Internal(error.into())
    }
}

impl From<anyhow::Error> for Error {
    fn from(error: anyhow::Error) -> Self {
        Error::Internal(error)
    }
}

impl From<serde_json::Error> for Error {
    fn from(error: serde_json::Error) -> Self {
        Error::Internal(error.into())
    }
}

/// The query string. An invalid one is refused in the API's JSON form.
pub struct QueryParams<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for QueryParams<T> {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self> {
        let Query(question) = Query::from_request_parts(parts, state)
            .await
            .map_err(|refused| Error::BadRequest(format!("the query is not understood: {}", refused.body_text())))?;
        Ok(Self(question))
    }
}

/// A JSON body. An invalid one is refused in the API's JSON form.
pub struct JsonBody<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequest<S> for JsonBody<T> {
    type Rejection = Error;

    async fn from_request(request: Request, state: &S) -> Result<Self> {
        let Json(sent) = Json::from_request(request, state)
            .await
            .map_err(|refused| Error::BadRequest(format!("the body is not understood: {}", refused.body_text())))?;
        Ok(Self(sent))
    }
}

/// Parses a lease's id from a path.
pub fn lease_id(text: &str) -> Result<B256> {
    text.parse().map_err(|_| Error::BadRequest(format!("{text:?} is not a lease id: 0x and 64 hex digits")))
}

pub fn unknown_lease(id: B256) -> Error {
    Error::NotFound(format!("this provider knows no lease {id}; a new one appears with its block"))
}

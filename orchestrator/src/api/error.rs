//! The one error type of the API, and its one mapping to HTTP.

use alloy::primitives::B256;
use axum::{
    Json,
    http::StatusCode,
    response::{IntoResponse, Response},
};

use super::views::ErrorView;
use crate::store;

pub type Result<T> = std::result::Result<T, Error>;

#[derive(Debug)]
pub enum Error {
    BadRequest(String),
    Unauthorized(String),
    NotFound(String),
    Conflict(String),
    TooLarge(String),
    /// The cause is logged and not told.
    Internal(anyhow::Error),
}

impl IntoResponse for Error {
    fn into_response(self) -> Response {
        let (status, code, message) = match self {
            Error::BadRequest(message) => (StatusCode::BAD_REQUEST, "bad_request", message),
            Error::Unauthorized(message) => (StatusCode::UNAUTHORIZED, "unauthorized", message),
            Error::NotFound(message) => (StatusCode::NOT_FOUND, "not_found", message),
            Error::Conflict(message) => (StatusCode::CONFLICT, "conflict", message),
            Error::TooLarge(message) => (StatusCode::PAYLOAD_TOO_LARGE, "too_large", message),
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

/// A lease's id as it stands in a path.
pub fn lease_id(text: &str) -> Result<B256> {
    text.parse().map_err(|_| Error::BadRequest(format!("{text:?} is not a lease id: 0x and 64 hex digits")))
}

pub fn unknown_lease(id: B256) -> Error {
    Error::NotFound(format!("this provider knows no lease {id}; a new one appears with its block"))
}

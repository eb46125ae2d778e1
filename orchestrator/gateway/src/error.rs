//! What the gateway answers itself: a status and, in the API's form, a word for programs and a sentence for people.

use http_body_util::Full;
use hyper::{
    Response, StatusCode,
    body::Bytes,
    header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER},
};
use serde_json::json;

use super::body::Answer;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Error {
    /// The request names no host, or asks for what only a proxy of the client's own would do.
    BadRequest(&'static str),
    /// Nothing here has that name.
    Unknown(String),
    /// The host is not below this gateway's domain.
    Misdirected(String),
    /// The lease does not run, with the reason.
    NotRunning(String),
    /// Too much at a time; it may be tried again in a second.
    Busy(&'static str),
    /// The replica broke off, or none could be reached.
    Broken(&'static str),
    /// The replica did not answer in time.
    Late(String),
}

impl Error {
    fn parts(&self) -> (StatusCode, &'static str, String) {
        match self {
            Self::BadRequest(why) => (StatusCode::BAD_REQUEST, "bad_request", (*why).to_owned()),
            Self::Unknown(why) => (StatusCode::NOT_FOUND, "not_found", why.clone()),
            Self::Misdirected(why) => (StatusCode::MISDIRECTED_REQUEST, "misdirected", why.clone()),
            Self::NotRunning(why) => (StatusCode::SERVICE_UNAVAILABLE, "not_running", why.clone()),
            Self::Busy(why) => (StatusCode::SERVICE_UNAVAILABLE, "busy", (*why).to_owned()),
            Self::Broken(why) => (StatusCode::BAD_GATEWAY, "broken", (*why).to_owned()),
            Self::Late(why) => (StatusCode::GATEWAY_TIMEOUT, "late", why.clone()),
        }
    }

    pub(super) fn answer(&self) -> Response<Answer> {
        let (status, code, message) = self.parts();
        let text = json!({ "code": code, "message": message }).to_string();
        let mut answer = Response::new(Answer::Own(Full::new(Bytes::from(text))));
        *answer.status_mut() = status;
        answer.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        answer
    }

    /// Whether a replica should have answered.
    pub(super) fn is_failure(&self) -> bool {
        matches!(self, Self::NotRunning(_) | Self::Busy(_) | Self::Broken(_) | Self::Late(_))
    }
}

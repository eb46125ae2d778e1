//! The gateway's own error responses: a status, and the API's JSON form of a code for programs and a message for people.

use http_body_util::Full;
use hyper::{
    Response, StatusCode,
    body::Bytes,
    header::{CONTENT_TYPE, HeaderValue, RETRY_AFTER},
};
use serde_json::json;

use super::response::ResponseBody;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Error {
    /// 400: the request names no host, is malformed, or requests a forward proxy.
    BadRequest(&'static str),
    /// 404: no route has this name.
    Unknown(String),
    /// 421: the host is not below this gateway's domain.
    Misdirected(String),
    /// 503 with `Retry-After`: the service has no replica, with the reason.
    NotRunning(String),
    /// 503 with `Retry-After`: a limit on concurrent requests is reached.
    Busy(&'static str),
    /// 502: the replica broke off, or no replica accepted a connection.
    Broken(&'static str),
    /// 504: the replica did not respond in time.
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

    pub(super) fn response(&self) -> Response<ResponseBody> {
        let (status, code, message) = self.parts();
        let text = json!({ "code": code, "message": message }).to_string();
        let mut response = Response::new(ResponseBody::Local(Full::new(Bytes::from(text))));
        *response.status_mut() = status;
        response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if status == StatusCode::SERVICE_UNAVAILABLE {
            response.headers_mut().insert(RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }

    /// Whether it counts as a failed request of the lease: one that a replica should have served.
    pub(super) fn is_failure(&self) -> bool {
        matches!(self, Self::NotRunning(_) | Self::Busy(_) | Self::Broken(_) | Self::Late(_))
    }
}

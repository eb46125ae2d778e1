//! Forwards one request to a replica of its service, and retries it at another when the first cannot be reached or breaks off
//! before its response begins.
//!
//! A request is retried only when none of it was sent, or when its method is idempotent and it has no body. A request has at
//! most three attempts, and every retry takes from the lease's retry budget.

use std::{sync::Arc, time::Duration};

use hyper::{
    Method, Request, Response,
    body::{Body, Incoming},
};
use tokio::time::timeout;

use super::{
    body::{IdleTimeout, RequestBody},
    connection::UpstreamConnection,
    error::Error,
    headers,
    in_flight::InFlight,
    queue,
    response::{ResponseBody, UpstreamBody},
    route::Route,
    state::GatewayState,
    upstream::{Upstream, monotonic_ms},
};

pub(super) const MAX_ATTEMPTS: usize = 3;

const UNREACHABLE: Error = Error::Broken("no replica takes the connection");
const BROKEN: Error = Error::Broken("the replica broke off before it answered");

/// Why an attempt ended without a response.
enum AttemptError {
    /// None of the request was sent; here it is.
    Unsent(Box<Request<RequestBody>>),
    /// Some of the request was sent. It may be retried with a copy.
    Sent,
    /// No retry can help.
    Final(Error),
}

/// # Errors
/// No replica admitted the request ([`queue::admit`]), or all attempts failed.
pub(super) async fn forward(
    gateway: &GatewayState,
    route: &Arc<Route>,
    request: Request<Incoming>,
) -> Result<Response<ResponseBody>, Error> {
    let (mut request, copy) = outgoing(request, gateway.limits.idle);
    let mut tried = Vec::new();
    loop {
        let (current, in_flight) = queue::admit(gateway, route, &tried).await?;
        let upstream = in_flight.upstream.clone();
        match attempt(gateway, &current, in_flight, request).await {
            Ok(response) => return Ok(response),
            Err(AttemptError::Final(error)) => return Err(error),
            Err(AttemptError::Unsent(unsent)) => {
                prepare_retry(route, &mut tried, upstream, UNREACHABLE)?;
                request = *unsent;
            }
            Err(AttemptError::Sent) => {
                let Some(copy) = &copy else { return Err(BROKEN) };
                prepare_retry(route, &mut tried, upstream, BROKEN)?;
                request = copy.request();
            }
        }
    }
}

/// Notes a failed upstream; returns `error` when there is to be no retry.
fn prepare_retry(
    route: &Route,
    tried: &mut Vec<Arc<Upstream>>,
    upstream: Arc<Upstream>,
    error: Error,
) -> Result<(), Error> {
    tried.push(upstream);
    if tried.len() < MAX_ATTEMPTS && route.traffic.take_retry() { Ok(()) } else { Err(error) }
}

/// The head of an idempotent request without a body.
struct RequestCopy(Request<()>);

impl RequestCopy {
    fn request(&self) -> Request<RequestBody> {
        self.0.clone().map(|()| RequestBody::Empty)
    }
}

fn outgoing(request: Request<Incoming>, idle: Duration) -> (Request<RequestBody>, Option<RequestCopy>) {
    let (mut head, body) = request.into_parts();
    head.extensions.clear();
    if !body.is_end_stream() {
        let body = RequestBody::Client { body, idle: IdleTimeout::new(idle) };
        return (Request::from_parts(head, body), None);
    }
    let is_idempotent = matches!(
        head.method,
        Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE | Method::PUT | Method::DELETE
    );
    let request = Request::from_parts(head, ());
    let copy = is_idempotent.then(|| RequestCopy(request.clone()));
    (request.map(|()| RequestBody::Empty), copy)
}

async fn attempt(
    gateway: &GatewayState,
    route: &Route,
    in_flight: InFlight,
    request: Request<RequestBody>,
) -> Result<Response<ResponseBody>, AttemptError> {
    let upstream = &in_flight.upstream;
    let mut connection = match upstream.idle_connection() {
        Some(connection) => connection,
        None => match UpstreamConnection::open(upstream.address, connect_timeout(gateway, route)).await {
            Ok(connection) => connection,
            Err(error) => {
                tracing::debug!(address = %upstream.address, %error, "connecting to a replica failed");
                upstream.record_unreachable();
                return Err(AttemptError::Unsent(Box::new(request)));
            }
        },
    };
    let response = match timeout(route.timeout, connection.send(request)).await {
        Ok(Ok(response)) => response,
        Ok(Err(mut failed)) => {
            if let Some(unsent) = failed.take_message() {
                return Err(AttemptError::Unsent(Box::new(unsent)));
            }
            let error = failed.into_error();
            // The client's body ended early. The client is gone, and the replica did not fail.
            if error.is_user() {
                return Err(AttemptError::Final(Error::BadRequest("the request's body broke off")));
            }
            tracing::debug!(address = %upstream.address, %error, "a replica broke off");
            upstream.record_failure();
            return Err(AttemptError::Sent);
        }
        Err(_) => {
            upstream.record_failure();
            let late = format!("the replica did not begin to answer within {:?}", route.timeout);
            return Err(AttemptError::Final(Error::Late(late)));
        }
    };
    if response.status().is_server_error() {
        upstream.record_failure();
    } else {
        upstream.record_success(monotonic_ms());
    }
    let (mut head, body) = response.into_parts();
    headers::strip(&mut head.headers);
    headers::remove_session_set_cookie(&mut head.headers);
    let body = UpstreamBody::new(body, Some(connection), gateway.limits.idle, in_flight);
    Ok(Response::from_parts(head, ResponseBody::Upstream(body)))
}

/// Short while the service has another replica to try.
pub(super) fn connect_timeout(gateway: &GatewayState, route: &Route) -> Duration {
    if route.upstreams.len() > 1 { gateway.limits.connect_first } else { gateway.limits.connect }
}

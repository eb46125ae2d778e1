//! One request to one of a service's replicas, and to another when the first cannot be reached or breaks off before it
//! has begun to answer.
//!
//! A request is sent again only when nothing of it was sent, or when it changes nothing and has no body; never more often
//! than three times in all, and only as long as the lease's budget of retries lasts.

use std::{sync::Arc, time::Duration};

use hyper::{
    Method, Request, Response,
    body::{Body, Incoming},
};
use tokio::time::timeout;

use super::{
    Gateway,
    body::{Answer, Inbound, Outbound, Silence},
    connection::UpstreamConnection,
    error::Error,
    headers, queue,
    route::Route,
    upstream::{Ticket, Upstream, now_ms},
};

pub(super) const MOST_ATTEMPTS: usize = 3;

const UNREACHABLE: Error = Error::Broken("no replica takes the connection");
const BROKEN: Error = Error::Broken("the replica broke off before it answered");

/// How an attempt ended without an answer.
enum Failed {
    /// Nothing was sent; here it is again.
    Unsent(Box<Request<Outbound>>),
    /// Something was sent; whoever still has the request may send it again.
    Sent,
    /// It is over.
    Over(Error),
}

pub(super) async fn forward(
    gateway: &Gateway,
    route: &Arc<Route>,
    request: Request<Incoming>,
) -> Result<Response<Answer>, Error> {
    let (mut request, again) = outgoing(request, gateway.limits.idle);
    let mut tried = Vec::new();
    loop {
        let ticket = queue::enter(gateway, route, &tried).await?;
        let upstream = ticket.upstream.clone();
        match attempt(gateway, ticket, request).await {
            Ok(answer) => return Ok(answer),
            Err(Failed::Over(refusal)) => return Err(refusal),
            Err(Failed::Unsent(unsent)) => {
                retry(route, &mut tried, upstream, UNREACHABLE)?;
                request = *unsent;
            }
            Err(Failed::Sent) => {
                let Some(copy) = &again else { return Err(BROKEN) };
                retry(route, &mut tried, upstream, BROKEN)?;
                request = copy.again();
            }
        }
    }
}

/// Whether it may be tried once more; `refusal` when not.
fn retry(route: &Route, tried: &mut Vec<Arc<Upstream>>, upstream: Arc<Upstream>, refusal: Error) -> Result<(), Error> {
    tried.push(upstream);
    if tried.len() < MOST_ATTEMPTS && route.traffic.may_retry() { Ok(()) } else { Err(refusal) }
}

/// The head of a request that can be sent again.
struct Copy(Request<()>);

impl Copy {
    fn again(&self) -> Request<Outbound> {
        self.0.clone().map(|()| Outbound::Empty)
    }
}

fn outgoing(request: Request<Incoming>, patience: Duration) -> (Request<Outbound>, Option<Copy>) {
    let (mut head, body) = request.into_parts();
    head.extensions.clear();
    if !body.is_end_stream() {
        let body = Outbound::Client { body, silence: Silence::new(patience) };
        return (Request::from_parts(head, body), None);
    }
    let changes_nothing = matches!(
        head.method,
        Method::GET | Method::HEAD | Method::OPTIONS | Method::TRACE | Method::PUT | Method::DELETE
    );
    let request = Request::from_parts(head, ());
    let copy = changes_nothing.then(|| Copy(request.clone()));
    (request.map(|()| Outbound::Empty), copy)
}

async fn attempt(gateway: &Gateway, ticket: Ticket, request: Request<Outbound>) -> Result<Response<Answer>, Failed> {
    let upstream = &ticket.upstream;
    let mut connection = match upstream.connection() {
        Some(connection) => connection,
        None => match UpstreamConnection::open(upstream.address, patience(gateway, &ticket.route)).await {
            Ok(connection) => connection,
            Err(error) => {
                tracing::debug!(address = %upstream.address, %error, "a replica takes no connection");
                upstream.unreachable();
                return Err(Failed::Unsent(Box::new(request)));
            }
        },
    };
    let answer = match timeout(ticket.route.timeout, connection.send(request)).await {
        Ok(Ok(answer)) => answer,
        Ok(Err(mut failed)) => {
            if let Some(unsent) = failed.take_message() {
                return Err(Failed::Unsent(Box::new(unsent)));
            }
            let error = failed.into_error();
            // The client's own body ended early: nobody is there to be answered, and the replica is not to blame.
            if error.is_user() {
                return Err(Failed::Over(Error::BadRequest("the request's body broke off")));
            }
            tracing::debug!(address = %upstream.address, %error, "a replica broke off");
            upstream.failed();
            return Err(Failed::Sent);
        }
        Err(_) => {
            upstream.failed();
            let late = format!("the replica did not begin to answer within {:?}", ticket.route.timeout);
            return Err(Failed::Over(Error::Late(late)));
        }
    };
    if answer.status().is_server_error() {
        upstream.failed();
    } else {
        upstream.answered(now_ms());
    }
    let (mut head, body) = answer.into_parts();
    headers::strip(&mut head.headers);
    headers::set_no_session(&mut head.headers);
    Ok(Response::from_parts(head, Answer::Replica(Inbound::new(body, Some(connection), gateway.limits.idle, ticket))))
}

/// For a connection: short while there is another replica to turn to.
pub(super) fn patience(gateway: &Gateway, route: &Route) -> Duration {
    if route.upstreams.len() > 1 { gateway.limits.connect_first } else { gateway.limits.connect }
}

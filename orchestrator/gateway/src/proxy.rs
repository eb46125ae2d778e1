//! Handles one request, from its head to the head of the response: routing, rewriting, limits, and the lease's counters.

use std::{convert::Infallible, net::IpAddr, sync::Arc, time::Instant};

use hyper::{
    Method, Request, Response, Uri, Version,
    body::Incoming,
    header::{HOST, HeaderValue},
    http::uri::PathAndQuery,
};

use super::{
    error::Error,
    forward, headers,
    response::ResponseBody,
    route::Route,
    state::GatewayState,
    target::{self, Target},
    tunnel,
};

pub(super) async fn handle(
    gateway: Arc<GatewayState>,
    peer: IpAddr,
    request: Request<Incoming>,
) -> Result<Response<ResponseBody>, Infallible> {
    let began = Instant::now();
    let (route, request) = match prepare(&gateway, peer, request) {
        Ok(prepared) => prepared,
        Err(error) => return Ok(error.response()),
    };
    route.traffic.record_request();
    let response = match serve(&gateway, &route, request).await {
        Ok(response) => response,
        Err(error) => {
            if error.is_failure() {
                route.traffic.record_failure();
            }
            return Ok(error.response());
        }
    };
    let now = Instant::now();
    route.traffic.record_response(now, now - began);
    Ok(response)
}

async fn serve(
    gateway: &GatewayState,
    route: &Arc<Route>,
    (protocol, request): (Option<HeaderValue>, Request<Incoming>),
) -> Result<Response<ResponseBody>, Error> {
    if route.traffic.in_flight() >= gateway.limits.in_flight {
        return Err(Error::Busy("too many requests of this lease are under way; try again in a moment"));
    }
    match protocol {
        // Boxed, because the future is large and tunnels are rare.
        Some(protocol) => Box::pin(tunnel::open(gateway, route, request, protocol)).await,
        None => forward::forward(gateway, route, request).await,
    }
}

/// Finds the route of a request and rewrites the request for the replica. Returns the protocol of a requested upgrade as well.
#[allow(clippy::type_complexity)]
fn prepare(
    gateway: &GatewayState,
    peer: IpAddr,
    mut request: Request<Incoming>,
) -> Result<(Arc<Route>, (Option<HeaderValue>, Request<Incoming>)), Error> {
    if request.method() == Method::CONNECT {
        return Err(Error::BadRequest("this is no proxy to other hosts: ask for a lease's service"));
    }
    let host = host(&request)?;
    let text = host.to_str().map_err(|_| Error::BadRequest("the host is not text"))?;
    let domain = &gateway.domain;
    let (route, prefix, target) = match target::parse(text, path(request.uri()), domain) {
        Target::Host(label) => (find(gateway, &label)?, None, None),
        Target::Path { label, rest } => {
            let route = find(gateway, &label)?;
            let rest = if rest.starts_with('/') { rest.to_owned() } else { format!("/{rest}") };
            (route, Some(label.into_owned()), Some(rest))
        }
        Target::Unnamed => {
            let how = format!("no service is named: ask for SERVICE-LEASE.{domain}, or for /SERVICE-LEASE/ here");
            return Err(Error::Unknown(how));
        }
        Target::OtherDomain => {
            return Err(Error::Misdirected(format!("{text:?} is not a host below this gateway's domain {domain}")));
        }
    };
    let protocol = (request.version() == Version::HTTP_11).then(|| headers::upgrade(request.headers())).flatten();
    headers::strip(request.headers_mut());
    headers::remove_session_cookie(request.headers_mut());
    headers::forward(request.headers_mut(), Some(host), peer, prefix.as_deref());
    // Replicas get the origin form (path and query), in HTTP/1.1.
    let target = match target {
        Some(path) => PathAndQuery::try_from(path).map_err(|_| Error::BadRequest("the path cannot be read"))?,
        None => request.uri().path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/")),
    };
    *request.uri_mut() = Uri::from(target);
    *request.version_mut() = Version::HTTP_11;
    Ok((route, (protocol, request)))
}

/// The authority of the request's URI, as in HTTP/2; otherwise the `Host` header.
fn host(request: &Request<Incoming>) -> Result<HeaderValue, Error> {
    if let Some(authority) = request.uri().authority() {
        let host = authority.as_str().rsplit('@').next().unwrap_or_default();
        return HeaderValue::try_from(host).map_err(|_| Error::BadRequest("the host cannot be read"));
    }
    request.headers().get(HOST).cloned().ok_or(Error::BadRequest("the request names no host"))
}

/// The path with the query.
fn path(uri: &Uri) -> &str {
    uri.path_and_query().map_or("/", PathAndQuery::as_str)
}

fn find(gateway: &GatewayState, label: &str) -> Result<Arc<Route>, Error> {
    let found = gateway.table.borrow().find(label);
    found.ok_or_else(|| Error::Unknown(format!("no open lease of this provider serves {label:?}")))
}

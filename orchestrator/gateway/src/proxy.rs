//! A request from its arrival to the head of its answer.

use std::{convert::Infallible, net::IpAddr, sync::Arc, time::Instant};

use hyper::{
    Method, Request, Response, Uri, Version,
    body::Incoming,
    header::{HOST, HeaderValue},
    http::uri::PathAndQuery,
};

use super::{
    Gateway,
    body::Answer,
    error::Error,
    forward, headers,
    route::Route,
    target::{self, Asked},
    tunnel,
};

pub(super) async fn handle(
    gateway: Arc<Gateway>,
    peer: IpAddr,
    request: Request<Incoming>,
) -> Result<Response<Answer>, Infallible> {
    let began = Instant::now();
    let (route, request) = match admit(&gateway, peer, request) {
        Ok(admitted) => admitted,
        Err(refusal) => return Ok(refusal.answer()),
    };
    route.traffic.arrived();
    let outcome = serve(&gateway, &route, request).await;
    let answer = match outcome {
        Ok(answer) => answer,
        Err(refusal) => {
            if refusal.is_failure() {
                route.traffic.failed();
            }
            return Ok(refusal.answer());
        }
    };
    let now = Instant::now();
    route.traffic.answered(now, now - began);
    Ok(answer)
}

async fn serve(
    gateway: &Gateway,
    route: &Arc<Route>,
    (protocol, request): (Option<HeaderValue>, Request<Incoming>),
) -> Result<Response<Answer>, Error> {
    if route.traffic.under_way() >= gateway.limits.under_way {
        return Err(Error::Busy("too many requests of this lease are under way; try again in a moment"));
    }
    match protocol {
        // Rare, and large.
        Some(protocol) => Box::pin(tunnel::open(gateway, route, request, protocol)).await,
        None => forward::forward(gateway, route, request).await,
    }
}

/// Finds whom a request is for and makes of it what that is sent; with it, the protocol that it asks for.
#[allow(clippy::type_complexity)]
fn admit(
    gateway: &Gateway,
    peer: IpAddr,
    mut request: Request<Incoming>,
) -> Result<(Arc<Route>, (Option<HeaderValue>, Request<Incoming>)), Error> {
    if request.method() == Method::CONNECT {
        return Err(Error::BadRequest("this is no proxy to other hosts: ask for a lease's service"));
    }
    let host = host(&request)?;
    let text = host.to_str().map_err(|_| Error::BadRequest("the host is not text"))?;
    let domain = &gateway.domain;
    let (route, prefix, target) = match target::read(text, path(request.uri()), domain) {
        Asked::Host(label) => (find(gateway, &label)?, None, None),
        Asked::Path { label, rest } => {
            let route = find(gateway, &label)?;
            let rest = if rest.starts_with('/') { rest.to_owned() } else { format!("/{rest}") };
            (route, Some(label.into_owned()), Some(rest))
        }
        Asked::Nothing => {
            let how = format!("no service is named: ask for SERVICE-LEASE.{domain}, or for /SERVICE-LEASE/ here");
            return Err(Error::Unknown(how));
        }
        Asked::Elsewhere => {
            return Err(Error::Misdirected(format!("{text:?} is not a host below this gateway's domain {domain}")));
        }
    };
    let protocol = (request.version() == Version::HTTP_11).then(|| headers::upgrade(request.headers())).flatten();
    headers::strip(request.headers_mut());
    headers::keep_session(request.headers_mut());
    headers::forward(request.headers_mut(), Some(host), peer, prefix.as_deref());
    // A replica is sent a path alone, in HTTP/1.1.
    let target = match target {
        Some(path) => PathAndQuery::try_from(path).map_err(|_| Error::BadRequest("the path cannot be read"))?,
        None => request.uri().path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/")),
    };
    *request.uri_mut() = Uri::from(target);
    *request.version_mut() = Version::HTTP_11;
    Ok((route, (protocol, request)))
}

/// Of the request's own target where it names one, as in HTTP/2; else of its header.
fn host(request: &Request<Incoming>) -> Result<HeaderValue, Error> {
    if let Some(authority) = request.uri().authority() {
        let host = authority.as_str().rsplit('@').next().unwrap_or_default();
        return HeaderValue::try_from(host).map_err(|_| Error::BadRequest("the host cannot be read"));
    }
    request.headers().get(HOST).cloned().ok_or(Error::BadRequest("the request names no host"))
}

/// With the query.
fn path(uri: &Uri) -> &str {
    uri.path_and_query().map_or("/", PathAndQuery::as_str)
}

fn find(gateway: &Gateway, label: &str) -> Result<Arc<Route>, Error> {
    let found = gateway.table.borrow().find(label);
    found.ok_or_else(|| Error::Unknown(format!("no open lease of this provider serves {label:?}")))
}

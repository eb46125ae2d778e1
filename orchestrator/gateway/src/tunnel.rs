//! Requests that upgrade the protocol, such as WebSockets. After the replica has agreed, bytes pass both ways unchanged until
//! either side closes. A tunnel counts as a request in flight: for load balancing, draining and the concurrency limit.

use std::sync::Arc;

use hyper::{
    Request, Response, StatusCode,
    body::Incoming,
    header::{CONNECTION, HeaderValue, UPGRADE},
    upgrade,
};
use hyper_util::rt::TokioIo;
use tokio::{io::copy_bidirectional, time::timeout};

use super::{
    body::RequestBody,
    connection::{ConnectionDriver, RequestSender, handshake},
    error::Error,
    forward::{MAX_ATTEMPTS, connect_timeout},
    headers,
    in_flight::InFlight,
    queue,
    response::{ResponseBody, UpstreamBody},
    route::Route,
    state::GatewayState,
    upstream::monotonic_ms,
};

/// `protocol` is the value of the request's `Upgrade` header; the other hop-by-hop headers are removed already.
pub(super) async fn open(
    gateway: &GatewayState,
    route: &Arc<Route>,
    mut request: Request<Incoming>,
    protocol: HeaderValue,
) -> Result<Response<ResponseBody>, Error> {
    let client = upgrade::on(&mut request);
    let (mut head, _) = request.into_parts();
    head.headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    head.headers.insert(UPGRADE, protocol);
    let request = Request::from_parts(head, RequestBody::Empty);

    let (in_flight, mut sender, driver) = connect(gateway, route).await?;
    // Ends with the tunnel, or with the body of a response that refuses the upgrade.
    tokio::spawn(driver.with_upgrades());
    let sent = timeout(route.timeout, sender.send_request(request)).await;
    let mut response = match sent {
        Ok(Ok(response)) => response,
        Ok(Err(_)) => {
            in_flight.upstream.record_failure();
            return Err(Error::Broken("the replica broke off before it answered"));
        }
        Err(_) => {
            in_flight.upstream.record_failure();
            let late = format!("the replica did not begin to answer within {:?}", route.timeout);
            return Err(Error::Late(late));
        }
    };
    in_flight.upstream.record_success(monotonic_ms());
    if response.status() != StatusCode::SWITCHING_PROTOCOLS {
        let (mut head, body) = response.into_parts();
        headers::strip(&mut head.headers);
        headers::remove_session_set_cookie(&mut head.headers);
        let body = UpstreamBody::new(body, None, gateway.limits.idle, in_flight);
        return Ok(Response::from_parts(head, ResponseBody::Upstream(body)));
    }
    let replica = upgrade::on(&mut response);
    tokio::spawn(async move {
        let _in_flight = in_flight;
        let (Ok(client), Ok(replica)) = tokio::join!(client, replica) else { return };
        let (mut client, mut replica) = (TokioIo::new(client), TokioIo::new(replica));
        // Either side may disconnect without notice, which is no error.
        let _ = copy_bidirectional(&mut client, &mut replica).await;
    });
    let (mut head, _) = response.into_parts();
    let granted = head.headers.remove(UPGRADE);
    headers::strip(&mut head.headers);
    headers::remove_session_set_cookie(&mut head.headers);
    head.headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    head.headers.extend(granted.map(|protocol| (UPGRADE, protocol)));
    Ok(Response::from_parts(head, ResponseBody::Local(Default::default())))
}

/// Opens a new connection. Every attempt may be retried, because nothing of the request is sent before a connection is open.
async fn connect(
    gateway: &GatewayState,
    route: &Arc<Route>,
) -> Result<(InFlight, RequestSender, ConnectionDriver), Error> {
    let mut tried = Vec::new();
    loop {
        let (_, in_flight) = queue::admit(gateway, route, &tried).await?;
        match handshake(in_flight.upstream.address, connect_timeout(gateway, route)).await {
            Ok((sender, driver)) => return Ok((in_flight, sender, driver)),
            Err(_) => in_flight.upstream.record_unreachable(),
        }
        tried.push(in_flight.upstream.clone());
        if tried.len() >= MAX_ATTEMPTS || !route.traffic.take_retry() {
            return Err(Error::Broken("no replica takes the connection"));
        }
    }
}

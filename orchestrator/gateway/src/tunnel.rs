//! Requests that change the protocol, as WebSockets do: once the replica has agreed, bytes pass both ways untouched until
//! either side ends. For the replica's load, its draining and its limit a tunnel is a request under way.

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
    Gateway,
    body::{Answer, Inbound, Outbound},
    connection,
    error::Error,
    forward::{MOST_ATTEMPTS, patience},
    headers, queue,
    route::Route,
    upstream::{Ticket, now_ms},
};

/// `protocol` is what the request asks for; its other headers of a connection are taken out already.
pub(super) async fn open(
    gateway: &Gateway,
    route: &Arc<Route>,
    mut request: Request<Incoming>,
    protocol: HeaderValue,
) -> Result<Response<Answer>, Error> {
    let client = upgrade::on(&mut request);
    let (mut head, _) = request.into_parts();
    head.headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    head.headers.insert(UPGRADE, protocol);
    let request = Request::from_parts(head, Outbound::Empty);

    let (ticket, mut sender, wire) = connect(gateway, route).await?;
    // It lives as long as the tunnel does, or as the answer to a request that was not granted.
    tokio::spawn(wire.with_upgrades());
    let asked = timeout(route.timeout, sender.send_request(request)).await;
    let mut answer = match asked {
        Ok(Ok(answer)) => answer,
        Ok(Err(_)) => {
            ticket.upstream.failed();
            return Err(Error::Broken("the replica broke off before it answered"));
        }
        Err(_) => {
            ticket.upstream.failed();
            let late = format!("the replica did not begin to answer within {:?}", route.timeout);
            return Err(Error::Late(late));
        }
    };
    ticket.upstream.answered(now_ms());
    if answer.status() != StatusCode::SWITCHING_PROTOCOLS {
        let (mut head, body) = answer.into_parts();
        headers::strip(&mut head.headers);
        headers::set_no_session(&mut head.headers);
        return Ok(Response::from_parts(head, Answer::Replica(Inbound::new(body, None, gateway.limits.idle, ticket))));
    }
    let replica = upgrade::on(&mut answer);
    tokio::spawn(async move {
        let _ticket = ticket;
        let (Ok(client), Ok(replica)) = tokio::join!(client, replica) else { return };
        let (mut client, mut replica) = (TokioIo::new(client), TokioIo::new(replica));
        // Either side may just go away.
        let _ = copy_bidirectional(&mut client, &mut replica).await;
    });
    let (mut head, _) = answer.into_parts();
    let granted = head.headers.remove(UPGRADE);
    headers::strip(&mut head.headers);
    headers::set_no_session(&mut head.headers);
    head.headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
    head.headers.extend(granted.map(|protocol| (UPGRADE, protocol)));
    Ok(Response::from_parts(head, Answer::Own(Default::default())))
}

/// A connection of its own: nothing of the request is sent before there is one.
async fn connect(
    gateway: &Gateway,
    route: &Arc<Route>,
) -> Result<(Ticket, connection::Sender, connection::Wire), Error> {
    let mut tried = Vec::new();
    loop {
        let ticket = queue::enter(gateway, route, &tried).await?;
        match connection::handshake(ticket.upstream.address, patience(gateway, route)).await {
            Ok((sender, wire)) => return Ok((ticket, sender, wire)),
            Err(_) => ticket.upstream.unreachable(),
        }
        tried.push(ticket.upstream.clone());
        if tried.len() >= MOST_ATTEMPTS || !route.traffic.may_retry() {
            return Err(Error::Broken("no replica takes the connection"));
        }
    }
}

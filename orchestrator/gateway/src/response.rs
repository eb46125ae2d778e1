//! The body of a response on its way to the client.
//!
//! A response from a replica holds its request's in-flight guard and its connection: the request counts as in flight until
//! the body ends, and a connection whose response was read to the end returns to the upstream's pool.

use std::{
    convert::Infallible,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use http_body_util::Full;
use hyper::body::{Body, Bytes, Incoming, SizeHint};

use super::{
    body::{BodyError, IdleTimeout, PolledFrame},
    connection::UpstreamConnection,
    in_flight::InFlight,
};

pub(super) enum ResponseBody {
    /// Made by the gateway.
    Local(Full<Bytes>),
    Upstream(UpstreamBody),
}

/// From a replica to the client.
pub(super) struct UpstreamBody {
    body: Incoming,
    /// None when a task of its own drives the connection.
    connection: Option<UpstreamConnection>,
    /// Whether the replica has ended the body.
    ended: bool,
    idle: IdleTimeout,
    in_flight: InFlight,
}

impl UpstreamBody {
    pub(super) fn new(
        body: Incoming,
        connection: Option<UpstreamConnection>,
        idle: Duration,
        in_flight: InFlight,
    ) -> Self {
        Self { body, connection, ended: false, idle: IdleTimeout::new(idle), in_flight }
    }
}

impl Body for UpstreamBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> PolledFrame {
        let this = self.get_mut();
        let mut frame = Pin::new(&mut this.body).poll_frame(context);
        if let (Poll::Pending, Some(connection)) = (&frame, &mut this.connection) {
            connection.drive(context);
            frame = Pin::new(&mut this.body).poll_frame(context);
        }
        let frame = this.idle.watch(frame, context);
        match &frame {
            Poll::Ready(None) => this.ended = true,
            Poll::Ready(Some(Err(_))) => this.in_flight.upstream.record_failure(),
            _ => {}
        }
        frame
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

impl Drop for UpstreamBody {
    fn drop(&mut self) {
        if let Some(mut connection) = self.connection.take()
            && (self.ended || self.body.is_end_stream())
            && connection.is_ready()
        {
            self.in_flight.upstream.return_connection(connection);
        }
    }
}

impl Body for ResponseBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> PolledFrame {
        match self.get_mut() {
            Self::Local(body) => Pin::new(body)
                .poll_frame(context)
                .map(|frame| frame.map(|frame| frame.map_err(|never: Infallible| match never {}))),
            Self::Upstream(body) => Pin::new(body).poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Local(body) => body.is_end_stream(),
            Self::Upstream(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Local(body) => body.size_hint(),
            Self::Upstream(body) => body.size_hint(),
        }
    }
}

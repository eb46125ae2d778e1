//! Bodies on their way: nothing is collected, and a side that falls silent for too long ends them.

use std::{
    convert::Infallible,
    error::Error,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use http_body_util::Full;
use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep, sleep};

use super::{connection::UpstreamConnection, upstream::Ticket};

pub(super) type Fault = Box<dyn Error + Send + Sync>;

type Polled = Poll<Option<Result<Frame<Bytes>, Fault>>>;

/// From the client to the replica.
pub(super) enum Outbound {
    Empty,
    Client { body: Incoming, silence: Silence },
}

/// From the gateway to the client.
pub(super) enum Answer {
    Own(Full<Bytes>),
    Replica(Inbound),
}

/// From a replica to the client.
pub(super) struct Inbound {
    body: Incoming,
    /// None where a task of its own drives the connection.
    connection: Option<UpstreamConnection>,
    /// Whether the replica has said that this was all.
    ended: bool,
    silence: Silence,
    ticket: Ticket,
}

/// Ends a body of which nothing came for too long. The clock runs only while it is waited for.
pub(super) struct Silence {
    patience: Duration,
    alarm: Option<Pin<Box<Sleep>>>,
    running: bool,
}

#[derive(Debug, thiserror::Error)]
#[error("nothing came for {0:?}")]
struct Silent(Duration);

impl Silence {
    pub(super) fn new(patience: Duration) -> Self {
        Self { patience, alarm: None, running: false }
    }

    fn watch(&mut self, frame: Poll<Option<hyper::Result<Frame<Bytes>>>>, context: &mut Context<'_>) -> Polled {
        if let Poll::Ready(frame) = frame {
            self.running = false;
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let alarm = self.alarm.get_or_insert_with(|| Box::pin(sleep(self.patience)));
        if !self.running {
            alarm.as_mut().reset(Instant::now() + self.patience);
            self.running = true;
        }
        alarm.as_mut().poll(context).map(|()| Some(Err(Silent(self.patience).into())))
    }
}

impl Body for Outbound {
    type Data = Bytes;
    type Error = Fault;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Polled {
        match self.get_mut() {
            Self::Empty => Poll::Ready(None),
            Self::Client { body, silence } => {
                let frame = Pin::new(body).poll_frame(context);
                silence.watch(frame, context)
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Empty => true,
            Self::Client { body, .. } => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Empty => SizeHint::with_exact(0),
            Self::Client { body, .. } => body.size_hint(),
        }
    }
}

impl Inbound {
    pub(super) fn new(
        body: Incoming,
        connection: Option<UpstreamConnection>,
        patience: Duration,
        ticket: Ticket,
    ) -> Self {
        Self { body, connection, ended: false, silence: Silence::new(patience), ticket }
    }
}

impl Body for Inbound {
    type Data = Bytes;
    type Error = Fault;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Polled {
        let this = self.get_mut();
        let mut frame = Pin::new(&mut this.body).poll_frame(context);
        if let (Poll::Pending, Some(connection)) = (&frame, &mut this.connection) {
            connection.drive(context);
            frame = Pin::new(&mut this.body).poll_frame(context);
        }
        let frame = this.silence.watch(frame, context);
        match &frame {
            Poll::Ready(None) => this.ended = true,
            Poll::Ready(Some(Err(_))) => this.ticket.upstream.failed(),
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

impl Drop for Inbound {
    /// A connection whose answer was read to its end is kept.
    fn drop(&mut self) {
        if let Some(mut connection) = self.connection.take()
            && (self.ended || self.body.is_end_stream())
            && connection.is_ready()
        {
            self.ticket.upstream.keep(connection);
        }
    }
}

impl Body for Answer {
    type Data = Bytes;
    type Error = Fault;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Polled {
        match self.get_mut() {
            Self::Own(body) => Pin::new(body)
                .poll_frame(context)
                .map(|frame| frame.map(|frame| frame.map_err(|never: Infallible| match never {}))),
            Self::Replica(body) => Pin::new(body).poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Own(body) => body.is_end_stream(),
            Self::Replica(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Own(body) => body.size_hint(),
            Self::Replica(body) => body.size_hint(),
        }
    }
}

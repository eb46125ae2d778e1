//! The body of a request on its way to a replica, and the idle timeout of bodies in both directions. Bodies are streamed, never
//! buffered whole.

use std::{
    error::Error,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use hyper::body::{Body, Bytes, Frame, Incoming, SizeHint};
use tokio::time::{Instant, Sleep, sleep};

pub(super) type BodyError = Box<dyn Error + Send + Sync>;

/// What polling a body for its next frame returns.
pub(super) type PolledFrame = Poll<Option<Result<Frame<Bytes>, BodyError>>>;

/// From the client to the replica.
pub(super) enum RequestBody {
    Empty,
    Client { body: Incoming, idle: IdleTimeout },
}

/// Fails a body of which no frame arrives in time. The clock runs only while a frame is awaited.
pub(super) struct IdleTimeout {
    duration: Duration,
    timer: Option<Pin<Box<Sleep>>>,
    running: bool,
}

#[derive(Debug, thiserror::Error)]
#[error("no data arrived for {0:?}")]
struct IdleError(Duration);

impl IdleTimeout {
    pub(super) fn new(duration: Duration) -> Self {
        Self { duration, timer: None, running: false }
    }

    /// Passes a frame on, or replaces "pending" by an error once the time is over.
    pub(super) fn watch(
        &mut self,
        frame: Poll<Option<hyper::Result<Frame<Bytes>>>>,
        context: &mut Context<'_>,
    ) -> PolledFrame {
        if let Poll::Ready(frame) = frame {
            self.running = false;
            return Poll::Ready(frame.map(|frame| frame.map_err(Into::into)));
        }
        let timer = self.timer.get_or_insert_with(|| Box::pin(sleep(self.duration)));
        if !self.running {
            timer.as_mut().reset(Instant::now() + self.duration);
            self.running = true;
        }
        timer.as_mut().poll(context).map(|()| Some(Err(IdleError(self.duration).into())))
    }
}

impl Body for RequestBody {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> PolledFrame {
        match self.get_mut() {
            Self::Empty => Poll::Ready(None),
            Self::Client { body, idle } => {
                let frame = Pin::new(body).poll_frame(context);
                idle.watch(frame, context)
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

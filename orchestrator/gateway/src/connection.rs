//! A connection to a replica.
//!
//! It is driven by the task of whoever uses it and by nobody between two uses, so a request passes through the gateway
//! without a second task and without a wake-up from one thread to another. That a replica has closed it meanwhile shows
//! at the next use.

use std::{
    future::poll_fn,
    io,
    net::SocketAddr,
    pin::{Pin, pin},
    task::{Context, Waker},
    time::Duration,
};

use hyper::{
    Request, Response,
    body::Incoming,
    client::conn::{
        TrySendError,
        http1::{self, Connection, SendRequest},
    },
};
use hyper_util::rt::TokioIo;
use tokio::{net::TcpStream, time::timeout};

use super::body::Outbound;

/// Bytes of an answer's head, and of what is read of a body at a time.
const BUFFER: usize = 256 * 1024;

pub(super) type Sender = SendRequest<Outbound>;
pub(super) type Wire = Connection<TokioIo<TcpStream>, Outbound>;

pub(super) struct UpstreamConnection {
    sender: Sender,
    /// None once it has ended.
    wire: Option<Pin<Box<Wire>>>,
}

impl UpstreamConnection {
    pub(super) async fn open(address: SocketAddr, patience: Duration) -> io::Result<Self> {
        let (sender, wire) = handshake(address, patience).await?;
        Ok(Self { sender, wire: Some(Box::pin(wire)) })
    }

    /// Carries bytes both ways as far as they go now.
    pub(super) fn drive(&mut self, context: &mut Context<'_>) {
        // An error reaches whoever waits for the answer or the body as well.
        if let Some(wire) = &mut self.wire
            && wire.as_mut().poll(context).is_ready()
        {
            self.wire = None;
        }
    }

    /// Whether a used one can take the next request, as far as is known.
    pub(super) fn is_ready(&mut self) -> bool {
        self.drive(&mut Context::from_waker(Waker::noop()));
        self.wire.is_some() && self.sender.is_ready()
    }

    /// Sends a request and waits for the head of its answer. The error has the request when nothing of it was sent.
    #[allow(clippy::result_large_err)] // hyper's
    pub(super) async fn send(
        &mut self,
        request: Request<Outbound>,
    ) -> Result<Response<Incoming>, TrySendError<Request<Outbound>>> {
        let mut answer = pin!(self.sender.try_send_request(request));
        poll_fn(|context| {
            self.drive(context);
            answer.as_mut().poll(context)
        })
        .await
    }
}

/// Opens a connection that somebody else drives.
pub(super) async fn handshake(address: SocketAddr, patience: Duration) -> io::Result<(Sender, Wire)> {
    let stream = timeout(patience, TcpStream::connect(address)).await??;
    stream.set_nodelay(true)?;
    http1::Builder::new().max_buf_size(BUFFER).handshake(TokioIo::new(stream)).await.map_err(io::Error::other)
}

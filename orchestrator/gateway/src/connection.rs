//! An HTTP/1.1 connection to a replica.
//!
//! The task that uses the connection also drives its I/O, and between two uses it is not driven at all. So a request needs
//! no second task and no wakeup across threads. A connection that the replica closed in the meantime is detected at the next
//! use.

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

use super::body::RequestBody;

/// Bytes of a response's head, and of one read of a body.
const BUFFER: usize = 256 * 1024;

pub(super) type RequestSender = SendRequest<RequestBody>;
/// The future that carries the connection's bytes.
pub(super) type ConnectionDriver = Connection<TokioIo<TcpStream>, RequestBody>;

pub(super) struct UpstreamConnection {
    sender: RequestSender,
    /// None after the connection has ended.
    driver: Option<Pin<Box<ConnectionDriver>>>,
}

impl UpstreamConnection {
    /// Connects and performs the HTTP handshake.
    pub(super) async fn open(address: SocketAddr, connect_timeout: Duration) -> io::Result<Self> {
        let (sender, driver) = handshake(address, connect_timeout).await?;
        Ok(Self { sender, driver: Some(Box::pin(driver)) })
    }

    /// Reads and writes as much as is possible without waiting.
    pub(super) fn drive(&mut self, context: &mut Context<'_>) {
        // The sender or the body reports an error as well.
        if let Some(driver) = &mut self.driver
            && driver.as_mut().poll(context).is_ready()
        {
            self.driver = None;
        }
    }

    /// Whether the connection can take another request, as far as this side can tell.
    pub(super) fn is_ready(&mut self) -> bool {
        self.drive(&mut Context::from_waker(Waker::noop()));
        self.driver.is_some() && self.sender.is_ready()
    }

    /// Sends a request and returns the response once its head has arrived. The error holds the request when none of it was sent.
    #[allow(clippy::result_large_err)] // The type is hyper's.
    pub(super) async fn send(
        &mut self,
        request: Request<RequestBody>,
    ) -> Result<Response<Incoming>, TrySendError<Request<RequestBody>>> {
        let mut response = pin!(self.sender.try_send_request(request));
        poll_fn(|context| {
            self.drive(context);
            response.as_mut().poll(context)
        })
        .await
    }
}

/// Opens a connection whose driver the caller runs.
pub(super) async fn handshake(
    address: SocketAddr,
    connect_timeout: Duration,
) -> io::Result<(RequestSender, ConnectionDriver)> {
    let stream = timeout(connect_timeout, TcpStream::connect(address)).await??;
    stream.set_nodelay(true)?;
    http1::Builder::new().max_buf_size(BUFFER).handshake(TokioIo::new(stream)).await.map_err(io::Error::other)
}

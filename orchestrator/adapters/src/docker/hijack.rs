//! Starts a command and takes over (Docker: *hijacks*) the HTTP connection for its raw input and output. The client
//! library would parse a terminal's output as its own framing, so that a tenant could make it wait for gigabytes.

use std::{io, time::Duration};

use ::bollard::errors::Error as Fault;
use futures::stream;
use tokio::{
    io::{AsyncBufReadExt, AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, BufReader, ReadHalf},
    net::{TcpStream, UnixStream},
    time::timeout,
};

use ports::container_io::{Attached, OutputStream};
use ports::engine::{Error, Result};

/// Bytes read at a time.
const CHUNK: usize = 16 << 10;
/// Limit for the response's head, and for the reason in it.
const LARGEST_HEAD: u64 = 16 << 10;
const PATIENCE: Duration = Duration::from_secs(30);
const WHAT: &str = "start a shell";

trait Duplex: AsyncRead + AsyncWrite + Send + Unpin {}
impl<T: AsyncRead + AsyncWrite + Send + Unpin> Duplex for T {}

type HijackedConnection = BufReader<Box<dyn Duplex>>;

pub(super) async fn start(host: &str, exec_id: &str, tty: bool) -> Result<Attached> {
    let started = timeout(PATIENCE, upgraded(host, exec_id, tty)).await;
    let connection = started.map_err(|_| Error::Timeout { what: WHAT, seconds: PATIENCE.as_secs() })??;
    let (read, write) = tokio::io::split(connection);
    let output = stream::try_unfold((read, Frame::default()), move |(mut read, mut frame)| async move {
        let printed = if tty { raw(&mut read).await? } else { framed(&mut read, &mut frame).await? };
        Ok(printed.map(|printed| (printed, (read, frame))))
    });
    Ok(Attached { output: Box::pin(output), input: Box::pin(write) })
}

async fn upgraded(host: &str, exec_id: &str, tty: bool) -> Result<HijackedConnection> {
    let away = |error: io::Error| Error::Unreachable(Box::new(Fault::IOError { err: error }));
    let wire: Box<dyn Duplex> = match host.split_once("://") {
        Some(("unix", path)) => Box::new(UnixStream::connect(path).await.map_err(away)?),
        Some(("tcp" | "http", address)) => {
            Box::new(TcpStream::connect(address.trim_end_matches('/')).await.map_err(away)?)
        }
        _ => {
            let reason = format!("shells need an engine at unix:// or tcp://, and this one is at {host}");
            return Err(Error::Refused { what: WHAT, reason });
        }
    };
    let mut wire = BufReader::new(wire);
    let body = format!(r#"{{"Detach":false,"Tty":{tty}}}"#);
    let request = format!(
        "POST /exec/{exec_id}/start HTTP/1.1\r\nHost: docker\r\nContent-Type: application/json\r\nConnection: Upgrade\r\n\
         Upgrade: tcp\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    wire.write_all(request.as_bytes()).await.map_err(away)?;
    wire.flush().await.map_err(away)?;
    let mut head = String::new();
    let mut bounded = (&mut wire).take(LARGEST_HEAD);
    loop {
        let length = bounded.read_line(&mut head).await.map_err(away)?;
        if length == 0 {
            return Err(away(io::ErrorKind::UnexpectedEof.into()));
        }
        if head.ends_with("\r\n\r\n") {
            break;
        }
    }
    match head.split_whitespace().nth(1) {
        Some("101" | "200") => Ok(wire),
        Some("404") => Err(Error::NotFound),
        _ => {
            let length = head
                .lines()
                .find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
            let mut reason = Vec::new();
            wire.take(length.unwrap_or(0u64).min(LARGEST_HEAD)).read_to_end(&mut reason).await.map_err(away)?;
            Err(Error::Refused { what: WHAT, reason: String::from_utf8_lossy(&reason).trim().to_owned() })
        }
    }
}

type Printed = Option<(OutputStream, Vec<u8>)>;

/// What a terminal prints; none when it is closed.
async fn raw(read: &mut ReadHalf<HijackedConnection>) -> io::Result<Printed> {
    let mut chunk = vec![0; CHUNK];
    let length = read.read(&mut chunk).await?;
    chunk.truncate(length);
    Ok((length > 0).then_some((OutputStream::Stdout, chunk)))
}

/// The rest of a frame of one stream.
#[derive(Default)]
struct Frame {
    error: bool,
    left: usize,
}

/// Without a terminal the engine puts eight bytes before each chunk of output: the stream, and the length.
async fn framed(read: &mut ReadHalf<HijackedConnection>, frame: &mut Frame) -> io::Result<Printed> {
    while frame.left == 0 {
        let mut head = [0; 8];
        match read.read_exact(&mut head).await {
            Ok(_) => {}
            Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => return Ok(None),
            Err(error) => return Err(error),
        }
        frame.error = head[0] == 2;
        frame.left = u32::from_be_bytes([head[4], head[5], head[6], head[7]]) as usize;
    }
    let mut chunk = vec![0; frame.left.min(CHUNK)];
    let length = read.read(&mut chunk).await?;
    chunk.truncate(length);
    frame.left -= length;
    let source = if frame.error { OutputStream::Stderr } else { OutputStream::Stdout };
    Ok((length > 0).then_some((source, chunk)))
}

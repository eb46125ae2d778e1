//! One request over one connection: what the front needs to ask the back, and what the health check needs.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use axum::http::{Method, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// The whole exchange, name lookup included, takes no longer than this.
const PATIENCE: Duration = Duration::from_secs(2);

/// An answer longer than this is not one of ours.
const LONGEST_BODY: usize = 64 * 1024;

/// Sends a request without a body to an `http://` URL.
pub async fn send(method: Method, url: &str) -> Result<(StatusCode, Bytes)> {
    tokio::time::timeout(PATIENCE, exchange(method, url))
        .await
        .with_context(|| format!("{url} did not answer within {PATIENCE:?}"))?
        .with_context(|| format!("{url} did not answer"))
}

/// The health check: an error unless a GET answers with a 2xx status.
pub async fn check(url: &str) -> Result<()> {
    let (status, body) = send(Method::GET, url).await?;
    if !status.is_success() {
        bail!("{url} answered {status}: {}", String::from_utf8_lossy(&body));
    }
    Ok(())
}

async fn exchange(method: Method, url: &str) -> Result<(StatusCode, Bytes)> {
    let uri: Uri = url.parse().context("not a URL")?;
    if uri.scheme_str() != Some("http") {
        bail!("only http:// URLs are spoken here");
    }
    let authority = uri.authority().context("the URL names no host")?;
    let port = authority.port_u16().unwrap_or(80);
    let stream = TcpStream::connect((authority.host().trim_matches(['[', ']']), port)).await?;

    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    // The connection task carries the bytes; its errors surface in the answer that we await below.
    tokio::spawn(connection);
    let request = Request::builder()
        .method(method)
        .uri(uri.path_and_query().map_or("/", |path| path.as_str()))
        .header(header::HOST, authority.as_str())
        .header(header::CONNECTION, "close")
        .body(Empty::<Bytes>::new())?;
    let (head, body) = sender.send_request(request).await?.into_parts();
    let body = match Limited::new(body, LONGEST_BODY).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) => bail!("the body broke off: {error}"),
    };
    Ok((head.status, body))
}

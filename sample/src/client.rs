//! A minimal HTTP client, one request a connection: for the front's requests to the back and for the health check.

use std::time::Duration;

use anyhow::{Context, Result, bail};
use axum::http::{Method, Request, StatusCode, Uri, header};
use http_body_util::{BodyExt, Empty, Limited};
use hyper::body::Bytes;
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;

/// The timeout of a request, including the name lookup.
const TIMEOUT: Duration = Duration::from_secs(2);

/// The largest accepted response body.
const MAX_BODY: usize = 64 * 1024;

/// Sends a request without a body to an `http://` URL.
pub async fn send(method: Method, url: &str) -> Result<(StatusCode, Bytes)> {
    tokio::time::timeout(TIMEOUT, exchange(method, url))
        .await
        .with_context(|| format!("{url} did not answer within {TIMEOUT:?}"))?
        .with_context(|| format!("{url} did not answer"))
}

/// The health check: an error unless a GET returns a 2xx status.
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
        bail!("only http:// URLs are supported");
    }
    let authority = uri.authority().context("the URL names no host")?;
    let port = authority.port_u16().unwrap_or(80);
    let stream = TcpStream::connect((authority.host().trim_matches(['[', ']']), port)).await?;

    let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream)).await?;
    // The connection runs in its own task; its errors surface in the response awaited below.
    tokio::spawn(connection);
    let request = Request::builder()
        .method(method)
        .uri(uri.path_and_query().map_or("/", |path| path.as_str()))
        .header(header::HOST, authority.as_str())
        .header(header::CONNECTION, "close")
        .body(Empty::<Bytes>::new())?;
    let (head, body) = sender.send_request(request).await?.into_parts();
    let body = match Limited::new(body, MAX_BODY).collect().await {
        Ok(body) => body.to_bytes(),
        Err(error) => bail!("the response body is incomplete: {error}"),
    };
    Ok((head.status, body))
}

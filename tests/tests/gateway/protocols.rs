//! HTTP/2, WebSockets and streamed answers.

use std::time::{Duration, Instant};

use futures::{SinkExt, StreamExt};
use http_body_util::{BodyExt, Empty};
use hyper::{Request, StatusCode, body::Bytes, client::conn::http2};
use hyper_util::rt::{TokioExecutor, TokioIo};
use tokio::net::TcpStream;
use tokio_tungstenite::{client_async, tungstenite::Message};

use crate::{front, send};

#[tokio::test]
async fn http_2_web_sockets_and_streams_pass() {
    let running = front(1).await;

    let stream = TcpStream::connect(running.gateway()).await.unwrap();
    let (mut sender, connection) = http2::handshake(TokioExecutor::new(), TokioIo::new(stream)).await.unwrap();
    tokio::spawn(connection);
    let request =
        Request::get(format!("http://{}/bytes?n=1048576", running.host("web"))).body(Empty::<Bytes>::new()).unwrap();
    let answer = sender.send_request(request).await.unwrap();
    assert_eq!(answer.status(), StatusCode::OK);
    assert_eq!(answer.into_body().collect().await.unwrap().to_bytes().len(), 1 << 20);

    let stream = TcpStream::connect(running.gateway()).await.unwrap();
    let (mut socket, _) = client_async(format!("ws://{}/echo", running.host("web")), stream).await.unwrap();
    for text in ["hear", "what", "I say"] {
        socket.send(Message::text(text)).await.unwrap();
        assert_eq!(socket.next().await.unwrap().unwrap(), Message::text(text));
    }
    socket.close(None).await.unwrap();

    let began = Instant::now();
    let answer = send(running.gateway(), &running.host("web"), "/ticks?n=4&ms=300").await.unwrap();
    assert_eq!(answer.headers()["content-type"], "text/event-stream");
    let mut body = answer.into_body();
    let first = body.frame().await.unwrap().unwrap().into_data().unwrap();
    assert_eq!(first.as_ref(), b"data: 0\n\n");
    assert!(began.elapsed() < Duration::from_millis(600), "before the last is said: {:?}", began.elapsed());
    let rest = body.collect().await.unwrap().to_bytes();
    assert!(rest.ends_with(b"data: 3\n\n") && began.elapsed() >= Duration::from_millis(900));
    running.stop().await;
}

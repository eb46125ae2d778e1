//! A session with a provider's API: signing in with a wallet, as a page or a program does, and requests with the token.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use alloy::{
    hex,
    primitives::{Address, B256, U256},
    signers::{SignerSync, local::PrivateKeySigner},
};
use anvil::Actor;
use anyhow::{Context, ensure};
use reqwest::{Method, RequestBuilder, StatusCode};
use serde_json::{Value, json};
use solidity::{deploy::Deployment, typed};
use tokio::net::TcpStream;
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream, connect_async, tungstenite::client::IntoClientRequest};

pub type WebSocket = WebSocketStream<MaybeTlsStream<TcpStream>>;

/// An address's session; anonymous while the token is empty.
#[derive(Clone)]
pub struct ApiSession {
    pub address: Address,
    pub token: String,
    pub port: u16,
    http: reqwest::Client,
}

/// The fields of a Sign-In with Ethereum message (EIP-4361).
#[derive(Clone)]
pub struct SignInMessage {
    pub domain: String,
    pub address: Address,
    pub uri: String,
    pub chain_id: u64,
    pub nonce: String,
    pub issued_at: SystemTime,
    pub expires_at: Option<SystemTime>,
    pub not_before: Option<SystemTime>,
}

impl SignInMessage {
    pub fn text(&self) -> String {
        let Self { domain, address, uri, chain_id, nonce, .. } = self;
        let time = |time: SystemTime| humantime(time);
        let mut text = format!(
            "{domain} wants you to sign in with your Ethereum account:\n{address}\n\nLet me in.\n\nURI: {uri}\nVersion: 1\n\
             Chain ID: {chain_id}\nNonce: {nonce}\nIssued At: {}",
            time(self.issued_at)
        );
        text.extend(self.expires_at.map(|at| format!("\nExpiration Time: {}", time(at))));
        text.extend(self.not_before.map(|at| format!("\nNot Before: {}", time(at))));
        text
    }
}

/// RFC 3339 in UTC, to the second.
fn humantime(time: SystemTime) -> String {
    let seconds = time.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs() as i64;
    let (days, rest) = (seconds.div_euclid(86_400), seconds.rem_euclid(86_400));
    // Howard Hinnant's civil_from_days.
    let z = days + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let (day, month) = (doy - (153 * mp + 2) / 5 + 1, if mp < 10 { mp + 3 } else { mp - 9 });
    let year = yoe + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}Z", rest / 3600, rest / 60 % 60, rest % 60)
}

/// The market's EIP-712 signature of a grant.
pub fn sign_grant(
    deployment: &Deployment,
    signer: &PrivateKeySigner,
    lease: B256,
    grantee: Address,
    scope: &str,
    (issued_at, expiry): (u64, u64),
) -> anyhow::Result<Value> {
    let domain = typed::domain(deployment.chain_id, deployment.market);
    let grant = typed::Grant {
        lease,
        grantee,
        scope: scope.to_owned(),
        issuedAt: U256::from(issued_at),
        expiry: U256::from(expiry),
    };
    let signature = hex::encode_prefixed(signer.sign_hash_sync(&grant.digest(&domain))?.as_bytes());
    Ok(json!({
        "grantee": grantee, "scope": scope, "issuedAt": issued_at, "expiry": expiry, "signature": signature,
    }))
}

pub fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default().as_secs()
}

impl ApiSession {
    /// Without a token.
    pub fn anonymous(port: u16) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder().no_proxy().timeout(Duration::from_secs(60)).build()?;
        Ok(Self { address: Address::ZERO, token: String::new(), port, http })
    }

    /// Signs in as an actor of the devnet.
    pub async fn sign_in(port: u16, actor: Actor) -> anyhow::Result<Self> {
        let nobody = Self::anonymous(port)?;
        let message = nobody.sign_in_message(actor.address()).await?;
        let text = message.text();
        let signature = hex::encode_prefixed(actor.signer().sign_message_sync(text.as_bytes())?.as_bytes());
        let (status, said) = nobody.sign_in_with(&text, &signature, true).await?;
        ensure!(status == StatusCode::OK, "signing in failed: {said}");
        let token = said["token"].as_str().context("no token")?.to_owned();
        Ok(Self { address: actor.address(), token, ..nobody })
    }

    /// The message that a page of this provider would request an address to sign now.
    pub async fn sign_in_message(&self, address: Address) -> anyhow::Result<SignInMessage> {
        let nonce: Value = self.http.post(self.url("/v1/session/nonce")).send().await?.json().await?;
        let domain = format!("127.0.0.1:{}", self.port);
        Ok(SignInMessage {
            uri: format!("http://{domain}/leases"),
            domain,
            address,
            chain_id: nonce["chainId"].as_u64().context("no chain id")?,
            nonce: nonce["nonce"].as_str().context("no nonce")?.to_owned(),
            issued_at: SystemTime::now(),
            expires_at: None,
            not_before: None,
        })
    }

    pub async fn sign_in_with(&self, text: &str, signature: &str, token: bool) -> anyhow::Result<(StatusCode, Value)> {
        let body = json!({"message": text, "signature": signature, "token": token});
        let answer = self.http.post(self.url("/v1/session")).json(&body).send().await?;
        Ok((answer.status(), answer.json().await?))
    }

    pub fn url(&self, path: &str) -> String {
        format!("http://127.0.0.1:{}{path}", self.port)
    }

    /// A request with the token, if there is one.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        let request = self.http.request(method, self.url(path));
        if self.token.is_empty() { request } else { request.bearer_auth(&self.token) }
    }

    pub async fn ask(&self, method: Method, path: &str, body: Option<Value>) -> anyhow::Result<(StatusCode, Value)> {
        let request = self.request(method, path);
        let request = if let Some(body) = body { request.json(&body) } else { request };
        let answer = request.send().await?;
        let (status, text) = (answer.status(), answer.text().await?);
        Ok((status, serde_json::from_str(&text).unwrap_or(Value::String(text))))
    }

    pub async fn get(&self, path: &str) -> anyhow::Result<(StatusCode, Value)> {
        self.ask(Method::GET, path, None).await
    }

    /// A stream of server-sent events, without its comments.
    pub async fn events(&self, path: &str) -> anyhow::Result<Events> {
        // Without the timeout of other requests, which counts to the end of the body.
        let http = reqwest::Client::builder().no_proxy().build()?;
        let answer = http.get(self.url(path)).bearer_auth(&self.token).send().await?;
        ensure!(answer.status().is_success(), "{}: {}", answer.status(), answer.text().await?);
        Ok(Events { answer, read: String::new() })
    }

    /// A WebSocket with the token as a subprotocol, or the status of the refusal.
    pub async fn socket(&self, path: &str) -> anyhow::Result<Result<WebSocket, StatusCode>> {
        let protocols = format!("tidemark, bearer.{}", self.token);
        self.socket_with(path, &[("sec-websocket-protocol", &protocols)]).await
    }

    pub async fn socket_with(
        &self,
        path: &str,
        headers: &[(&'static str, &str)],
    ) -> anyhow::Result<Result<WebSocket, StatusCode>> {
        let mut request = format!("ws://127.0.0.1:{}{path}", self.port).into_client_request()?;
        for (name, value) in headers {
            request.headers_mut().insert(*name, value.parse()?);
        }
        match connect_async(request).await {
            Ok((socket, _)) => Ok(Ok(socket)),
            Err(tokio_tungstenite::tungstenite::Error::Http(answer)) => {
                Ok(Err(StatusCode::from_u16(answer.status().as_u16())?))
            }
            Err(error) => Err(error.into()),
        }
    }
}

pub struct Events {
    answer: reqwest::Response,
    read: String,
}

impl Events {
    /// The next event's name and data; `None` at the end of the stream.
    pub async fn next(&mut self) -> anyhow::Result<Option<(String, Value)>> {
        loop {
            if let Some((event, rest)) = self.read.split_once("\n\n") {
                let field =
                    |name: &str| event.lines().find_map(|line| Some(line.strip_prefix(name)?.trim().to_owned()));
                let found = field("event:").zip(field("data:"));
                self.read = rest.to_owned();
                if let Some((name, data)) = found {
                    return Ok(Some((name, serde_json::from_str(&data)?)));
                }
                continue;
            }
            let next = tokio::time::timeout(Duration::from_secs(60), self.answer.chunk()).await;
            match next.context("no event for a minute")?? {
                Some(bytes) => self.read.push_str(&String::from_utf8(bytes.to_vec())?),
                None => return Ok(None),
            }
        }
    }
}

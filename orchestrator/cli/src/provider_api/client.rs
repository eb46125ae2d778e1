//! A client of the API of a provider.

use std::time::Duration;

use alloy::primitives::{Address, B256};
use anyhow::{Context, bail};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::provider_api::event_stream::EventStream;
use api_types::{
    access::{AccessView, GrantView, NonceView, SessionView},
    error::ErrorView,
    events::EventView,
    leases::LeaseView,
    logs::LogLineView,
    market::StatusView,
    proofs::{EpochView, ProofView},
    scaling::{DemandView, ScalingView},
};

/// The timeout of a request, and of connecting to an event stream.
const REQUEST_TIMEOUT: Duration = Duration::from_secs(15);
/// An event stream sends a keep-alive more often than this.
const STREAM_TIMEOUT: Duration = Duration::from_secs(40);

pub struct ProviderApi {
    http: reqwest::Client,
    endpoint: String,
    /// The token of a session, for requests that need one.
    token: Option<String>,
}

impl ProviderApi {
    pub fn new(endpoint: &str) -> anyhow::Result<Self> {
        let http = reqwest::Client::builder().timeout(REQUEST_TIMEOUT).no_proxy().build()?;
        Ok(Self { http, endpoint: endpoint.trim_end_matches('/').to_owned(), token: None })
    }

    /// The nonce and the statement for a sign-in message.
    pub async fn nonce(&self) -> anyhow::Result<NonceView> {
        self.post("/v1/session/nonce", &json!({})).await
    }

    /// Opens a session with a signed message, and returns the client that uses it.
    pub async fn sign_in(self, message: String, signature: String) -> anyhow::Result<Self> {
        let sent = json!({"message": message, "signature": signature, "token": true});
        let session: SessionView = self.post("/v1/session", &sent).await.context("the sign-in failed")?;
        Ok(Self { token: session.token, ..self })
    }

    /// Grants an address access to a lease, with the tenant's signature.
    pub async fn grant(&self, id: B256, grant: &Value) -> anyhow::Result<GrantView> {
        self.post(&format!("/v1/leases/{id}/grants"), grant).await
    }

    /// The grants of a lease.
    pub async fn grants(&self, id: B256) -> anyhow::Result<Vec<GrantView>> {
        Ok(self.get(&format!("/v1/leases/{id}/grants")).await?.unwrap_or_default())
    }

    pub async fn revoke(&self, id: B256, grantee: Address) -> anyhow::Result<()> {
        let request = self.http.delete(format!("{}/v1/leases/{id}/grants/{grantee}", self.endpoint));
        self.answered(request).await.map(drop)
    }

    pub async fn accesses(&self, id: B256, limit: u32) -> anyhow::Result<Vec<AccessView>> {
        Ok(self.get(&format!("/v1/leases/{id}/accesses?limit={limit}")).await?.unwrap_or_default())
    }

    /// Log lines of a lease's containers. The query selects the lines.
    pub async fn logs(&self, id: B256, query: &str) -> anyhow::Result<Vec<LogLineView>> {
        let lines = self.get(&format!("/v1/leases/{id}/logs?{query}")).await?;
        lines.context("the provider has not observed this lease yet: try again in a moment")
    }

    /// Opens a stream of server-sent events.
    pub async fn events(&self, path: &str) -> anyhow::Result<EventStream> {
        // Without the timeout of other requests, which covers the whole response body.
        let http = reqwest::Client::builder()
            .connect_timeout(REQUEST_TIMEOUT)
            .read_timeout(STREAM_TIMEOUT)
            .no_proxy()
            .build()?;
        let answer = self.answered(http.get(format!("{}{path}", self.endpoint))).await?;
        Ok(EventStream::new(answer))
    }

    /// The URL of a WebSocket and the value of its `Sec-WebSocket-Protocol` header, which carries the token.
    pub fn socket(&self, path: &str) -> (String, String) {
        let address = format!("{}{path}", self.endpoint.replacen("http", "ws", 1));
        (address, format!("tidemark, bearer.{}", self.token.as_deref().unwrap_or_default()))
    }

    /// `None` when the provider has not observed the lease yet.
    pub async fn lease(&self, id: B256) -> anyhow::Result<Option<LeaseView>> {
        self.get(&format!("/v1/leases/{id}")).await
    }

    /// The newest proof of a lease, or the proof of an epoch. `None` when there is none.
    pub async fn proof(&self, id: B256, epoch: Option<u64>) -> anyhow::Result<Option<ProofView>> {
        let epoch = epoch.map_or_else(|| "latest".to_owned(), |epoch| epoch.to_string());
        self.get(&format!("/v1/leases/{id}/proofs/{epoch}")).await
    }

    /// The scaling state of a lease, with up to `limit` of its newest decisions.
    pub async fn scaling(&self, id: B256, limit: usize) -> anyhow::Result<Option<ScalingView>> {
        self.get(&format!("/v1/leases/{id}/scaling?limit={limit}")).await
    }

    /// The demand that the lease's autoscaler observed after a time in Unix milliseconds.
    pub async fn demand(&self, id: B256, since_ms: u64) -> anyhow::Result<Option<Vec<DemandView>>> {
        self.get(&format!("/v1/leases/{id}/demand?since={since_ms}")).await
    }

    /// The statements of an epoch with their paths to its root. `None` when the provider does not serve them.
    pub async fn epoch(&self, epoch: u64) -> anyhow::Result<Option<EpochView>> {
        self.get(&format!("/v1/epochs/{epoch}")).await
    }

    /// Events of the market. The query selects them.
    pub async fn history(&self, query: &str) -> anyhow::Result<Vec<EventView>> {
        Ok(self.get(&format!("/v1/events?{query}")).await?.unwrap_or_default())
    }

    pub async fn status(&self) -> anyhow::Result<StatusView> {
        self.get("/v1/status").await?.context("the provider has no /v1/status: is it a Tidemark provider?")
    }

    /// Uploads the manifest of a lease. `false` when the provider has not observed the lease yet.
    pub async fn put_manifest(&self, id: B256, bytes: Vec<u8>, signature: String) -> anyhow::Result<bool> {
        let url = format!("{}/v1/leases/{id}/manifest", self.endpoint);
        let request = self.http.put(url).header("tidemark-signature", signature).body(bytes);
        let answer = request.send().await.with_context(|| self.unreachable())?;
        match answer.status() {
            reqwest::StatusCode::NOT_FOUND => Ok(false),
            status if status.is_success() => Ok(true),
            _ => bail!("the provider refused the manifest: {}", message(answer).await),
        }
    }

    async fn get<T: DeserializeOwned>(&self, path: &str) -> anyhow::Result<Option<T>> {
        let request = self.http.get(format!("{}{path}", self.endpoint));
        let answer = self.authorized(request).send().await.with_context(|| self.unreachable())?;
        match answer.status() {
            reqwest::StatusCode::NOT_FOUND => Ok(None),
            status if status.is_success() => Ok(Some(self.read(answer).await?)),
            _ => bail!("the provider refused the request: {}", message(answer).await),
        }
    }

    async fn post<T: DeserializeOwned>(&self, path: &str, body: &Value) -> anyhow::Result<T> {
        let answer = self.answered(self.http.post(format!("{}{path}", self.endpoint)).json(body)).await?;
        self.read(answer).await
    }

    /// Sends a request; a status other than 2xx is an error with the message of the provider.
    async fn answered(&self, request: reqwest::RequestBuilder) -> anyhow::Result<reqwest::Response> {
        let answer = self.authorized(request).send().await.with_context(|| self.unreachable())?;
        if !answer.status().is_success() {
            bail!("the provider refused the request: {}", message(answer).await);
        }
        Ok(answer)
    }

    fn authorized(&self, request: reqwest::RequestBuilder) -> reqwest::RequestBuilder {
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    async fn read<T: DeserializeOwned>(&self, answer: reqwest::Response) -> anyhow::Result<T> {
        answer
            .json()
            .await
            .with_context(|| format!("{} sent a response that this program does not understand", self.endpoint))
    }

    fn unreachable(&self) -> String {
        format!("the provider does not answer at {}", self.endpoint)
    }
}

/// The error message in a response, or its status.
async fn message(answer: reqwest::Response) -> String {
    let status = answer.status();
    match answer.json::<ErrorView>().await {
        Ok(error) => error.message,
        Err(_) => format!("HTTP {status}"),
    }
}

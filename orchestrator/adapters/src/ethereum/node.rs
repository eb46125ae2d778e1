//! An Ethereum node over JSON-RPC. WebSocket endpoints push new heads and are polled as well; HTTP endpoints are only
//! polled.

use std::{
    future::Future,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

use alloy::{
    consensus::{SignableTransaction, TxEip1559},
    eips::eip2718::Encodable2718,
    network::TxSignerSync,
    primitives::{Address, B256, Bytes, LogData, U64, U256, map::HashSet},
    providers::{DynProvider, Provider, ProviderBuilder, WsConnect},
    rpc::json_rpc::{RpcError, RpcRecv, RpcSend},
    signers::local::PrivateKeySigner,
    sol_types::SolInterface,
    transports::{TransportError, TransportErrorKind, ws::WebSocketConfig},
};
use serde::Deserialize;
use serde_json::{Value, json};
use solidity::Market::MarketErrors;
use tokio::{sync::Notify, task::JoinHandle, time::timeout};

use ports::ethereum::{
    Block, Call, Detail, Error, Ethereum, Fees, Log, Receipt, Result, SendOutcome, Signed, TransactionState,
};

/// The timeout of every call.
const PATIENCE: Duration = Duration::from_secs(20);
/// How often a listener polls, when heads are pushed and when they are not.
const LOOK_PUSHED: Duration = Duration::from_secs(4);
const LOOK_POLLED: Duration = Duration::from_secs(1);
/// The pause before a lost subscription is renewed.
const RESUBSCRIBE: Duration = Duration::from_secs(1);
/// The largest response: the logs of many blocks come in one frame.
const LARGEST_ANSWER: usize = 512 << 20;

/// A chain behind an RPC URL.
pub struct AlloyEthereum {
    node: Arc<RpcConnection>,
    market: Address,
    chain_id: u64,
    signer: Option<PrivateKeySigner>,
    /// The widest range of logs that the node is believed to answer, in blocks.
    span: AtomicU64,
    heads: Arc<Notify>,
    subscription: Option<JoinHandle<()>>,
}

/// The connection: established at the first use, and again when it broke.
struct RpcConnection {
    url: String,
    pushes: bool,
    provider: Mutex<Option<DynProvider>>,
}

impl AlloyEthereum {
    /// Sends nothing yet: a node that is down when the orchestrator starts is an error of the first run, not of the
    /// start. Must be called inside a Tokio runtime.
    ///
    /// # Errors
    /// [`Error::Url`].
    pub fn connect(url: &str, chain_id: u64, market: Address, signer: Option<PrivateKeySigner>) -> Result<Self> {
        let pushes = ["ws://", "wss://"].iter().any(|scheme| url.starts_with(scheme));
        if !pushes && !["http://", "https://"].iter().any(|scheme| url.starts_with(scheme)) {
            return Err(Error::Url);
        }
        let node = Arc::new(RpcConnection { url: url.to_owned(), pushes, provider: Mutex::default() });
        let heads = Arc::new(Notify::new());
        let subscription = pushes.then(|| tokio::spawn(listen(node.clone(), heads.clone())));
        Ok(Self { node, market, chain_id, signer, span: AtomicU64::new(u64::MAX), heads, subscription })
    }

    async fn logs_between(&self, from: u64, to: u64) -> Result<Vec<Log>> {
        let filter = json!([{ "address": self.market, "fromBlock": tag(Some(from)), "toBlock": tag(Some(to)) }]);
        self.logs_by(filter).await
    }

    async fn logs_by(&self, filter: Value) -> Result<Vec<Log>> {
        let logs: Vec<WireLog> = self.node.ask("eth_getLogs", filter).await?;
        logs.into_iter().filter(|log| !log.removed).map(Log::try_from).collect()
    }

    /// Whether a smaller range may succeed.
    async fn too_much(&self, error: &Error) -> bool {
        match error {
            Error::Refused { .. } | Error::Timeout { .. } | Error::Garbage { .. } => true,
            // Some nodes close the connection when a response is too large; a node that is down fails the smaller range
            // too.
            Error::Unreachable { .. } => self.head().await.is_ok(),
            _ => false,
        }
    }

    fn request(&self, call: &Call) -> Value {
        let mut request = json!({ "to": call.to, "data": call.data, "value": call.value });
        if let Some(from) = self.wallet() {
            request["from"] = json!(from);
        }
        request
    }
}

impl Drop for AlloyEthereum {
    fn drop(&mut self) {
        if let Some(subscription) = &self.subscription {
            subscription.abort();
        }
    }
}

#[async_trait::async_trait]
impl Ethereum for AlloyEthereum {
    async fn chain_id(&self) -> Result<u64> {
        Ok(self.node.ask::<_, U64>("eth_chainId", ()).await?.to())
    }

    async fn head(&self) -> Result<Block> {
        let head: WireBlock = self.node.ask("eth_getBlockByNumber", ("latest", false)).await?;
        Ok(head.into())
    }

    async fn block(&self, number: u64) -> Result<Option<Block>> {
        let block: Option<WireBlock> = self.node.ask("eth_getBlockByNumber", (tag(Some(number)), false)).await?;
        Ok(block.map(Block::from))
    }

    async fn logs(&self, from: u64, to: u64) -> Result<Vec<Log>> {
        let (mut logs, mut open) = (Vec::new(), vec![(from, to)]);
        while let Some((from, to)) = open.pop() {
            let span = self.span.load(Ordering::Relaxed);
            if to.saturating_sub(from) >= span {
                open.push((from + span, to));
                open.push((from, from + span - 1));
                continue;
            }
            match self.logs_between(from, to).await {
                Ok(part) => {
                    logs.extend(part);
                    // A limit by the number of logs applies in some ranges only, so the span may grow again.
                    if to - from + 1 == span {
                        self.span.store(span.saturating_add(span.div_ceil(4)), Ordering::Relaxed);
                    }
                }
                Err(error) if to > from && self.too_much(&error).await => {
                    tracing::debug!(from, to, "the node cannot answer for so many blocks at once");
                    self.span.store((to - from).div_ceil(2), Ordering::Relaxed);
                    open.push((from, to));
                }
                Err(error) => return Err(error),
            }
        }
        Ok(logs)
    }

    async fn logs_of(&self, block: B256) -> Result<Vec<Log>> {
        self.logs_by(json!([{ "address": self.market, "blockHash": block }])).await
    }

    async fn logs_about(&self, subject: B256, from: u64, to: u64) -> Result<Vec<Log>> {
        let (from, to) = (tag(Some(from)), tag(Some(to)));
        let topics = json!([null, subject]);
        self.logs_by(json!([{ "address": self.market, "fromBlock": from, "toBlock": to, "topics": topics }])).await
    }

    async fn changed(&self) {
        let look = if self.node.pushes { LOOK_PUSHED } else { LOOK_POLLED };
        let _ = timeout(look, self.heads.notified()).await;
    }

    fn wallet(&self) -> Option<Address> {
        self.signer.as_ref().map(PrivateKeySigner::address)
    }

    async fn nonce(&self, account: Address, block: Option<u64>) -> Result<u64> {
        Ok(self.node.ask::<_, U64>("eth_getTransactionCount", (account, tag(block))).await?.to())
    }

    async fn pending_nonce(&self, account: Address) -> Result<u64> {
        Ok(self.node.ask::<_, U64>("eth_getTransactionCount", (account, "pending")).await?.to())
    }

    async fn balance(&self, account: Address) -> Result<U256> {
        self.node.ask("eth_getBalance", (account, "latest")).await
    }

    async fn fees(&self) -> Result<Fees> {
        let provider = self.node.provider("eth_feeHistory").await?;
        let fees = self.node.within("eth_feeHistory", provider.estimate_eip1559_fees()).await?;
        Ok(Fees { max: fees.max_fee_per_gas, priority: fees.max_priority_fee_per_gas })
    }

    async fn estimate(&self, call: &Call) -> Result<u64> {
        self.wallet().ok_or(Error::NoWallet)?;
        // Nodes differ in what they execute when no block is named, and some would execute all pending transactions for
        // each call.
        Ok(self.node.ask::<_, U64>("eth_estimateGas", (self.request(call), tag(None))).await?.to())
    }

    fn sign(&self, call: &Call, nonce: u64, gas: u64, fees: Fees) -> Result<Signed> {
        let signer = self.signer.as_ref().ok_or(Error::NoWallet)?;
        let mut transaction = TxEip1559 {
            chain_id: self.chain_id,
            nonce,
            gas_limit: gas,
            max_fee_per_gas: fees.max,
            max_priority_fee_per_gas: fees.priority,
            to: call.to.into(),
            value: call.value,
            access_list: Default::default(),
            input: call.data.clone(),
        };
        let signature = signer.sign_transaction_sync(&mut transaction).map_err(|error| Error::Sign(Box::new(error)))?;
        let signed = transaction.into_signed(signature);
        Ok(Signed { hash: *signed.hash(), raw: signed.encoded_2718().into() })
    }

    async fn send_raw(&self, raw: &Bytes) -> Result<SendOutcome> {
        match self.node.ask::<_, B256>("eth_sendRawTransaction", (raw,)).await {
            Ok(_) => Ok(SendOutcome::Accepted),
            Err(Error::Refused { method, code, message }) => {
                verdict(&message).ok_or(Error::Refused { method, code, message })
            }
            Err(error) => Err(error),
        }
    }

    async fn receipt(&self, transaction: B256) -> Result<Option<Receipt>> {
        let receipt: Option<WireReceipt> = self.node.ask("eth_getTransactionReceipt", (transaction,)).await?;
        Ok(receipt.map(Receipt::from))
    }

    async fn receipts(&self, block: u64) -> Result<Option<Vec<Receipt>>> {
        let receipts: Option<Vec<WireReceipt>> = self.node.ask("eth_getBlockReceipts", (tag(Some(block)),)).await?;
        Ok(receipts.map(|receipts| receipts.into_iter().map(Receipt::from).collect()))
    }

    async fn transaction(&self, hash: B256) -> Result<Option<TransactionState>> {
        let transaction: Option<WireTransaction> = self.node.ask("eth_getTransactionByHash", (hash,)).await?;
        Ok(transaction.map(|transaction| TransactionState {
            block: transaction.block_number.map(|number| number.to()).zip(transaction.block_hash),
        }))
    }

    async fn call(&self, call: &Call, block: Option<u64>) -> Result<Bytes> {
        self.node.ask("eth_call", (self.request(call), tag(block))).await
    }
}

impl RpcConnection {
    async fn ask<P: RpcSend, R: RpcRecv>(&self, method: &'static str, params: P) -> Result<R> {
        let provider = self.provider(method).await?;
        self.within(method, provider.client().request::<P, R>(method, params)).await
    }

    async fn provider(&self, method: &'static str) -> Result<DynProvider> {
        if let Some(provider) = self.held().clone() {
            return Ok(provider);
        }
        let builder = ProviderBuilder::new().disable_recommended_fillers();
        let provider = if self.pushes {
            let config =
                WebSocketConfig::default().max_message_size(Some(LARGEST_ANSWER)).max_frame_size(Some(LARGEST_ANSWER));
            // Reconnecting is done here, so that a call fails at once when the connection is gone.
            let connect = WsConnect::new(&self.url).with_config(config).with_max_retries(0);
            // Connecting is a large future, and happens once.
            self.within(method, Box::pin(builder.connect_ws(connect))).await?.erased()
        } else {
            self.within(method, Box::pin(builder.connect(&self.url))).await?.erased()
        };
        Ok(self.held().get_or_insert(provider).clone())
    }

    async fn within<T, F>(&self, method: &'static str, answer: F) -> Result<T>
    where
        F: IntoFuture<Output = Result<T, TransportError>>,
        F::IntoFuture: Future<Output = Result<T, TransportError>>,
    {
        let error = match timeout(PATIENCE, answer).await {
            Ok(Ok(answer)) => return Ok(answer),
            Ok(Err(error)) => self.error(method, error),
            Err(_) => Error::Timeout { method, after: PATIENCE },
        };
        // The next caller establishes a new connection in place of one that does not answer.
        if matches!(error, Error::Unreachable { .. } | Error::Timeout { .. }) {
            *self.held() = None;
        }
        Err(error)
    }

    fn held(&self) -> std::sync::MutexGuard<'_, Option<DynProvider>> {
        self.provider.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn error(&self, method: &'static str, error: TransportError) -> Error {
        match error {
            RpcError::ErrorResp(answer) => {
                if let Some(data) = answer.as_revert_data() {
                    return Error::Reverted(reason(&data, &answer.message));
                }
                if answer.message.contains("revert") {
                    return Error::Reverted(answer.message.into_owned());
                }
                Error::Refused { method, code: answer.code, message: self.detail(&answer.message).0 }
            }
            RpcError::Transport(TransportErrorKind::HttpError(answer))
                if answer.status < 500 && answer.status != 429 =>
            {
                Error::Garbage { method, source: Detail(format!("HTTP status {}", answer.status)) }
            }
            RpcError::Transport(kind) => Error::Unreachable { method, source: self.chain(&kind) },
            RpcError::NullResp => Error::Garbage { method, source: Detail("it is null".to_owned()) },
            RpcError::DeserError { err, .. } => Error::Garbage { method, source: Detail(err.to_string()) },
            other => Error::Garbage { method, source: self.chain(&other) },
        }
    }

    /// An error with its causes.
    fn chain(&self, error: &dyn std::error::Error) -> Detail {
        let mut texts = HashSet::<String>::default();
        let mut text = String::new();
        let mut next = Some(error);
        while let Some(error) = next {
            let part = error.to_string();
            if texts.insert(part.clone()) && !text.contains(&part) {
                text.push_str(if text.is_empty() { "" } else { ": " });
                text.push_str(&part);
            }
            next = error.source();
        }
        self.detail(&text)
    }

    /// Removes the URL from a text: its path, query or user is often a secret.
    fn detail(&self, text: &str) -> Detail {
        let after_scheme = self.url.split_once("://").map_or("", |(_, rest)| rest);
        let (authority, path) = after_scheme.split_once(['/', '?']).unwrap_or((after_scheme, ""));
        let mut clean = text.replace(&self.url, "the RPC URL");
        for secret in [authority.rsplit_once('@').map_or("", |(user, _)| user), path.trim_end_matches('/')] {
            if secret.len() > 3 {
                clean = clean.replace(secret, "…");
            }
        }
        Detail(clean)
    }
}

/// Turns pushed heads into wakeups, for as long as the port exists.
async fn listen(node: Arc<RpcConnection>, heads: Arc<Notify>) {
    loop {
        if let Ok(provider) = node.provider("eth_subscribe").await
            && let Ok(mut subscription) = node.within("eth_subscribe", provider.subscribe_blocks()).await
        {
            // Checks for what came before the subscription.
            heads.notify_one();
            // A reader that lags has missed heads, not changes: one wakeup replaces all of them.
            while !matches!(subscription.recv().await, Err(tokio::sync::broadcast::error::RecvError::Closed)) {
                heads.notify_one();
            }
        }
        tokio::time::sleep(RESUBSCRIBE).await;
    }
}

fn tag(block: Option<u64>) -> String {
    block.map_or_else(|| "latest".to_owned(), |number| format!("{number:#x}"))
}

/// The contract's custom error with its arguments, or the node's own message.
fn reason(data: &[u8], message: &str) -> String {
    let Ok(error) = MarketErrors::abi_decode(data) else { return message.to_owned() };
    let name = MarketErrors::name_by_selector(error.selector()).unwrap_or_default();
    // Debug prints `Outer(Name { field: 1 })`; the result has the name first, and the fields in parentheses as in
    // Solidity.
    let text = format!("{error:?}");
    match (text.find('{'), text.rfind('}')) {
        (Some(from), Some(to)) if from < to => format!("{name}({})", text[from + 1..to].trim()),
        _ => name.to_owned(),
    }
}

/// Nodes agree on these situations and on no wording of them.
fn verdict(message: &str) -> Option<SendOutcome> {
    let message = message.to_lowercase();
    let says = |words: &[&str]| words.iter().any(|word| message.contains(word));
    if says(&["already known", "already imported", "known transaction", "already exists"]) {
        Some(SendOutcome::Known)
    } else if says(&["nonce too low", "nonce is too low", "invalid nonce", "old nonce"]) {
        Some(SendOutcome::NonceUsed)
    } else if says(&["underpriced", "less than block base fee", "fee too low", "feetoolow", "fee cap less"]) {
        Some(SendOutcome::Underpriced)
    } else if says(&["insufficient funds", "insufficient balance"]) {
        Some(SendOutcome::Unfunded)
    } else {
        None
    }
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireBlock {
    number: U64,
    hash: B256,
    parent_hash: B256,
    timestamp: U64,
}

/// Leaner than the general type: a backfill reads a hundred thousand of them.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireLog {
    address: Address,
    topics: Vec<B256>,
    data: Bytes,
    block_number: U64,
    block_hash: B256,
    transaction_hash: B256,
    log_index: U64,
    #[serde(default)]
    block_timestamp: Option<U64>,
    #[serde(default)]
    removed: bool,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireReceipt {
    transaction_hash: B256,
    block_number: U64,
    block_hash: B256,
    status: U64,
    gas_used: U64,
}

#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase")]
struct WireTransaction {
    #[serde(default)]
    block_number: Option<U64>,
    #[serde(default)]
    block_hash: Option<B256>,
}

impl From<WireBlock> for Block {
    fn from(wire: WireBlock) -> Self {
        Self { number: wire.number.to(), hash: wire.hash, parent: wire.parent_hash, time: wire.timestamp.to() }
    }
}

impl TryFrom<WireLog> for Log {
    type Error = Error;

    fn try_from(wire: WireLog) -> Result<Self> {
        let data = LogData::new(wire.topics, wire.data).ok_or_else(|| Error::Garbage {
            method: "eth_getLogs",
            source: Detail("a log has more than four topics".to_owned()),
        })?;
        Ok(Self {
            block: wire.block_number.to(),
            block_hash: wire.block_hash,
            index: wire.log_index.to(),
            time: wire.block_timestamp.map(|time| time.to()),
            transaction: wire.transaction_hash,
            address: wire.address,
            data,
        })
    }
}

impl From<WireReceipt> for Receipt {
    fn from(wire: WireReceipt) -> Self {
        Self {
            transaction: wire.transaction_hash,
            block: wire.block_number.to(),
            block_hash: wire.block_hash,
            success: wire.status == U64::from(1),
            gas_used: wire.gas_used.to(),
        }
    }
}

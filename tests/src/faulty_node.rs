//! An HTTP proxy in front of a real Ethereum node that injects faults on demand.

use std::sync::{Arc, Mutex, PoisonError};

use serde_json::{Value, json};
use tokio::{
    io::{AsyncReadExt, AsyncWriteExt},
    net::{TcpListener, TcpStream},
    task::JoinHandle,
};

/// The fault that the node shows.
#[derive(Debug, Clone, Default)]
pub enum NodeFault {
    #[default]
    None,
    /// It closes every connection without an answer.
    Down,
    /// It answers something that is not JSON.
    NotJson,
    /// It answers JSON of another shape than the method's.
    WrongShape,
    /// It adds logs of another contract.
    ForeignLogs,
    /// It refuses logs of more than this number of blocks, and leaves the block's time out of logs.
    RangeLimit(u64),
}

pub struct FaultyNode {
    pub url: String,
    fault: Arc<Mutex<NodeFault>>,
    task: JoinHandle<()>,
}

impl FaultyNode {
    pub async fn start(upstream: String) -> anyhow::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        let url = format!("http://{}", listener.local_addr()?);
        let fault = Arc::<Mutex<NodeFault>>::default();
        let shared = fault.clone();
        let client = reqwest::Client::new();
        let task = tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let (fault, client, upstream) = (shared.clone(), client.clone(), upstream.clone());
                tokio::spawn(async move {
                    let _ = serve(stream, fault, client, upstream).await;
                });
            }
        });
        Ok(Self { url, fault, task })
    }

    pub fn set_fault(&self, fault: NodeFault) {
        *self.fault.lock().unwrap_or_else(PoisonError::into_inner) = fault;
    }
}

impl Drop for FaultyNode {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn serve(
    mut stream: TcpStream,
    fault: Arc<Mutex<NodeFault>>,
    client: reqwest::Client,
    upstream: String,
) -> anyhow::Result<()> {
    let request = read(&mut stream).await?;
    let fault = fault.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let body = match fault {
        NodeFault::Down => return Ok(()),
        NodeFault::NotJson => "<html>It works!</html>".to_owned(),
        NodeFault::WrongShape => json!({"jsonrpc": "2.0", "id": request["id"], "result": {"number": "x"}}).to_string(),
        fault => answer(request, &fault, &client, &upstream).await?.to_string(),
    };
    let head = format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n",
        body.len()
    );
    stream.write_all(head.as_bytes()).await?;
    stream.write_all(body.as_bytes()).await?;
    Ok(stream.shutdown().await?)
}

async fn answer(request: Value, fault: &NodeFault, client: &reqwest::Client, upstream: &str) -> anyhow::Result<Value> {
    let asks_logs = request["method"] == "eth_getLogs";
    if let (true, NodeFault::RangeLimit(most)) = (asks_logs, fault) {
        let number = |name: &str| {
            let text = request["params"][0][name].as_str().unwrap_or("0x0").trim_start_matches("0x");
            u64::from_str_radix(text, 16).unwrap_or_default()
        };
        if number("toBlock") - number("fromBlock") >= *most {
            let error = json!({"code": -32005, "message": "query returned more than 10000 results"});
            return Ok(json!({"jsonrpc": "2.0", "id": request["id"], "error": error}));
        }
    }
    let text =
        client.post(upstream).header("content-type", "application/json").body(request.to_string()).send().await?;
    let mut answer: Value = serde_json::from_str(&text.text().await?)?;
    if let (true, Some(logs)) = (asks_logs, answer["result"].as_array_mut()) {
        match fault {
            NodeFault::ForeignLogs => {
                let mut foreign = logs.clone();
                for log in &mut foreign {
                    log["address"] = json!("0x00000000000000000000000000000000000000ff");
                }
                logs.extend(foreign);
            }
            NodeFault::RangeLimit(_) => {
                for log in logs {
                    log.as_object_mut().map(|log| log.remove("blockTimestamp"));
                }
            }
            _ => {}
        }
    }
    Ok(answer)
}

async fn read(stream: &mut TcpStream) -> anyhow::Result<Value> {
    let mut bytes = Vec::new();
    loop {
        let mut part = vec![0; 16 << 10];
        let count = stream.read(&mut part).await?;
        anyhow::ensure!(count > 0, "the request ended early");
        bytes.extend_from_slice(&part[..count]);
        let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") else { continue };
        let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
        let length = head.lines().find_map(|line| line.strip_prefix("content-length:")?.trim().parse::<usize>().ok());
        if bytes.len() >= end + 4 + length.unwrap_or_default() {
            return Ok(serde_json::from_slice(&bytes[end + 4..])?);
        }
    }
}

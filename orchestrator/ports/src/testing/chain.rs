//! A chain in memory with one market and one wallet. Blocks appear when a test mines them.
//!
//! A signed transaction waits in the pool until a block takes it: in the order of nonces, and only when it offers the lowest
//! fee that `FakeChain::demand_fee` sets. A block executes its transactions on the fake market, whose events become logs.
//! `FakeChain::reorg` removes blocks and returns their transactions to the pool, as a node does.

use std::{collections::VecDeque, sync::Mutex};

use alloy::{
    primitives::{Address, B256, Bytes, LogData, U256, keccak256},
    sol_types::{SolCall, SolEvent, SolValue},
};
use solidity::{Parameters, deploy::Deployment};
use tokio::sync::Notify;

use super::{
    lock,
    market::{FakeMarket, LogHistory, Revert},
};
use crate::ethereum::{
    Block, Call, Detail, Error, Ethereum, Fees, Log, Receipt, Result, SendOutcome, Signed, TransactionState,
};

/// What every call of the market uses.
const GAS: u64 = 50_000;
/// A node takes a replacement that offers a tenth more.
const REPLACEMENT_PERCENT: u128 = 110;

/// A transaction of the wallet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FakeTransaction {
    pub hash: B256,
    pub call: Call,
    pub nonce: u64,
    pub gas: u64,
    pub fees: Fees,
}

#[derive(Debug, Clone)]
struct MinedBlock {
    header: Block,
    logs: Vec<Log>,
    transactions: Vec<(FakeTransaction, Receipt)>,
}

#[derive(Debug)]
struct ChainState {
    wallet: Address,
    market: FakeMarket,
    /// Never empty: the first is the deployment's.
    blocks: Vec<MinedBlock>,
    pool: Vec<FakeTransaction>,
    /// For the next block.
    events: Vec<LogData>,
    fees: Fees,
    /// Wei per gas below which no block takes a transaction.
    lowest_fee: u128,
    balance: U256,
    /// How many reorgs there were: blocks of two forks never have the same hash.
    forks: u64,
    /// Failures of calls to come, by the trait's method.
    failures: VecDeque<(&'static str, ChainFailure)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ChainFailure {
    /// The node does not get the call.
    Unreachable,
    /// The node acts on the call, and its answer is lost.
    AnswerLost,
}

#[derive(Debug)]
pub struct FakeChain {
    state: Mutex<ChainState>,
    changed: Notify,
}

impl FakeChain {
    pub const CHAIN_ID: u64 = 31_337;
    pub const MARKET: Address = Address::repeat_byte(0x3a);

    /// A chain of one block, the deployment's, at a time in Unix seconds.
    pub fn new(wallet: Address, parameters: Parameters, time: u64) -> Self {
        let market = FakeMarket::new(Self::CHAIN_ID, Self::MARKET, parameters);
        let header = Block { number: 0, hash: keccak256("genesis"), parent: B256::ZERO, time };
        let state = ChainState {
            wallet,
            market,
            blocks: vec![MinedBlock { header, logs: Vec::new(), transactions: Vec::new() }],
            pool: Vec::new(),
            events: Vec::new(),
            fees: Fees { max: 100, priority: 1 },
            lowest_fee: 0,
            balance: U256::MAX,
            forks: 0,
            failures: VecDeque::new(),
        };
        Self { state: Mutex::new(state), changed: Notify::new() }
    }

    pub fn deployment(&self) -> Deployment {
        let parameters = lock(&self.state).market.parameters.clone();
        Deployment { chain_id: Self::CHAIN_ID, market: Self::MARKET, block: 0, parameters }
    }

    /// Makes a block of what waits.
    pub fn mine(&self, time: u64) -> Block {
        let block = lock(&self.state).mine(time);
        self.changed.notify_one();
        block
    }

    /// An event of the market in the next block.
    pub fn emit(&self, event: &impl SolEvent) {
        lock(&self.state).events.push(event.encode_log_data());
    }

    /// Removes the newest blocks. Their transactions wait again; events that a test emitted are gone.
    pub fn reorg(&self, depth: usize) {
        let mut state = lock(&self.state);
        let keep = state.blocks.len().saturating_sub(depth).max(1);
        let removed = state.blocks.split_off(keep);
        let transactions = removed.into_iter().flat_map(|block| block.transactions);
        state.pool.extend(transactions.map(|(transaction, _)| transaction));
        state.forks += 1;
    }

    /// The node forgets what waits in its pool.
    pub fn forget_pool(&self) {
        lock(&self.state).pool.clear();
    }

    /// The node drops what waits under a nonce.
    pub fn drop_transaction(&self, nonce: u64) {
        lock(&self.state).pool.retain(|waiting| waiting.nonce != nonce);
    }

    /// What waits in the pool, by nonce.
    pub fn pool(&self) -> Vec<FakeTransaction> {
        let mut pool = lock(&self.state).pool.clone();
        pool.sort_by_key(|transaction| transaction.nonce);
        pool
    }

    /// The transactions in blocks, oldest first, and whether each succeeded.
    pub fn mined(&self) -> Vec<(FakeTransaction, bool)> {
        let state = lock(&self.state);
        let all = state.blocks.iter().flat_map(|block| &block.transactions);
        all.map(|(transaction, receipt)| (transaction.clone(), receipt.success)).collect()
    }

    /// Another program with the wallet's key uses the next nonce; a block takes its transaction before any other.
    pub fn use_nonce(&self) {
        let mut state = lock(&self.state);
        let nonce = state.nonce(None);
        let hash = keccak256((nonce, "foreign").abi_encode());
        let call = Call { to: Address::ZERO, data: Bytes::new(), value: U256::ZERO };
        let fees = Fees { max: u128::MAX, priority: 0 };
        state.pool.retain(|waiting| waiting.nonce != nonce);
        state.pool.push(FakeTransaction { hash, call, nonce, gas: 21_000, fees });
    }

    /// What a transaction should offer now.
    pub fn set_fees(&self, fees: Fees) {
        lock(&self.state).fees = fees;
    }

    /// Blocks take only transactions that offer at least so many wei per gas.
    pub fn demand_fee(&self, lowest: u128) {
        lock(&self.state).lowest_fee = lowest;
    }

    /// The wallet's, in wei.
    pub fn set_balance(&self, balance: U256) {
        lock(&self.state).balance = balance;
    }

    /// The market reverts a verb from now on, with a reason such as `CooldownRunning(until: 12)`.
    pub fn refuse<C: SolCall>(&self, reason: &str) {
        lock(&self.state).market.refuse(C::SELECTOR, reason);
    }

    /// Ends [`Self::refuse`].
    pub fn accept<C: SolCall>(&self) {
        lock(&self.state).market.accept(C::SELECTOR);
    }

    /// What a view function of the market returns from now on, whatever its arguments.
    pub fn answer<C: SolCall>(&self, answer: &C::Return) {
        lock(&self.state).market.answer(C::SELECTOR, C::abi_encode_returns(answer).into());
    }

    /// The node does not get the next calls of a method of [`Ethereum`].
    pub fn fail(&self, method: &'static str, times: usize) {
        lock(&self.state).failures.extend(std::iter::repeat_n((method, ChainFailure::Unreachable), times));
    }

    /// The node acts on the next call of `send_raw`, but its answer is lost.
    pub fn lose_answer(&self) {
        lock(&self.state).failures.push_back(("send_raw", ChainFailure::AnswerLost));
    }

    /// Every failure is over.
    pub fn heal(&self) {
        lock(&self.state).failures.clear();
    }

    fn enter(&self, method: &'static str) -> Result<std::sync::MutexGuard<'_, ChainState>> {
        let mut state = lock(&self.state);
        match state.take_failure(method, ChainFailure::Unreachable) {
            true => Err(unreachable(method)),
            false => Ok(state),
        }
    }
}

fn unreachable(method: &'static str) -> Error {
    Error::Unreachable { method, source: Detail("the fake chain fails here".to_owned()) }
}

impl ChainState {
    fn take_failure(&mut self, method: &str, kind: ChainFailure) -> bool {
        let found = self.failures.iter().position(|(failing, failure)| *failing == method && *failure == kind);
        found.is_some_and(|at| self.failures.remove(at).is_some())
    }

    fn head(&self) -> Block {
        self.blocks.last().map(|block| block.header).unwrap_or_else(|| unreachable!("there is always a block"))
    }

    fn find(&self, number: u64) -> Option<&MinedBlock> {
        self.blocks.get(usize::try_from(number).ok()?)
    }

    /// Transactions in blocks up to one.
    fn nonce(&self, block: Option<u64>) -> u64 {
        let until = block.map_or(usize::MAX, |block| block as usize);
        self.blocks.iter().take(until.saturating_add(1)).map(|block| block.transactions.len() as u64).sum()
    }

    fn pending_nonce(&self) -> u64 {
        let mut nonce = self.nonce(None);
        while self.pool.iter().any(|waiting| waiting.nonce == nonce) {
            nonce += 1;
        }
        nonce
    }

    /// The logs of blocks up to one.
    fn history(&self, block: u64) -> LogHistory {
        let blocks = self.blocks.iter().take(block as usize + 1);
        blocks.flat_map(|block| block.logs.iter().map(|log| (block.header.time, log.data.clone()))).collect()
    }

    fn execute(&self, history: &LogHistory, call: &Call, time: u64) -> Result<Vec<LogData>, Revert> {
        if call.to != self.market.address {
            return Ok(Vec::new());
        }
        self.market.execute(history, self.wallet, &call.data, time)
    }

    fn mine(&mut self, time: u64) -> Block {
        let head = self.head();
        let number = head.number + 1;
        let hash = keccak256((head.hash, time, self.forks, number).abi_encode());
        let header = Block { number, hash, parent: head.hash, time };
        let mut history = self.history(head.number);
        let (mut transactions, mut logs) = (Vec::new(), Vec::new());
        let mut append = |history: &mut LogHistory, transaction: B256, data: LogData| {
            history.push((time, data.clone()));
            let index = logs.len() as u64;
            let address = self.market.address;
            logs.push(Log { block: number, block_hash: hash, index, time: Some(time), transaction, address, data });
        };
        for event in std::mem::take(&mut self.events) {
            append(&mut history, keccak256((hash, "event").abi_encode()), event);
        }
        let mut nonce = self.nonce(None);
        while let Some(next) = self.pool.iter().find(|waiting| waiting.nonce == nonce)
            && next.fees.max >= self.lowest_fee
        {
            let executed = self.execute(&history, &next.call, time);
            let success = executed.is_ok();
            for event in executed.unwrap_or_default() {
                append(&mut history, next.hash, event);
            }
            let receipt = Receipt { transaction: next.hash, block: number, block_hash: hash, success, gas_used: GAS };
            transactions.push((next.clone(), receipt));
            nonce += 1;
        }
        self.pool.retain(|waiting| waiting.nonce >= nonce);
        self.blocks.push(MinedBlock { header, logs, transactions });
        header
    }

    fn send(&mut self, raw: &Bytes) -> Result<SendOutcome> {
        let transaction = decode(raw)?;
        let mined = self.blocks.iter().flat_map(|block| &block.transactions);
        if self.pool.contains(&transaction) || mined.into_iter().any(|(known, _)| known.hash == transaction.hash) {
            return Ok(SendOutcome::Known);
        }
        if transaction.nonce < self.nonce(None) {
            return Ok(SendOutcome::NonceUsed);
        }
        let cost = U256::from(transaction.gas) * U256::from(transaction.fees.max) + transaction.call.value;
        if cost > self.balance {
            return Ok(SendOutcome::Unfunded);
        }
        if let Some(waiting) = self.pool.iter_mut().find(|waiting| waiting.nonce == transaction.nonce) {
            if transaction.fees.max.saturating_mul(100) < waiting.fees.max.saturating_mul(REPLACEMENT_PERCENT) {
                return Ok(SendOutcome::Underpriced);
            }
            *waiting = transaction;
        } else {
            self.pool.push(transaction);
        }
        Ok(SendOutcome::Accepted)
    }
}

type TransactionFields = (Address, Bytes, U256, u64, u64, u128, u128);

fn decode(raw: &Bytes) -> Result<FakeTransaction> {
    let refused = |error: alloy::sol_types::Error| Error::Refused {
        method: "eth_sendRawTransaction",
        code: -32_000,
        message: error.to_string(),
    };
    let (to, data, value, nonce, gas, max, priority) = TransactionFields::abi_decode(raw).map_err(refused)?;
    let (call, fees) = (Call { to, data, value }, Fees { max, priority });
    Ok(FakeTransaction { hash: keccak256(raw), call, nonce, gas, fees })
}

#[async_trait::async_trait]
impl Ethereum for FakeChain {
    async fn chain_id(&self) -> Result<u64> {
        Ok(self.enter("chain_id")?.market.chain_id)
    }

    async fn head(&self) -> Result<Block> {
        Ok(self.enter("head")?.head())
    }

    async fn block(&self, number: u64) -> Result<Option<Block>> {
        Ok(self.enter("block")?.find(number).map(|block| block.header))
    }

    async fn logs(&self, from: u64, to: u64) -> Result<Vec<Log>> {
        let state = self.enter("logs")?;
        let blocks = state.blocks.iter().filter(|block| (from..=to).contains(&block.header.number));
        Ok(blocks.flat_map(|block| block.logs.clone()).collect())
    }

    async fn logs_of(&self, block: B256) -> Result<Vec<Log>> {
        let state = self.enter("logs_of")?;
        let found = state.blocks.iter().find(|known| known.header.hash == block);
        Ok(found.map(|block| block.logs.clone()).unwrap_or_default())
    }

    async fn logs_about(&self, subject: B256, from: u64, to: u64) -> Result<Vec<Log>> {
        let logs = self.logs(from, to).await?;
        Ok(logs.into_iter().filter(|log| log.data.topics().get(1) == Some(&subject)).collect())
    }

    async fn changed(&self) {
        self.changed.notified().await;
    }

    fn wallet(&self) -> Option<Address> {
        Some(lock(&self.state).wallet)
    }

    async fn nonce(&self, account: Address, block: Option<u64>) -> Result<u64> {
        let state = self.enter("nonce")?;
        Ok(if account == state.wallet { state.nonce(block) } else { 0 })
    }

    async fn pending_nonce(&self, account: Address) -> Result<u64> {
        let state = self.enter("pending_nonce")?;
        Ok(if account == state.wallet { state.pending_nonce() } else { 0 })
    }

    async fn balance(&self, account: Address) -> Result<U256> {
        let state = self.enter("balance")?;
        Ok(if account == state.wallet { state.balance } else { U256::ZERO })
    }

    async fn fees(&self) -> Result<Fees> {
        Ok(self.enter("fees")?.fees)
    }

    async fn estimate(&self, call: &Call) -> Result<u64> {
        let state = self.enter("estimate")?;
        let head = state.head();
        state.execute(&state.history(head.number), call, head.time).map_err(Error::Reverted)?;
        Ok(GAS)
    }

    fn sign(&self, call: &Call, nonce: u64, gas: u64, fees: Fees) -> Result<Signed> {
        let fields = (call.to, call.data.clone(), call.value, nonce, gas, fees.max, fees.priority);
        let raw = Bytes::from(fields.abi_encode());
        Ok(Signed { hash: keccak256(&raw), raw })
    }

    async fn send_raw(&self, raw: &Bytes) -> Result<SendOutcome> {
        let mut state = self.enter("send_raw")?;
        let outcome = state.send(raw)?;
        match state.take_failure("send_raw", ChainFailure::AnswerLost) {
            true => Err(unreachable("send_raw")),
            false => Ok(outcome),
        }
    }

    async fn receipt(&self, transaction: B256) -> Result<Option<Receipt>> {
        let state = self.enter("receipt")?;
        let mut receipts = state.blocks.iter().flat_map(|block| &block.transactions).map(|(_, receipt)| *receipt);
        Ok(receipts.find(|receipt| receipt.transaction == transaction))
    }

    async fn receipts(&self, block: u64) -> Result<Option<Vec<Receipt>>> {
        let state = self.enter("receipts")?;
        let receipts = |block: &MinedBlock| block.transactions.iter().map(|(_, receipt)| *receipt).collect();
        Ok(state.find(block).map(receipts))
    }

    async fn transaction(&self, hash: B256) -> Result<Option<TransactionState>> {
        if let Some(receipt) = self.receipt(hash).await? {
            return Ok(Some(TransactionState { block: Some((receipt.block, receipt.block_hash)) }));
        }
        let waits = self.enter("transaction")?.pool.iter().any(|waiting| waiting.hash == hash);
        Ok(waits.then_some(TransactionState { block: None }))
    }

    async fn call(&self, call: &Call, block: Option<u64>) -> Result<Bytes> {
        let state = self.enter("call")?;
        let number = block.unwrap_or_else(|| state.head().number);
        if let Some(answer) = state.market.view(&call.data) {
            return Ok(answer);
        }
        let (true, Some(at)) = (FakeMarket::is_verb(&call.data), state.find(number)) else {
            let message = "no answer is scripted for this call".to_owned();
            return Err(Error::Refused { method: "eth_call", code: -32_000, message });
        };
        state.execute(&state.history(number), call, at.header.time).map_err(Error::Reverted)?;
        Ok(Bytes::new())
    }
}

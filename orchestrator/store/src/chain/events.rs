//! The market's events as they are stored, and what each is about.

use alloy::{
    primitives::{Address, B256, Bytes, LogData},
    sol_types::SolEventInterface,
};
use solidity::Market::MarketEvents;
use sqlx::{Any, AssertSqlSafe, Row, Transaction, any::AnyRow};

use crate::{Error, Result, hex, int, parse, rows, uint};

/// The column `subject` of [`Subject::Market`].
pub(super) const MARKET: &str = "market";

/// A log of the market, decoded.
#[derive(Debug, Clone, PartialEq)]
pub struct EventRow {
    pub block: u64,
    /// The index of the log in its block.
    pub log_index: u64,
    /// The block's time, Unix seconds.
    pub time: u64,
    pub transaction: B256,
    pub event: MarketEvents,
    /// The undecoded log, which is what is stored.
    pub(super) log: LogData,
}

/// What an event is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Subject {
    Lease(B256),
    /// With its bids.
    Order(B256),
    Offer(u32),
    Provider(Address),
    /// An account with a spending policy. It has no row of its own, only events. Its column text is that of a provider with
    /// the same address.
    Account(Address),
    /// The market itself. It has no row: its newest event is its state.
    Market,
}

impl EventRow {
    /// `None` for a log that is not one of the market's events.
    pub fn decode(block: u64, log_index: u64, time: u64, transaction: B256, log: LogData) -> Option<Self> {
        let event = MarketEvents::decode_raw_log(log.topics(), &log.data).ok()?;
        Some(Self { block, log_index, time, transaction, event, log })
    }

    /// The event's name in Solidity, and its subject; `None` for an event that is not stored.
    pub fn subject(&self) -> Option<(&'static str, Subject)> {
        use MarketEvents as E;
        Some(match &self.event {
            E::ProviderRegistered(e) => ("ProviderRegistered", Subject::Provider(e.provider)),
            E::ProviderUpdated(e) => ("ProviderUpdated", Subject::Provider(e.provider)),
            E::BondAdded(e) => ("BondAdded", Subject::Provider(e.provider)),
            E::ProviderUnregistered(e) => ("ProviderUnregistered", Subject::Provider(e.provider)),
            E::EarningsWithdrawn(e) => ("EarningsWithdrawn", Subject::Provider(e.provider)),
            E::RootPosted(e) => ("RootPosted", Subject::Provider(e.provider)),
            E::OfferListed(e) => ("OfferListed", Subject::Offer(e.offer)),
            E::OfferWithdrawn(e) => ("OfferWithdrawn", Subject::Offer(e.offer)),
            E::LeaseOpened(e) => ("LeaseOpened", Subject::Lease(e.lease)),
            E::LeaseScaled(e) => ("LeaseScaled", Subject::Lease(e.lease)),
            E::StepProven(e) => ("StepProven", Subject::Lease(e.lease)),
            E::StepRefused(e) => ("StepRefused", Subject::Lease(e.lease)),
            E::PolicySet(e) => ("PolicySet", Subject::Lease(e.lease)),
            E::NoticeGiven(e) => ("NoticeGiven", Subject::Lease(e.lease)),
            E::LeaseClosed(e) => ("LeaseClosed", Subject::Lease(e.lease)),
            E::ToppedUp(e) => ("ToppedUp", Subject::Lease(e.lease)),
            E::Withdrawn(e) => ("Withdrawn", Subject::Lease(e.lease)),
            E::Refunded(e) => ("Refunded", Subject::Lease(e.lease)),
            E::Settled(e) => ("Settled", Subject::Lease(e.lease)),
            E::LeaseMoved(e) => ("LeaseMoved", Subject::Lease(e.from)),
            E::DisputeOpened(e) => ("DisputeOpened", Subject::Lease(e.lease)),
            E::DisputeEnded(e) => ("DisputeEnded", Subject::Lease(e.lease)),
            E::FraudProven(e) => ("FraudProven", Subject::Lease(e.lease)),
            E::OutageCredited(e) => ("OutageCredited", Subject::Lease(e.lease)),
            E::Slashed(e) => ("Slashed", Subject::Provider(e.provider)),
            E::AttributesSet(e) => ("AttributesSet", Subject::Provider(e.provider)),
            E::ExitAnnounced(e) => ("ExitAnnounced", Subject::Provider(e.provider)),
            E::SilenceReported(e) => ("SilenceReported", Subject::Provider(e.provider)),
            E::SilenceConfirmed(e) => ("SilenceConfirmed", Subject::Provider(e.provider)),
            E::IntakeSet(_) => ("IntakeSet", Subject::Market),
            E::OrderOpened(e) => ("OrderOpened", Subject::Order(e.order)),
            E::OrderCancelled(e) => ("OrderCancelled", Subject::Order(e.order)),
            E::BidPlaced(e) => ("BidPlaced", Subject::Order(e.order)),
            E::BidReleased(e) => ("BidReleased", Subject::Order(e.order)),
            E::BidAccepted(e) => ("BidAccepted", Subject::Order(e.order)),
            E::AccountBound(e) => ("AccountBound", Subject::Account(e.account)),
            E::Consented(e) => ("Consented", Subject::Account(e.account)),
            E::Revoked(e) => ("Revoked", Subject::Account(e.account)),
            E::ActionTaken(e) => ("ActionTaken", Subject::Account(e.account)),
            _ => return None,
        })
    }

    /// The undecoded log.
    pub fn log(&self) -> &LogData {
        &self.log
    }

    /// From `block, log_index, time, tx, log`.
    pub(super) fn read(row: &AnyRow) -> Result<Self> {
        let unreadable = || Error::corrupt("events")("the log does not decode");
        let log = unpack(&row.try_get::<Vec<u8>, _>(4)?).ok_or_else(unreadable)?;
        let transaction = parse("events", &row.try_get::<String, _>(3)?)?;
        let (block, log_index, time) = (uint(row.try_get(0)?), uint(row.try_get(1)?), uint(row.try_get(2)?));
        Self::decode(block, log_index, time, transaction, log).ok_or_else(unreadable)
    }
}

impl Subject {
    /// The text of the column `subject`.
    pub fn text(&self) -> String {
        match self {
            Self::Lease(id) => hex(*id),
            Self::Order(id) => format!("order:{id:#x}"),
            Self::Offer(id) => id.to_string(),
            Self::Provider(address) | Self::Account(address) => hex(*address),
            Self::Market => MARKET.to_owned(),
        }
    }

    pub(super) fn read(text: &str) -> Result<Self> {
        if let Some(id) = text.strip_prefix("order:") {
            return Ok(Self::Order(parse("events", id)?));
        }
        Ok(match text.len() {
            _ if text == MARKET => Self::Market,
            66 => Self::Lease(parse("events", text)?),
            42 => Self::Provider(parse("events", text)?),
            _ => Self::Offer(parse("events", text)?),
        })
    }
}

/// Encodes a log: the number of topics, the topics, the data.
fn pack(log: &LogData) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(1 + 32 * log.topics().len() + log.data.len());
    bytes.push(log.topics().len() as u8);
    log.topics().iter().for_each(|topic| bytes.extend_from_slice(topic.as_slice()));
    bytes.extend_from_slice(&log.data);
    bytes
}

fn unpack(bytes: &[u8]) -> Option<LogData> {
    let (count, rest) = bytes.split_first()?;
    let (topics, data) = rest.split_at_checked(32 * usize::from(*count))?;
    LogData::new(topics.chunks_exact(32).map(B256::from_slice).collect(), Bytes::copy_from_slice(data))
}

/// Rows of one INSERT. Full ones have the same text, so the database plans them once.
const CHUNK: usize = 500;

/// An event with its name and subject.
pub(super) type NamedEvent<'a> = (&'a EventRow, &'static str, Subject);

pub(super) async fn insert_events(tx: &mut Transaction<'static, Any>, events: &[NamedEvent<'_>]) -> Result<()> {
    for chunk in events.chunks(CHUNK) {
        let sql = "INSERT INTO events (block, log_index, time, tx, name, subject, log) VALUES ".to_owned();
        let query = sqlx::query(AssertSqlSafe(sql + &rows(chunk.len(), 7))).persistent(chunk.len() == CHUNK);
        let query = chunk.iter().fold(query, |query, (event, name, subject)| {
            query
                .bind(int(event.block))
                .bind(int(event.log_index))
                .bind(int(event.time))
                .bind(hex(event.transaction))
                .bind(*name)
                .bind(subject.text())
                .bind(pack(&event.log))
        });
        query.execute(&mut **tx).await?;
    }
    Ok(())
}

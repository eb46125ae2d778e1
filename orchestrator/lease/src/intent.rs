//! Transaction intents: what a stage wants to have sent, and the key that makes wanting it idempotent.
//!
//! A stage writes an `Intent`; the settlement stage assigns the nonce and the fee, signs, sends and watches it. Stages and
//! the store refer to an intent by its `IntentKey`. The key's text (`fmt::Display`, `FromStr`) is the primary key of the
//! outbox's rows, so its forms must never change: a row that an earlier version wrote has to be found again.

use std::{fmt, str::FromStr};

use alloy::primitives::{Address, B256, Bytes, U256};

/// A transaction that a stage wants, before it has a nonce or a fee.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Intent {
    pub key: IntentKey,
    pub to: Address,
    pub data: Bytes,
    /// Wei.
    pub value: U256,
}

/// What an intent is for. Two intents with equal keys are the same intent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum IntentKey {
    /// This provider's bid on an order: `bid:<order>`.
    Bid { order: B256 },
    /// Taking back a bid that did not win: `release_bid:<bid>`.
    ReleaseBid { bid: B256 },
    /// Posting the root of an epoch: `root:<epoch>`.
    Root { epoch: u64 },
    /// A step of a lease's replica count, justified by its statement of an epoch: `scale:<lease>:<epoch>`.
    Scale { lease: B256, epoch: u64 },
    /// A batch of claims on the root of an epoch, named by its first leaf: `settle:<epoch>:<leaf>`.
    Settle { epoch: u64, first_leaf: B256 },
    /// Closing a lease whose funds are exhausted: `close:<lease>`.
    Close { lease: B256 },
    /// An empty transaction that uses up a nonce, with the Unix milliseconds at which it was wanted: `fill:<nonce>:<ms>`.
    Fill { nonce: u64, at_ms: u64 },
}

/// The kinds of intents, for queries, counts and people. [`IntentKind::text`] is what the outbox stores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum IntentKind {
    Bid,
    ReleaseBid,
    PostRoot,
    Scale,
    Settle,
    Close,
    Fill,
}

/// A text that is no intent key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is not the key of an intent")]
pub struct UnknownIntentKey(String);

impl IntentKind {
    pub fn text(self) -> &'static str {
        match self {
            Self::Bid => "bid",
            Self::ReleaseBid => "release_bid",
            Self::PostRoot => "post_root",
            Self::Scale => "scale",
            Self::Settle => "settle",
            Self::Close => "close",
            Self::Fill => "fill",
        }
    }
}

impl IntentKey {
    pub fn kind(&self) -> IntentKind {
        match self {
            Self::Bid { .. } => IntentKind::Bid,
            Self::ReleaseBid { .. } => IntentKind::ReleaseBid,
            Self::Root { .. } => IntentKind::PostRoot,
            Self::Scale { .. } => IntentKind::Scale,
            Self::Settle { .. } => IntentKind::Settle,
            Self::Close { .. } => IntentKind::Close,
            Self::Fill { .. } => IntentKind::Fill,
        }
    }
}

impl fmt::Display for IntentKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Bid { order } => write!(f, "bid:{order:#x}"),
            Self::ReleaseBid { bid } => write!(f, "release_bid:{bid:#x}"),
            Self::Root { epoch } => write!(f, "root:{epoch}"),
            Self::Scale { lease, epoch } => write!(f, "scale:{lease:#x}:{epoch}"),
            Self::Settle { epoch, first_leaf } => write!(f, "settle:{epoch}:{first_leaf:#x}"),
            Self::Close { lease } => write!(f, "close:{lease:#x}"),
            Self::Fill { nonce, at_ms } => write!(f, "fill:{nonce}:{at_ms}"),
        }
    }
}

impl FromStr for IntentKey {
    type Err = UnknownIntentKey;

    fn from_str(text: &str) -> Result<Self, UnknownIntentKey> {
        let parts: Vec<&str> = text.split(':').collect();
        let key = match parts[..] {
            ["bid", order] => order.parse().ok().map(|order| Self::Bid { order }),
            ["release_bid", bid] => bid.parse().ok().map(|bid| Self::ReleaseBid { bid }),
            ["root", epoch] => epoch.parse().ok().map(|epoch| Self::Root { epoch }),
            ["scale", lease, epoch] => {
                lease.parse().ok().zip(epoch.parse().ok()).map(|(lease, epoch)| Self::Scale { lease, epoch })
            }
            ["settle", epoch, leaf] => {
                epoch.parse().ok().zip(leaf.parse().ok()).map(|(epoch, first_leaf)| Self::Settle { epoch, first_leaf })
            }
            ["close", lease] => lease.parse().ok().map(|lease| Self::Close { lease }),
            ["fill", nonce, at] => {
                nonce.parse().ok().zip(at.parse().ok()).map(|(nonce, at_ms)| Self::Fill { nonce, at_ms })
            }
            _ => None,
        };
        // A second spelling of a key (another case, a leading zero or sign) would be a second intent for the same thing.
        key.filter(|key| key.to_string() == text).ok_or_else(|| UnknownIntentKey(text.to_owned()))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    const HASH: B256 = B256::repeat_byte(0xab);
    const TEXT: &str = "0xabababababababababababababababababababababababababababababababab";

    /// Every form that a database holds, as earlier versions wrote it.
    fn forms() -> [(String, &'static str, IntentKey); 7] {
        [
            (format!("bid:{TEXT}"), "bid", IntentKey::Bid { order: HASH }),
            (format!("release_bid:{TEXT}"), "release_bid", IntentKey::ReleaseBid { bid: HASH }),
            ("root:7".to_owned(), "post_root", IntentKey::Root { epoch: 7 }),
            (format!("scale:{TEXT}:7"), "scale", IntentKey::Scale { lease: HASH, epoch: 7 }),
            (format!("settle:7:{TEXT}"), "settle", IntentKey::Settle { epoch: 7, first_leaf: HASH }),
            (format!("close:{TEXT}"), "close", IntentKey::Close { lease: HASH }),
            ("fill:3:1700000000000".to_owned(), "fill", IntentKey::Fill { nonce: 3, at_ms: 1_700_000_000_000 }),
        ]
    }

    #[test]
    fn every_stored_form_is_read_and_written_unchanged() {
        for (text, kind, key) in forms() {
            assert_eq!(text.parse::<IntentKey>().unwrap(), key);
            assert_eq!(key.to_string(), text);
            assert_eq!(key.kind().text(), kind, "{text}");
        }
    }

    #[test]
    fn another_spelling_is_refused() {
        let upper = format!("bid:{}", TEXT.to_uppercase());
        let bare = format!("close:{}", &TEXT[2..]);
        let short = format!("bid:{}", &TEXT[..20]);
        for text in ["", "root", "root:", "root:07", "root:+7", "root:-1", "root:7:8", "ROOT:7", &upper, &bare, &short]
        {
            assert_eq!(text.parse::<IntentKey>().unwrap_err(), UnknownIntentKey(text.to_owned()));
        }
    }
}

//! The message of Sign-In with Ethereum, as EIP-4361's grammar has it.

use std::time::{SystemTime, UNIX_EPOCH};

use alloy::primitives::B256;
use alloy::primitives::{Address, eip191_hash_message};

/// Longer than any wallet makes one.
const LONGEST: usize = 8 << 10;

/// What a message says, as far as it is judged. Times are Unix milliseconds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignInMessage {
    /// Of the page that asks; none stands for https.
    pub scheme: Option<String>,
    /// The authority of the page that asks.
    pub domain: String,
    pub address: Address,
    pub uri: String,
    pub chain_id: u64,
    pub nonce: String,
    pub issued_at_ms: u64,
    pub expires_at_ms: Option<u64>,
    pub not_before_ms: Option<u64>,
}

impl SignInMessage {
    /// Reads a message; what is wrong with it, as a sentence, when it is none.
    pub fn parse(text: &str) -> Result<Self, String> {
        if text.len() > LONGEST {
            return Err(format!("it has more than {LONGEST} bytes"));
        }
        let mut lines = text.split('\n').peekable();
        let head = lines.next().unwrap_or_default();
        let origin = head
            .strip_suffix(" wants you to sign in with your Ethereum account:")
            .ok_or("its first line is not `DOMAIN wants you to sign in with your Ethereum account:`")?;
        let (scheme, domain) = match origin.split_once("://") {
            Some((scheme, domain)) => (Some(scheme.to_owned()), domain),
            None => (None, origin),
        };
        if domain.is_empty() || domain.contains(|c: char| c.is_whitespace() || "/?#@".contains(c)) {
            return Err(format!("{domain:?} is not a domain"));
        }
        let address = lines.next().unwrap_or_default();
        let address = Address::parse_checksummed(address, None)
            .map_err(|_| format!("{address:?} is not an address in EIP-55's mixed case"))?;
        blank(lines.next(), "after the address")?;
        // A statement stands between two empty lines. Without one the grammar has both, and some clients one.
        let uri = match lines.next() {
            Some("") => lines.next(),
            Some(line) if line.starts_with("URI: ") => Some(line),
            _statement => {
                blank(lines.next(), "after the statement")?;
                lines.next()
            }
        };
        let uri = field(uri, "URI: ")?.to_owned();
        if field(lines.next(), "Version: ")? != "1" {
            return Err("its version is not 1".to_owned());
        }
        let chain_id = field(lines.next(), "Chain ID: ")?;
        let chain_id = digits(chain_id).ok_or_else(|| format!("{chain_id:?} is not a chain id"))?;
        let nonce = field(lines.next(), "Nonce: ")?.to_owned();
        if nonce.len() < 8 || !nonce.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
            return Err("its nonce is not 8 or more letters and digits".to_owned());
        }
        let issued_at_ms = time(field(lines.next(), "Issued At: ")?)?;
        let mut optional = |name: &str| lines.next_if(|line| line.starts_with(name)).map(|line| &line[name.len()..]);
        let expires_at_ms = optional("Expiration Time: ").map(time).transpose()?;
        let not_before_ms = optional("Not Before: ").map(time).transpose()?;
        optional("Request ID: ");
        if lines.next_if_eq(&"Resources:").is_some() {
            while lines.next_if(|line| line.starts_with("- ")).is_some() {}
        }
        if let Some(rest) = lines.next() {
            return Err(format!("{:?} does not belong there", rest.chars().take(40).collect::<String>()));
        }
        Ok(Self {
            scheme,
            domain: domain.to_owned(),
            address,
            uri,
            chain_id,
            nonce,
            issued_at_ms,
            expires_at_ms,
            not_before_ms,
        })
    }
}

/// What a wallet signs of a message's text.
pub fn digest(text: &str) -> B256 {
    eip191_hash_message(text)
}

fn blank(line: Option<&str>, place: &str) -> Result<(), String> {
    if line == Some("") { Ok(()) } else { Err(format!("there is no empty line {place}")) }
}

fn field<'t>(line: Option<&'t str>, name: &str) -> Result<&'t str, String> {
    line.and_then(|line| line.strip_prefix(name)).ok_or_else(|| format!("the line `{}…` is not where it belongs", name))
}

fn digits(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

/// RFC 3339 to Unix milliseconds, with any offset.
fn time(text: &str) -> Result<u64, String> {
    let none = || format!("{text:?} is not a time of RFC 3339");
    let (local, offset_ms) = match text.char_indices().nth_back(5) {
        Some((at, sign @ ('+' | '-'))) => {
            let (hours, minutes) = text[at + 1..].split_once(':').ok_or_else(none)?;
            let (hours, minutes) = (digits(hours).ok_or_else(none)?, digits(minutes).ok_or_else(none)?);
            if hours > 23 || minutes > 59 {
                return Err(none());
            }
            let offset = ((hours * 60 + minutes) * 60_000) as i64;
            (format!("{}Z", &text[..at]), if sign == '+' { -offset } else { offset })
        }
        _ => (text.to_uppercase(), 0),
    };
    let time: SystemTime = humantime::parse_rfc3339(&local).map_err(|_| none())?;
    let ms = time.duration_since(UNIX_EPOCH).map_err(|_| none())?.as_millis() as i64;
    u64::try_from(ms + offset_ms).map_err(|_| none())
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    /// The examples of EIP-4361.
    const IMPLICIT: &str = "example.com wants you to sign in with your Ethereum account:\n\
        0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2\n\n\
        I accept the ExampleOrg Terms of Service: https://example.com/tos\n\n\
        URI: https://example.com/login\nVersion: 1\nChain ID: 1\nNonce: 32891756\n\
        Issued At: 2021-09-30T16:25:24Z\nResources:\n\
        - ipfs://bafybeiemxf5abjwjbikoz4mc3a3dla6ual3jsgpdr4cjr3oz3evfyavhwq/\n\
        - https://example.com/my-web2-claim.json";

    #[test]
    fn the_standards_examples_are_read() {
        let read = SignInMessage::parse(IMPLICIT).unwrap();
        assert_eq!((read.scheme.as_deref(), read.domain.as_str(), read.chain_id), (None, "example.com", 1));
        assert_eq!((read.uri.as_str(), read.nonce.as_str()), ("https://example.com/login", "32891756"));
        assert_eq!(read.address.to_string(), "0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2");
        assert_eq!((read.issued_at_ms, read.expires_at_ms), (1_633_019_124_000, None));
        let ported = SignInMessage::parse(&IMPLICIT.replacen("example.com", "example.com:3388", 1)).unwrap();
        assert_eq!(ported.domain, "example.com:3388");
        let explicit = SignInMessage::parse(&IMPLICIT.replacen("example.com", "https://example.com", 1)).unwrap();
        assert_eq!((explicit.scheme.as_deref(), explicit.domain.as_str()), (Some("https"), "example.com"));
    }

    #[test]
    fn what_is_optional_may_be_missing_and_stands_in_order() {
        let bare = "a.org wants you to sign in with your Ethereum account:\n\
            0xC02aaA39b223FE8D0A0e5C4F27eAD9083C756Cc2\n\n\n\
            URI: https://a.org\nVersion: 1\nChain ID: 31337\nNonce: abcdefgh\nIssued At: 2021-09-30T16:25:24.5+02:00";
        let read = SignInMessage::parse(bare).unwrap();
        assert_eq!((read.issued_at_ms, read.not_before_ms), (1_633_011_924_500, None));
        assert_eq!(SignInMessage::parse(&bare.replacen("\n\n\n", "\n\n", 1)).unwrap(), read);
        let timed = format!(
            "{bare}\nExpiration Time: 2021-09-30T18:00:00Z\nNot Before: 2021-09-30T15:00:00-01:30\nRequest ID: 7"
        );
        let read = SignInMessage::parse(&timed).unwrap();
        assert_eq!((read.expires_at_ms, read.not_before_ms), (Some(1_633_024_800_000), Some(1_633_019_400_000)));
        let turned = format!("{bare}\nNot Before: 2021-09-30T15:00:00Z\nExpiration Time: 2021-09-30T18:00:00Z");
        assert!(SignInMessage::parse(&turned).unwrap_err().contains("does not belong there"));
    }

    #[test]
    fn what_is_no_message_is_refused_with_a_reason() {
        for (from, to, why) in [
            (" wants you to sign in", " wants you", "first line"),
            ("example.com wants", "a b wants", "not a domain"),
            ("example.com wants", "user@example.com wants", "not a domain"),
            ("0xC02aaA39", "0xc02aaa39", "EIP-55"),
            ("0xC02aaA39", "C02aaA39", "EIP-55"),
            ("\n\nI accept", "\nI accept", "empty line"),
            ("Version: 1", "Version: 2", "version"),
            ("Chain ID: 1", "Chain ID: +1", "chain id"),
            ("Chain ID: 1\n", "", "Chain ID"),
            ("Nonce: 32891756", "Nonce: 3289", "nonce"),
            ("Nonce: 32891756", "Nonce: 3289-1756", "nonce"),
            ("2021-09-30T16:25:24Z", "yesterday", "RFC 3339"),
            ("2021-09-30T16:25:24Z", "2021-13-30T16:25:24Z", "RFC 3339"),
            ("\nURI", "\r\nURI", "empty line"),
            ("claim.json", "claim.json\n", "does not belong there"),
        ] {
            let error = SignInMessage::parse(&IMPLICIT.replacen(from, to, 1)).unwrap_err();
            assert!(error.contains(why), "{from:?} to {to:?}: {error}");
        }
        for garbage in ["", "\n", "\0", "é", &"x".repeat(LONGEST + 1), &"\n".repeat(100)] {
            SignInMessage::parse(garbage).unwrap_err();
        }
    }
}

//! Parsers of setting values; each error says what form is accepted.

use std::{net::IpAddr, time::Duration};

use api_types::origin::normal;

pub fn rpc_url(text: &str) -> Result<String, String> {
    let known = ["ws://", "wss://", "http://", "https://"].iter().any(|scheme| text.starts_with(scheme));
    if known { Ok(text.to_owned()) } else { Err("it must begin with ws://, wss://, http:// or https://".to_owned()) }
}

/// `30s`, `5m`, `1h`; zero is refused.
pub fn duration(text: &str) -> Result<Duration, String> {
    let duration = humantime::parse_duration(text).map_err(|error| format!("{error}; write it like 30s, 5m or 1h"))?;
    if duration.is_zero() { Err("it must be longer than zero".to_owned()) } else { Ok(duration) }
}

/// Letters, digits and hyphens between dots, in lower case.
pub fn domain(text: &str) -> Result<String, String> {
    let name = text.trim_end_matches('.').to_ascii_lowercase();
    let part = |part: &str| {
        let sound = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !part.is_empty()
            && part.len() <= 63
            && part.bytes().all(sound)
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    let sound = name.len() <= 190 && name.split('.').all(part) && name.parse::<IpAddr>().is_err();
    if sound { Ok(name) } else { Err("it must be a domain such as apps.example.org".to_owned()) }
}

/// An origin as browsers write it.
pub fn web_origin(text: &str) -> Result<String, String> {
    let wanted = || "it must be an origin such as https://tidemark.example.org, without a path".to_owned();
    let text = text.trim().trim_end_matches('/');
    normal(text).filter(|origin| origin.eq_ignore_ascii_case(text)).ok_or_else(wanted)
}

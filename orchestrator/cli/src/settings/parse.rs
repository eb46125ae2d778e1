//! Parsers of setting values. Each error states the accepted form.

use std::{net::IpAddr, time::Duration};

use api_types::origin::normal;

/// The URL of an RPC endpoint, WebSocket or HTTP.
pub fn rpc_url(text: &str) -> Result<String, String> {
    let known = ["ws://", "wss://", "http://", "https://"].iter().any(|scheme| text.starts_with(scheme));
    if known { Ok(text.to_owned()) } else { Err("it must start with ws://, wss://, http:// or https://".to_owned()) }
}

/// Parses `30s`, `5m`, `1h`; zero is refused.
pub fn duration(text: &str) -> Result<Duration, String> {
    let duration = humantime::parse_duration(text).map_err(|error| format!("{error}; write it like 30s, 5m or 1h"))?;
    if duration.is_zero() { Err("it must be longer than zero".to_owned()) } else { Ok(duration) }
}

/// A host name: labels of letters, digits and hyphens, separated by dots. Converted to lower case.
pub fn domain(text: &str) -> Result<String, String> {
    let name = text.trim_end_matches('.').to_ascii_lowercase();
    let is_label = |part: &str| {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-';
        !part.is_empty()
            && part.len() <= 63
            && part.bytes().all(allowed)
            && !part.starts_with('-')
            && !part.ends_with('-')
    };
    let valid = name.len() <= 190 && name.split('.').all(is_label) && name.parse::<IpAddr>().is_err();
    if valid { Ok(name) } else { Err("it must be a domain such as apps.example.org".to_owned()) }
}

/// A web origin in the form in which browsers send it.
pub fn web_origin(text: &str) -> Result<String, String> {
    let wanted = || "it must be an origin such as https://tidemark.example.org, without a path".to_owned();
    let text = text.trim().trim_end_matches('/');
    normal(text).filter(|origin| origin.eq_ignore_ascii_case(text)).ok_or_else(wanted)
}

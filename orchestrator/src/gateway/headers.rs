//! What a proxy changes of a head: what is meant for one connection alone is taken out, who asked is put in.

use std::net::IpAddr;

use hyper::{
    HeaderMap,
    header::{
        CONNECTION, EXPECT, HOST, HeaderName, HeaderValue, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, TE, TRAILER,
        TRANSFER_ENCODING, UPGRADE,
    },
};

const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
const PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_PREFIX: HeaderName = HeaderName::from_static("x-forwarded-prefix");

/// For one connection alone (RFC 9110, 7.6.1), whatever `Connection` names beside.
const OF_A_CONNECTION: [HeaderName; 9] = [
    CONNECTION,
    KEEP_ALIVE,
    PROXY_CONNECTION,
    PROXY_AUTHENTICATE,
    PROXY_AUTHORIZATION,
    TE,
    TRAILER,
    TRANSFER_ENCODING,
    UPGRADE,
];

pub(super) fn strip(headers: &mut HeaderMap) {
    if let Some(named) = headers.get(CONNECTION) {
        let names = named.to_str().unwrap_or_default().to_ascii_lowercase();
        for name in names.split(',').map(str::trim).filter(|name| !matches!(*name, "close" | "keep-alive" | "")) {
            headers.remove(name);
        }
    }
    for name in &OF_A_CONNECTION {
        headers.remove(name);
    }
}

/// What another protocol is asked for; none when nothing is, or only HTTP/2.
pub(super) fn upgrade(headers: &HeaderMap) -> Option<HeaderValue> {
    let wanted = headers.get(UPGRADE)?;
    let listed = headers.get_all(CONNECTION).iter().filter_map(|value| value.to_str().ok());
    let mut words = listed.flat_map(|value| value.split(','));
    let asked = words.any(|word| word.trim().eq_ignore_ascii_case("upgrade"));
    (asked && !wanted.as_bytes().eq_ignore_ascii_case(b"h2c")).then(|| wanted.clone())
}

/// Whom the request came from, where to, and what was cut from its path. What a client claims about who asked before it is
/// kept in front: the last address is the one that the gateway saw.
pub(super) fn forward(headers: &mut HeaderMap, host: Option<HeaderValue>, peer: IpAddr, prefix: Option<&str>) {
    // The gateway itself has said 100 Continue when the body is asked for.
    headers.remove(EXPECT);
    let before = headers.get(FORWARDED_FOR).and_then(|value| value.to_str().ok());
    let chain = before.map_or_else(|| peer.to_string(), |before| format!("{before}, {peer}"));
    set(headers, FORWARDED_FOR, HeaderValue::try_from(chain).ok());
    set(headers, FORWARDED_HOST, host.clone());
    set(headers, FORWARDED_PROTO, Some(HeaderValue::from_static("http")));
    set(headers, FORWARDED_PREFIX, prefix.and_then(|prefix| HeaderValue::try_from(format!("/{prefix}")).ok()));
    set(headers, HOST, host);
}

fn set(headers: &mut HeaderMap, name: HeaderName, value: Option<HeaderValue>) {
    match value {
        Some(value) => drop(headers.insert(name, value)),
        None => drop(headers.remove(name)),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn headers(pairs: &[(&'static str, &'static str)]) -> HeaderMap {
        pairs.iter().map(|(n, v)| (HeaderName::from_static(n), HeaderValue::from_static(v))).collect()
    }

    #[test]
    fn what_is_meant_for_one_connection_goes() {
        let mut map = headers(&[
            ("connection", "close, X-Secret"),
            ("x-secret", "1"),
            ("keep-alive", "timeout=5"),
            ("te", "trailers"),
            ("x-kept", "2"),
        ]);
        strip(&mut map);
        assert_eq!(map, headers(&[("x-kept", "2")]));
    }

    #[test]
    fn who_asked_is_told_and_cannot_be_forged_at_the_end() {
        let mut map =
            headers(&[("x-forwarded-for", "1.2.3.4"), ("x-forwarded-prefix", "/evil"), ("expect", "100-continue")]);
        forward(&mut map, Some(HeaderValue::from_static("a.org")), [9, 9, 9, 9].into(), None);
        assert_eq!(map["x-forwarded-for"], "1.2.3.4, 9.9.9.9");
        assert_eq!((map["host"].as_bytes(), map["x-forwarded-host"].as_bytes()), (&b"a.org"[..], &b"a.org"[..]));
        assert!(!map.contains_key("x-forwarded-prefix") && !map.contains_key("expect"));
    }

    #[test]
    fn an_upgrade_is_asked_for_in_two_headers() {
        assert!(upgrade(&headers(&[("connection", "keep-alive, Upgrade"), ("upgrade", "websocket")])).is_some());
        assert!(upgrade(&headers(&[("upgrade", "websocket")])).is_none());
        assert!(upgrade(&headers(&[("connection", "upgrade"), ("upgrade", "h2c")])).is_none());
    }
}

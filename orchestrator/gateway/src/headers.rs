//! The header rules of the proxy: removes hop-by-hop headers and the API's session cookie, sets the forwarding headers.

use std::net::IpAddr;

use hyper::{
    HeaderMap,
    header::{
        CONNECTION, COOKIE, EXPECT, HOST, HeaderName, HeaderValue, PROXY_AUTHENTICATE, PROXY_AUTHORIZATION, SET_COOKIE,
        TE, TRAILER, TRANSFER_ENCODING, UPGRADE,
    },
};

const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
const PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
const FORWARDED_HOST: HeaderName = HeaderName::from_static("x-forwarded-host");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");
const FORWARDED_PREFIX: HeaderName = HeaderName::from_static("x-forwarded-prefix");

/// Hop-by-hop headers (RFC 9110, 7.6.1), in addition to those that `Connection` names.
const HOP_BY_HOP: [HeaderName; 9] = [
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

/// Removes the hop-by-hop headers.
pub(super) fn strip(headers: &mut HeaderMap) {
    if let Some(named) = headers.get(CONNECTION) {
        let names = named.to_str().unwrap_or_default().to_ascii_lowercase();
        for name in names.split(',').map(str::trim).filter(|name| !matches!(*name, "close" | "keep-alive" | "")) {
            headers.remove(name);
        }
    }
    for name in &HOP_BY_HOP {
        headers.remove(name);
    }
}

/// The session cookie of the provider's API. Browsers send a host's cookies to every port. Where the gateway and the API share a
/// host name, the cookie would reach tenants' services, and a service could set it.
const SESSION: &str = "tidemark_session";

/// Removes the API's session cookie from a request.
pub(super) fn remove_session_cookie(headers: &mut HeaderMap) {
    if !headers.get_all(COOKIE).iter().any(|line| names_session(line.as_bytes())) {
        return;
    }
    let lines: Vec<HeaderValue> = headers.get_all(COOKIE).iter().cloned().collect();
    headers.remove(COOKIE);
    for line in lines {
        let pairs = line.as_bytes().split(|byte| *byte == b';').map(<[u8]>::trim_ascii);
        let kept: Vec<&[u8]> = pairs.filter(|pair| !pair.is_empty() && !is_session(pair)).collect();
        if let (false, Ok(kept)) = (kept.is_empty(), HeaderValue::from_bytes(&kept.join(&b"; "[..]))) {
            headers.append(COOKIE, kept);
        }
    }
}

/// Removes `Set-Cookie` headers for the API's session from a response.
pub(super) fn remove_session_set_cookie(headers: &mut HeaderMap) {
    if !headers.get_all(SET_COOKIE).iter().any(|line| names_session(line.as_bytes())) {
        return;
    }
    let lines: Vec<HeaderValue> = headers.get_all(SET_COOKIE).iter().cloned().collect();
    headers.remove(SET_COOKIE);
    for line in lines.into_iter().filter(|line| !is_session(line.as_bytes())) {
        headers.append(SET_COOKIE, line);
    }
}

fn names_session(line: &[u8]) -> bool {
    line.windows(SESSION.len()).any(|part| part == SESSION.as_bytes())
}

fn is_session(pair: &[u8]) -> bool {
    let name = pair.split(|byte| *byte == b'=').next().unwrap_or_default();
    name.trim_ascii() == SESSION.as_bytes()
}

/// The protocol of a requested upgrade. None without one, and for `h2c`, which the gateway ignores.
pub(super) fn upgrade(headers: &HeaderMap) -> Option<HeaderValue> {
    let wanted = headers.get(UPGRADE)?;
    let listed = headers.get_all(CONNECTION).iter().filter_map(|value| value.to_str().ok());
    let mut words = listed.flat_map(|value| value.split(','));
    let asked = words.any(|word| word.trim().eq_ignore_ascii_case("upgrade"));
    (asked && !wanted.as_bytes().eq_ignore_ascii_case(b"h2c")).then(|| wanted.clone())
}

/// Sets `X-Forwarded-For`, `-Host`, `-Proto` and `-Prefix` (the segment that was removed from the path). The client's own
/// `X-Forwarded-For` stays in front: only the last address is the gateway's observation.
pub(super) fn forward(headers: &mut HeaderMap, host: Option<HeaderValue>, peer: IpAddr, prefix: Option<&str>) {
    // The gateway sends 100 Continue itself when it reads the body.
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
    fn hop_by_hop_headers_are_removed() {
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
    fn the_last_forwarded_address_cannot_be_forged() {
        let mut map =
            headers(&[("x-forwarded-for", "1.2.3.4"), ("x-forwarded-prefix", "/evil"), ("expect", "100-continue")]);
        forward(&mut map, Some(HeaderValue::from_static("a.org")), [9, 9, 9, 9].into(), None);
        assert_eq!(map["x-forwarded-for"], "1.2.3.4, 9.9.9.9");
        assert_eq!((map["host"].as_bytes(), map["x-forwarded-host"].as_bytes()), (&b"a.org"[..], &b"a.org"[..]));
        assert!(!map.contains_key("x-forwarded-prefix") && !map.contains_key("expect"));
    }

    #[test]
    fn the_session_cookie_passes_in_neither_direction() {
        let mut map = headers(&[("cookie", "a=1; tidemark_session=secret; b=tidemark_session")]);
        map.append(COOKIE, HeaderValue::from_static("x=y"));
        remove_session_cookie(&mut map);
        let all: Vec<_> = map.get_all("cookie").iter().map(|line| line.to_str().unwrap()).collect();
        assert_eq!(all, ["a=1; b=tidemark_session", "x=y"]);
        let mut map = headers(&[("cookie", "tidemark_session=secret")]);
        remove_session_cookie(&mut map);
        assert!(map.is_empty());
        let pairs = [
            ("set-cookie", "tidemark_session=theirs; Path=/"),
            ("set-cookie", "own=1"),
            ("set-cookie", "tidemark_session =x"),
        ];
        let mut map = HeaderMap::new();
        for (name, value) in pairs {
            map.append(HeaderName::from_static(name), HeaderValue::from_static(value));
        }
        remove_session_set_cookie(&mut map);
        assert_eq!(map.get_all("set-cookie").iter().collect::<Vec<_>>(), ["own=1"]);
    }

    #[test]
    fn an_upgrade_needs_both_headers() {
        assert!(upgrade(&headers(&[("connection", "keep-alive, Upgrade"), ("upgrade", "websocket")])).is_some());
        assert!(upgrade(&headers(&[("upgrade", "websocket")])).is_none());
        assert!(upgrade(&headers(&[("connection", "upgrade"), ("upgrade", "h2c")])).is_none());
    }
}

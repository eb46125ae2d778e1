//! What a proxy changes of a head: what is meant for one connection alone is taken out, who asked is put in.

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

/// The session of the provider's own API. Browsers send a host's cookies to all of its ports, so where the gateway and the API
/// share a host name it would reach tenants' services, and they could set another.
const SESSION: &str = "tidemark_session";

/// Takes the API's session out of what a browser sends.
pub(super) fn keep_session(headers: &mut HeaderMap) {
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

/// Takes out of an answer what would set the API's session.
pub(super) fn set_no_session(headers: &mut HeaderMap) {
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
    fn the_providers_session_is_not_for_tenants() {
        let mut map = headers(&[("cookie", "a=1; tidemark_session=secret; b=tidemark_session")]);
        map.append(COOKIE, HeaderValue::from_static("x=y"));
        keep_session(&mut map);
        let all: Vec<_> = map.get_all("cookie").iter().map(|line| line.to_str().unwrap()).collect();
        assert_eq!(all, ["a=1; b=tidemark_session", "x=y"]);
        let mut map = headers(&[("cookie", "tidemark_session=secret")]);
        keep_session(&mut map);
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
        set_no_session(&mut map);
        assert_eq!(map.get_all("set-cookie").iter().collect::<Vec<_>>(), ["own=1"]);
    }

    #[test]
    fn an_upgrade_is_asked_for_in_two_headers() {
        assert!(upgrade(&headers(&[("connection", "keep-alive, Upgrade"), ("upgrade", "websocket")])).is_some());
        assert!(upgrade(&headers(&[("upgrade", "websocket")])).is_none());
        assert!(upgrade(&headers(&[("connection", "upgrade"), ("upgrade", "h2c")])).is_none());
    }
}

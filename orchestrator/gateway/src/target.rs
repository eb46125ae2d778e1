//! What a request asks for: by its host name, or by the first segment of its path.
//!
//! `web-0123456789ab.example.org` names a service of a lease where `example.org` is the gateway's domain. At the domain
//! itself, and at a bare address, the first segment of the path is the name: `/web-0123456789ab/index.html` is
//! `/index.html` there.

use std::{borrow::Cow, net::IpAddr};

/// Fewer digits of a lease's id do not name it.
const FEWEST_DIGITS: usize = 12;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Asked<'a> {
    /// By host name; the path is the replica's.
    Host(Cow<'a, str>),
    /// By path; the rest begins with `/`, or is empty.
    Path { label: Cow<'a, str>, rest: &'a str },
    /// The domain itself, with a path that names nothing.
    Nothing,
    /// Another domain.
    Elsewhere,
}

/// `host` as in a request, with or without a port; `domain` in lower case.
pub(super) fn read<'a>(host: &'a str, path: &'a str, domain: &str) -> Asked<'a> {
    let name = without_port(host);
    let name = name.strip_suffix('.').unwrap_or(name);
    if name.eq_ignore_ascii_case(domain) || is_address(name) {
        return by_path(path);
    }
    let Some(dot) = name.len().checked_sub(domain.len() + 1) else { return Asked::Elsewhere };
    let (label, rest) = match (name.get(..dot), name.get(dot..)) {
        (Some(label), Some(rest)) => (label, rest),
        _ => return Asked::Elsewhere,
    };
    let ours = rest.starts_with('.') && rest[1..].eq_ignore_ascii_case(domain);
    if ours && !label.is_empty() && !label.contains('.') { Asked::Host(lower(label)) } else { Asked::Elsewhere }
}

fn by_path(path: &str) -> Asked<'_> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let (label, rest) = match path.find('/') {
        Some(end) => path.split_at(end),
        None => (path, ""),
    };
    if split(label).is_some() { Asked::Path { label: lower(label), rest } } else { Asked::Nothing }
}

/// A label's service and the beginning of its lease's id in hex.
pub(super) fn split(label: &str) -> Option<(&str, &str)> {
    let (service, digits) = label.rsplit_once('-')?;
    let sound = digits.len() >= FEWEST_DIGITS && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    (sound && !service.is_empty()).then_some((service, digits))
}

fn without_port(host: &str) -> &str {
    if let Some(rest) = host.strip_prefix('[') {
        return rest.split_once(']').map_or(host, |(address, _)| address);
    }
    match host.rsplit_once(':') {
        Some((name, port)) if !name.contains(':') && port.bytes().all(|byte| byte.is_ascii_digit()) => name,
        _ => host,
    }
}

fn is_address(name: &str) -> bool {
    name.parse::<IpAddr>().is_ok()
}

fn lower(label: &str) -> Cow<'_, str> {
    if label.bytes().any(|byte| byte.is_ascii_uppercase()) {
        Cow::Owned(label.to_ascii_lowercase())
    } else {
        Cow::Borrowed(label)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn host(label: &str) -> Asked<'_> {
        Asked::Host(Cow::Borrowed(label))
    }

    #[test]
    fn a_host_below_the_domain_is_a_label() {
        for text in ["web-0123456789ab.a.org", "WEB-0123456789AB.A.ORG:7080", "web-0123456789ab.a.org."] {
            assert_eq!(read(text, "/x", "a.org"), host("web-0123456789ab"), "{text}");
        }
        for text in ["a.b.a.org", ".a.org", "web-0123456789ab.b.org", "xa.org", "org", "", "ä.org"] {
            assert_eq!(read(text, "/", "a.org"), Asked::Elsewhere, "{text}");
        }
    }

    #[test]
    fn at_the_domain_or_an_address_the_path_is_asked() {
        for at in ["a.org", "A.org:1", "127.0.0.1:7080", "[::1]:7080", "::1"] {
            let asked = read(at, "/my-web-0123456789ab/x/y?q", "a.org");
            assert_eq!(asked, Asked::Path { label: "my-web-0123456789ab".into(), rest: "/x/y?q" }, "{at}");
        }
        assert_eq!(
            read("a.org", "/web-0123456789ab", "a.org"),
            Asked::Path { label: "web-0123456789ab".into(), rest: "" }
        );
        for path in ["/", "", "/web", "/web-0123", "/-0123456789ab", "/web-0123456789ag/"] {
            assert_eq!(read("a.org", path, "a.org"), Asked::Nothing, "{path}");
        }
    }
}

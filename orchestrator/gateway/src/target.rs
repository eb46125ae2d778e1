//! The service that a request is for: named by its host, or by the first segment of its path.
//!
//! `web-0123456789ab.example.org` names a service of a lease where `example.org` is the gateway's domain. At the domain
//! itself, and at a bare address, the first segment of the path is the name: `/web-0123456789ab/index.html` is
//! `/index.html` there.

use std::{borrow::Cow, net::IpAddr};

/// The least number of hex digits of a lease's id in a label.
const MIN_DIGITS: usize = 12;

#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target<'a> {
    /// Named by the host; the path is unchanged.
    Host(Cow<'a, str>),
    /// Named by the path; the rest begins with `/`, or is empty.
    Path { label: Cow<'a, str>, rest: &'a str },
    /// The domain itself, with a path that names no service.
    Unnamed,
    /// Another domain.
    OtherDomain,
}

/// `host` is the request's, with or without a port; `domain` is in lower case.
pub(super) fn parse<'a>(host: &'a str, path: &'a str, domain: &str) -> Target<'a> {
    let name = without_port(host);
    let name = name.strip_suffix('.').unwrap_or(name);
    if name.eq_ignore_ascii_case(domain) || is_address(name) {
        return by_path(path);
    }
    let Some(dot) = name.len().checked_sub(domain.len() + 1) else { return Target::OtherDomain };
    let (label, rest) = match (name.get(..dot), name.get(dot..)) {
        (Some(label), Some(rest)) => (label, rest),
        _ => return Target::OtherDomain,
    };
    let ours = rest.starts_with('.') && rest[1..].eq_ignore_ascii_case(domain);
    if ours && !label.is_empty() && !label.contains('.') { Target::Host(lower(label)) } else { Target::OtherDomain }
}

fn by_path(path: &str) -> Target<'_> {
    let path = path.strip_prefix('/').unwrap_or(path);
    let (label, rest) = match path.find('/') {
        Some(end) => path.split_at(end),
        None => (path, ""),
    };
    if split(label).is_some() { Target::Path { label: lower(label), rest } } else { Target::Unnamed }
}

/// Splits a label into the service and the first hex digits of the lease's id.
pub(super) fn split(label: &str) -> Option<(&str, &str)> {
    let (service, digits) = label.rsplit_once('-')?;
    let sound = digits.len() >= MIN_DIGITS && digits.bytes().all(|byte| byte.is_ascii_hexdigit());
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

    fn host(label: &str) -> Target<'_> {
        Target::Host(Cow::Borrowed(label))
    }

    #[test]
    fn a_subdomain_is_a_label() {
        for text in ["web-0123456789ab.a.org", "WEB-0123456789AB.A.ORG:7080", "web-0123456789ab.a.org."] {
            assert_eq!(parse(text, "/x", "a.org"), host("web-0123456789ab"), "{text}");
        }
        for text in ["a.b.a.org", ".a.org", "web-0123456789ab.b.org", "xa.org", "org", "", "ä.org"] {
            assert_eq!(parse(text, "/", "a.org"), Target::OtherDomain, "{text}");
        }
    }

    #[test]
    fn at_the_domain_or_an_ip_address_the_path_names_the_service() {
        for at in ["a.org", "A.org:1", "127.0.0.1:7080", "[::1]:7080", "::1"] {
            let target = parse(at, "/my-web-0123456789ab/x/y?q", "a.org");
            assert_eq!(target, Target::Path { label: "my-web-0123456789ab".into(), rest: "/x/y?q" }, "{at}");
        }
        assert_eq!(
            parse("a.org", "/web-0123456789ab", "a.org"),
            Target::Path { label: "web-0123456789ab".into(), rest: "" }
        );
        for path in ["/", "", "/web", "/web-0123", "/-0123456789ab", "/web-0123456789ag/"] {
            assert_eq!(parse("a.org", path, "a.org"), Target::Unnamed, "{path}");
        }
    }
}

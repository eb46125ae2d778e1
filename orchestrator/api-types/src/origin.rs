//! Web origins.

use url::Url;

/// The origin of an http or https URL in the form of browsers: `scheme://host[:port]`, without a default port. None for any
/// other text.
pub fn normal(text: &str) -> Option<String> {
    let url = Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let plain = url.username().is_empty() && url.password().is_none();
    plain.then(|| url.origin().ascii_serialization())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_origin_is_written_as_browsers_write_it() {
        for (text, wanted) in [
            ("https://A.org:443/x?y", Some("https://a.org")),
            ("http://127.0.0.1:7070", Some("http://127.0.0.1:7070")),
            ("http://[::1]:7070/", Some("http://[::1]:7070")),
            ("https://user@a.org", None),
            ("ftp://a.org", None),
            ("a.org", None),
            ("null", None),
        ] {
            assert_eq!(normal(text).as_deref(), wanted, "{text}");
        }
    }
}

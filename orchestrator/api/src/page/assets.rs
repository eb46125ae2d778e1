//! The web page's files: those of `web/dist`, which the build embeds in the program.
//!
//! Every path that is not the API's and that a browser requests as HTML gets `index.html`, because the page has a
//! client-side router. Files in `/assets/` have a hash in their names and never change.
//!
//! The Content-Security-Policy allows scripts and fonts from this origin only, and nothing inline; style elements need the
//! response's nonce, which replaces `__CSP_NONCE__` in `index.html`. The hosts to which the page may *connect* cannot be
//! listed: other providers publish endpoints on chain, users bring their own RPC endpoints, and WalletConnect has relays. So
//! the policy allows all hosts over TLS, this machine, and the configured RPC endpoint over plain HTTP.

use std::sync::Arc;

use axum::{
    body::{Body, Bytes},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::{EmbeddedFile, RustEmbed};

use api_types::page_config::PageConfig;

#[derive(RustEmbed)]
#[folder = "../../web/dist"]
struct Dist;

const NONCE: &str = "__CSP_NONCE__";

/// Served when the page was not built.
const UNBUILT: &str = "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
    <meta name=\"viewport\" content=\"width=device-width\">\n<title>Tidemark</title>\n\
    <style nonce=\"__CSP_NONCE__\">body { font: 1rem/1.5 system-ui, sans-serif; margin: 4rem auto; max-width: 36rem; \
    padding: 0 1rem } </style>\n<h1>Tidemark</h1>\n\
    <p>This program was built without its web page. <code>make web</code> builds the page; build the program after that \
    (<code>make build</code> and <code>make up</code> do both).</p>\n\
    <p>The provider's API is here: <a href=\"/openapi.json\">openapi.json</a>.</p>\n</html>\n";

/// Precompressed variants, best first: the encoding and the file's suffix.
const PACKED: [(&str, &str); 2] = [("br", ".br"), ("gzip", ".gz")];

/// Headers of every page, in addition to the policy.
const GUARDS: [(HeaderName, &str); 6] = [
    (header::X_FRAME_OPTIONS, "DENY"),
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "no-referrer"),
    // A wallet may open a popup, which must be able to return.
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin-allow-popups"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "accelerometer=(), camera=(), display-capture=(), geolocation=(), gyroscope=(), magnetometer=(), microphone=(), \
         midi=(), payment=(), usb=(), clipboard-write=(self)",
    ),
];

/// The page with one provider's configuration.
#[derive(Clone)]
pub struct Page(Arc<PageInner>);

struct PageInner {
    config: PageConfig,
    find: fn(&str) -> Option<EmbeddedFile>,
    /// The configured RPC endpoint's origins, in the form of the policy.
    rpc_origin: String,
}

impl Page {
    pub fn new(config: PageConfig) -> Self {
        Self::of(config, Dist::get)
    }

    fn of(config: PageConfig, find: fn(&str) -> Option<EmbeddedFile>) -> Self {
        let rpc_origin = config.rpc_url.as_deref().map(origins).unwrap_or_default();
        Self(Arc::new(PageInner { config, find, rpc_origin }))
    }

    pub(super) fn config(&self) -> &PageConfig {
        &self.0.config
    }

    /// `None` when no file has this name and the client does not accept HTML.
    pub(super) fn answer(&self, path: &str, headers: &HeaderMap) -> Option<Response> {
        let name = path.trim_start_matches('/');
        let asset = path.starts_with("/assets/");
        if !name.is_empty()
            && name != "index.html"
            && let Some(file) = (self.0.find)(name)
        {
            return Some(self.file(name, file, headers, asset));
        }
        let wants_page = headers.get_all(header::ACCEPT).iter().any(|accept| {
            accept.to_str().is_ok_and(|accept| accept.split(',').any(|kind| kind.trim().starts_with("text/html")))
        });
        (wants_page && !asset).then(|| self.page())
    }

    fn page(&self) -> Response {
        let index = (self.0.find)("index.html");
        let built = index.is_some();
        let text = index.map_or(UNBUILT.into(), |file| String::from_utf8_lossy(&file.data).into_owned());
        let nonce = nonce();
        let status = if built { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE };
        let mut answer = (status, text.replace(NONCE, &nonce)).into_response();
        let headers = answer.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8"));
        // A nonce is for one response.
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Ok(policy) = HeaderValue::try_from(self.policy(&nonce)) {
            headers.insert(header::CONTENT_SECURITY_POLICY, policy);
        }
        GUARDS.into_iter().for_each(|(name, value)| drop(headers.insert(name, HeaderValue::from_static(value))));
        answer
    }

    fn policy(&self, nonce: &str) -> String {
        format!(
            "default-src 'none'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; img-src 'self' data:; \
             font-src 'self'; manifest-src 'self'; worker-src 'self'; connect-src 'self' https: wss: \
             http://127.0.0.1:* http://localhost:* ws://127.0.0.1:* ws://localhost:*{}; form-action 'none'; \
             base-uri 'none'; frame-ancestors 'none'; object-src 'none'",
            self.0.rpc_origin
        )
    }

    /// The file, or its precompressed variant when the client accepts it.
    fn file(&self, name: &str, plain: EmbeddedFile, asked: &HeaderMap, immutable: bool) -> Response {
        let kind = plain.metadata.mimetype().to_owned();
        let packed =
            PACKED.into_iter().filter(|(encoding, _)| takes(asked, encoding)).find_map(|(encoding, ending)| {
                (self.0.find)(&format!("{name}{ending}")).map(|file| (Some(encoding), file))
            });
        let (encoding, file) = packed.unwrap_or((None, plain));
        let etag = format!("\"{:032x}\"", u128::from_be_bytes(first(file.metadata.sha256_hash())));
        let known = asked.get(header::IF_NONE_MATCH).and_then(|tags| tags.to_str().ok());
        let known = known.is_some_and(|tags| tags.split(',').any(|tag| tag.trim().trim_start_matches("W/") == etag));
        let mut answer = if known {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let bytes = match file.data {
                std::borrow::Cow::Borrowed(bytes) => Bytes::from_static(bytes),
                std::borrow::Cow::Owned(bytes) => Bytes::from(bytes),
            };
            Body::from(bytes).into_response()
        };
        let cache = if immutable { "public, max-age=31536000, immutable" } else { "no-cache" };
        let headers = answer.headers_mut();
        let fixed = [
            (header::CONTENT_TYPE, kind.as_str()),
            (header::ETAG, etag.as_str()),
            (header::CACHE_CONTROL, cache),
            (header::VARY, "accept-encoding"),
        ];
        for (name, value) in fixed.into_iter().chain(encoding.map(|encoding| (header::CONTENT_ENCODING, encoding))) {
            if let Ok(value) = HeaderValue::try_from(value) {
                headers.insert(name, value);
            }
        }
        answer
    }
}

/// 128 random bits.
fn nonce() -> String {
    format!("{:032x}", rand::random::<u128>())
}

fn first(hash: [u8; 32]) -> [u8; 16] {
    std::array::from_fn(|i| hash[i])
}

/// Whether the client accepts an encoding: it is named, with a weight above zero.
fn takes(headers: &HeaderMap, encoding: &str) -> bool {
    headers.get_all(header::ACCEPT_ENCODING).iter().filter_map(|value| value.to_str().ok()).any(|value| {
        value.split(',').any(|part| {
            let (name, weight) = part.split_once(';').unwrap_or((part, ""));
            let weight = weight.trim().strip_prefix("q=").and_then(|weight| weight.parse::<f32>().ok());
            name.trim().eq_ignore_ascii_case(encoding) && weight != Some(0.0)
        })
    })
}

/// An RPC endpoint's origins over HTTP and WebSocket for the policy. Empty for a URL that could break out of the directive.
fn origins(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return String::new() };
    let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let authority = authority.rsplit_once('@').map_or(authority, |(_, named)| named);
    let sound = |byte: u8| byte.is_ascii_alphanumeric() || b".-:[]".contains(&byte);
    if authority.is_empty() || !authority.bytes().all(sound) {
        return String::new();
    }
    let (http, ws) = if matches!(scheme, "wss" | "https") { ("https", "wss") } else { ("http", "ws") };
    format!(" {http}://{authority} {ws}://{authority}")
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests;

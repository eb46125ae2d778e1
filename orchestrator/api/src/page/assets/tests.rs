use super::*;

#[derive(RustEmbed)]
#[folder = "src/page/assets/dist"]
struct Sample;

fn page(rpc_url: Option<&str>) -> Page {
    let config = PageConfig { rpc_url: rpc_url.map(str::to_owned), ..PageConfig::default() };
    Page::of(config, Sample::get)
}

fn ask(page: &Page, path: &str, headers: &[(HeaderName, &str)]) -> Option<Response> {
    let headers = headers.iter().map(|(name, value)| (name.clone(), value.parse().unwrap())).collect();
    page.answer(path, &headers)
}

fn header_of<'a>(answer: &'a Response, name: &str) -> &'a str {
    answer.headers().get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
}

async fn text(answer: Response) -> String {
    String::from_utf8(axum::body::to_bytes(answer.into_body(), 1 << 20).await.unwrap().to_vec()).unwrap()
}

const HTML: (HeaderName, &str) = (header::ACCEPT, "text/html,application/xhtml+xml;q=0.9,*/*;q=0.8");

#[tokio::test]
async fn a_browser_gets_the_page_at_every_path_with_a_nonce_of_its_own() {
    let page = page(None);
    let mut seen = std::collections::BTreeSet::new();
    for path in ["/", "/index.html", "/leases/0xab", "/approvals"] {
        let answer = ask(&page, path, &[HTML]).unwrap();
        assert_eq!(answer.status(), StatusCode::OK);
        assert_eq!(header_of(&answer, "cache-control"), "no-store");
        let policy = header_of(&answer, "content-security-policy").to_owned();
        let nonce = policy.split("'nonce-").nth(1).unwrap().split('\'').next().unwrap().to_owned();
        let html = text(answer).await;
        assert_eq!(html.matches(&nonce).count(), 2, "both places have the answer's nonce: {html}");
        assert!(!html.contains(NONCE) && seen.insert(nonce), "a nonce came twice");
    }
}

#[tokio::test]
async fn what_is_no_file_and_no_page_is_nothing() {
    let page = page(None);
    for (path, headers) in [
        ("/leases", vec![]),
        ("/leases", vec![(header::ACCEPT, "application/json")]),
        ("/leases", vec![(header::ACCEPT, "*/*")]),
        ("/assets/gone-1.js", vec![HTML]),
        ("/assets/../index.html", vec![(header::ACCEPT, "*/*")]),
    ] {
        assert!(ask(&page, path, &headers).is_none(), "{path} {headers:?}");
    }
}

#[tokio::test]
async fn a_file_comes_packed_to_who_takes_it() {
    let page = page(None);
    let brotli = ask(&page, "/assets/app-1.js", &[(header::ACCEPT_ENCODING, "gzip, br;q=0.9")]).unwrap();
    assert_eq!(header_of(&brotli, "content-encoding"), "br");
    assert_eq!(header_of(&brotli, "content-type"), "text/javascript");
    assert_eq!(header_of(&brotli, "vary"), "accept-encoding");
    let packed_tag = header_of(&brotli, "etag").to_owned();
    assert_eq!(text(brotli).await, "not really brotli");
    for refused in ["gzip", "br;q=0", "identity", "brr"] {
        let plain = ask(&page, "/assets/app-1.js", &[(header::ACCEPT_ENCODING, refused)]).unwrap();
        assert_eq!(header_of(&plain, "content-encoding"), "", "{refused}");
        assert_ne!(header_of(&plain, "etag"), packed_tag, "two bodies have one tag");
        assert_eq!(text(plain).await, "console.log(\"plain\")\n");
    }
    let unpacked = ask(&page, "/assets/plain-1.css", &[(header::ACCEPT_ENCODING, "br")]).unwrap();
    assert_eq!((header_of(&unpacked, "content-encoding"), header_of(&unpacked, "content-type")), ("", "text/css"));
}

#[tokio::test]
async fn an_asset_never_changes_and_a_known_file_is_not_sent_again() {
    let page = page(None);
    let answer = ask(&page, "/assets/plain-1.css", &[]).unwrap();
    assert_eq!(header_of(&answer, "cache-control"), "public, max-age=31536000, immutable");
    let tag = header_of(&answer, "etag").to_owned();
    let again = ask(&page, "/assets/plain-1.css", &[(header::IF_NONE_MATCH, &format!("\"x\", W/{tag}"))]).unwrap();
    assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
    assert_eq!(text(again).await, "");
    let icon = ask(&page, "/icon.svg", &[]).unwrap();
    assert_eq!((header_of(&icon, "cache-control"), header_of(&icon, "content-type")), ("no-cache", "image/svg+xml"));
}

#[test]
fn the_policy_lets_nothing_inline_run_and_knows_the_rpc() {
    let answer = ask(&page(Some("http://10.0.0.7:8545/v2/key")), "/", &[HTML]).unwrap();
    let policy = header_of(&answer, "content-security-policy");
    for directive in ["default-src 'none'", "script-src 'self'", "frame-ancestors 'none'", "base-uri 'none'"] {
        assert!(policy.split("; ").any(|part| part == directive), "{directive}: {policy}");
    }
    assert!(!policy.contains("unsafe") && !policy.contains("key"), "{policy}");
    assert!(policy.contains("ws://localhost:* http://10.0.0.7:8545 ws://10.0.0.7:8545;"), "{policy}");
    for (name, value) in GUARDS {
        assert_eq!(header_of(&answer, name.as_str()), value);
    }
    assert_eq!(origins("https://h; script-src *"), "", "a URL cannot write the policy");
}

#[tokio::test]
async fn a_program_without_its_page_says_how_to_build_it() {
    let answer = ask(&Page::of(PageConfig::default(), |_| None), "/", &[HTML]).unwrap();
    assert_eq!(answer.status(), StatusCode::SERVICE_UNAVAILABLE);
    let html = text(answer).await;
    assert!(html.contains("make web") && !html.contains(NONCE), "{html}");
}

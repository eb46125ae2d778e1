//! Every role as it runs: the real binary on loopback, called over HTTP, stopped by a signal.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use axum::http::{Method, StatusCode};
use sample::client;
use serde_json::{Value, json};

/// A long-running role. It is killed when the test ends.
struct Part {
    process: Child,
    url: String,
}

impl Part {
    fn start(name: &str, settings: &[(&str, &str)]) -> Result<Self> {
        let mut process = binary()
            .arg(name)
            .env("LISTEN", "127.0.0.1:0")
            .envs(settings.iter().copied())
            .stderr(Stdio::piped())
            .spawn()?;
        let stderr = process.stderr.take().context("stderr is piped")?;
        let mut first = String::new();
        let mut lines = BufReader::new(stderr);
        lines.read_line(&mut first)?;
        // Keep reading, or the process would block or break on a full or closed pipe.
        std::thread::spawn(move || lines.lines().count());
        let address = first.trim().rsplit(' ').next().unwrap_or_default();
        anyhow::ensure!(first.contains("listens at"), "{name} said: {first}");
        Ok(Self { process, url: format!("http://{address}") })
    }

    async fn get(&self, path: &str) -> Result<(StatusCode, Value)> {
        let (status, body) = client::send(Method::GET, &format!("{}{path}", self.url)).await?;
        Ok((status, serde_json::from_slice(&body).unwrap_or(Value::Null)))
    }

    /// Stops it as a container engine does. Returns its exit status and how long it took.
    fn stop(mut self) -> Result<(ExitStatus, Duration)> {
        let before = Instant::now();
        let told = Command::new("kill").args(["-TERM", &self.process.id().to_string()]).status()?;
        anyhow::ensure!(told.success());
        Ok((self.process.wait()?, before.elapsed()))
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn binary() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sample"));
    command.env_clear().env("HOSTNAME", "here");
    command
}

fn front(folder: &Path, back: &str) -> Result<Part> {
    let folder = folder.to_str().context("a path in UTF-8")?;
    Part::start("front", &[("DATA", folder), ("BACK_URL", back), ("GREETING", "good day")])
}

#[tokio::test]
async fn the_front_greets_counts_and_asks_the_back() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let back = Part::start("back", &[])?;
    for visit in 1..=2 {
        // Started anew for each visit: the front's count lives on the volume.
        let front = front(folder.path(), &back.url)?;
        let (status, answer) = front.get("/").await?;
        assert_eq!(status, StatusCode::OK, "{answer}");
        assert_eq!(answer["service"], "front");
        assert_eq!(answer["host"], "here");
        assert_eq!(answer["greeting"], "good day");
        assert_eq!(answer["visits"], json!({ "count": visit, "kept": true }));
        let asked = json!({ "service": "back", "host": "here", "counter": "visits", "count": visit });
        assert_eq!(answer["back"], asked);
    }
    Ok(())
}

#[tokio::test]
async fn a_back_that_does_not_answer_is_reported_and_the_visit_counts() -> Result<()> {
    let folder = tempfile::tempdir()?;
    let back = Part::start("back", &[])?;
    let front = front(folder.path(), &back.url)?;
    back.stop()?;
    let (status, answer) = front.get("/").await?;
    assert_eq!(status, StatusCode::BAD_GATEWAY);
    assert!(answer["back"]["error"].as_str().is_some_and(|error| error.contains("refused")), "{answer}");
    assert_eq!(answer["visits"]["count"], 1);
    assert_eq!(front.get("/health").await?.0, StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn the_front_works_without_a_back_and_a_volume() -> Result<()> {
    let front = Part::start("front", &[])?;
    let (status, answer) = front.get("/").await?;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(answer["back"], Value::Null);
    assert_eq!(answer["visits"]["count"], 1);
    Ok(())
}

#[tokio::test]
async fn the_back_keeps_counters_apart_and_few() -> Result<()> {
    let back = Part::start("back", &[])?;
    let post = async |name: &str| client::send(Method::POST, &format!("{}/counters/{name}", back.url)).await;
    assert_eq!(back.get("/counters/a").await?.0, StatusCode::NOT_FOUND);
    for name in ["a", "b", "a"] {
        assert_eq!(post(name).await?.0, StatusCode::OK);
    }
    assert_eq!(back.get("/counters/a").await?.1["count"], 2);
    assert_eq!(back.get("/counters/b").await?.1["count"], 1);
    assert_eq!(post(&"n".repeat(65)).await?.0, StatusCode::BAD_REQUEST);
    for number in 2..1024 {
        assert_eq!(post(&format!("many-{number}")).await?.0, StatusCode::OK);
    }
    assert_eq!(post("one-more").await?.0, StatusCode::INSUFFICIENT_STORAGE);
    assert_eq!(post("a").await?.0, StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn load_comes_in_the_amount_asked_for() -> Result<()> {
    let front = Part::start("front", &[])?;
    let (status, answer) = front.get("/burn?ms=50&threads=2").await?;
    assert_eq!(status, StatusCode::OK);
    assert!(answer["cpuMs"].as_u64().is_some_and(|ms| (100..150).contains(&ms)), "{answer}");
    let (status, answer) = front.get("/hold?mib=8&ms=20").await?;
    assert_eq!((status, answer), (StatusCode::OK, json!({ "heldMib": 8, "ms": 20 })));
    Ok(())
}

#[tokio::test]
async fn requests_out_of_bounds_are_refused() -> Result<()> {
    let front = Part::start("front", &[])?;
    for path in [
        "/burn",
        "/burn?ms=-1",
        "/burn?ms=600001",
        "/burn?ms=1&threads=0",
        "/burn?ms=1&threads=33",
        "/hold?mib=1",
        "/hold?mib=1&ms=600001",
        "/fail?code=0",
        "/fail?code=256",
        "/fail?health=maybe",
    ] {
        assert_eq!(front.get(path).await?.0, StatusCode::BAD_REQUEST, "{path}");
    }
    let path = format!("/hold?mib={}&ms=1", u64::MAX);
    assert_eq!(front.get(&path).await?.0, StatusCode::INSUFFICIENT_STORAGE);
    assert_eq!(front.get("/health").await?.0, StatusCode::OK);
    Ok(())
}

#[tokio::test]
async fn it_fails_on_request() -> Result<()> {
    let mut front = Part::start("front", &[])?;
    let health = format!("{}/health", front.url);
    client::check(&health).await?;
    assert_eq!(front.get("/fail?health=1").await?.0, StatusCode::OK);
    assert_eq!(front.get("/health").await?.0, StatusCode::SERVICE_UNAVAILABLE);
    assert!(client::check(&health).await.is_err());
    front.get("/fail?health=0").await?;
    client::check(&health).await?;

    assert_eq!(front.get("/fail?code=7").await?.1, json!({ "exitCode": 7 }));
    assert_eq!(front.process.wait()?.code(), Some(7));
    Ok(())
}

#[tokio::test]
async fn the_health_check_tells_by_its_status() -> Result<()> {
    let back = Part::start("back", &[])?;
    let check = |url: &str| binary().args(["health", url]).output();
    assert_eq!(check(&format!("{}/health", back.url))?.status.code(), Some(0));
    for (url, reason) in [
        (format!("{}/nothing", back.url), "404"),
        ("http://127.0.0.1:1/health".to_owned(), "did not answer"),
        ("https://127.0.0.1/health".to_owned(), "only http://"),
        ("not a url".to_owned(), "not a URL"),
    ] {
        let output = check(&url)?;
        assert_eq!(output.status.code(), Some(1), "{url}");
        let said = String::from_utf8_lossy(&output.stderr);
        assert!(said.contains(reason), "{url}: {said}");
    }
    Ok(())
}

#[tokio::test]
async fn sigterm_ends_every_part_at_once() -> Result<()> {
    for name in ["front", "back"] {
        let part = Part::start(name, &[])?;
        part.get("/health").await?;
        let (status, took) = part.stop()?;
        assert_eq!(status.code(), Some(0), "{name}");
        assert!(took < Duration::from_millis(800), "{name} took {took:?}");
    }
    // A minute of work under way holds nothing up.
    let front = Part::start("front", &[])?;
    let busy = format!("{}/burn?ms=60000", front.url);
    let request = tokio::spawn(async move { client::send(Method::GET, &busy).await });
    tokio::time::sleep(Duration::from_millis(100)).await;
    let (status, took) = front.stop()?;
    assert_eq!(status.code(), Some(0));
    assert!(took < Duration::from_millis(800), "{took:?}");
    assert!(request.await?.is_err());
    Ok(())
}

#[test]
fn exit_and_sleep_do_what_they_say() -> Result<()> {
    let code = |arguments: &[&str]| -> Result<Option<i32>> {
        Ok(binary().args(arguments).stderr(Stdio::null()).status()?.code())
    };
    assert_eq!(code(&["exit", "0"])?, Some(0));
    assert_eq!(code(&["exit", "42"])?, Some(42));
    assert_eq!(code(&["sleep", "0"])?, Some(0));
    for misuse in [&["exit", "256"][..], &["sleep", "long"], &["dance"], &[]] {
        assert_eq!(code(misuse)?, Some(2), "{misuse:?}");
    }
    let mut asleep = binary().arg("sleep").spawn()?;
    std::thread::sleep(Duration::from_millis(300));
    assert!(asleep.try_wait()?.is_none());
    let before = Instant::now();
    Command::new("kill").args(["-TERM", &asleep.id().to_string()]).status()?;
    assert_eq!(asleep.wait()?.code(), Some(0));
    assert!(before.elapsed() < Duration::from_millis(800));
    Ok(())
}

#[test]
fn an_address_that_cannot_be_had_is_named() -> Result<()> {
    let output = binary().arg("front").env("LISTEN", "somewhere").output()?;
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).contains("LISTEN=somewhere"));
    Ok(())
}

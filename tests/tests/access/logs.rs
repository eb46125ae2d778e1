//! The logs of containers: past lines and new ones, across restarts and new replicas.

use std::{collections::BTreeSet, time::Duration};

use reqwest::StatusCode;
use serde_json::Value;
use tests::{api_session::Events, wait::until};

use super::TalkingLease;

/// The numbers of one stream of a replica, in the order in which they came.
fn numbers(lines: &[Value], replica: u64, stream: &str) -> Vec<u64> {
    let of = lines.iter().filter(|line| line["replica"] == replica && line["stream"] == stream);
    of.map(|line| line["line"].as_str().unwrap().split(' ').next_back().unwrap().parse().unwrap()).collect()
}

async fn take(events: &mut Events, count: usize) -> Vec<Value> {
    let mut lines = Vec::new();
    while lines.len() < count {
        let (name, line) = events.next().await.unwrap().unwrap();
        assert_eq!(name, "line", "{line}");
        lines.push(line);
    }
    lines
}

#[tokio::test]
async fn the_past_is_merged_in_order_and_can_be_cut() {
    let talking = TalkingLease::new(2).await;
    let tenant = talking.tenant().await;
    tokio::time::sleep(Duration::from_secs(2)).await;
    let read = async |query: &str| {
        let (status, lines) = tenant.get(&talking.path(&format!("/logs{query}"))).await.unwrap();
        assert_eq!(status, StatusCode::OK, "{lines}");
        lines.as_array().unwrap().clone()
    };
    let all = read("").await;
    let times: Vec<u64> = all.iter().map(|line| line["atMs"].as_u64().unwrap()).collect();
    assert!(times.is_sorted() && times[0] > 1_500_000_000_000, "{times:?}");
    for (replica, stream) in [(0, "stdout"), (0, "stderr"), (1, "stdout"), (1, "stderr")] {
        let numbers = numbers(&all, replica, stream);
        assert!(numbers.len() >= 3 && numbers.iter().zip(1..).all(|(n, i)| *n == i), "{numbers:?}");
    }
    assert!(all.iter().all(|line| line["service"] == "talk"));
    assert_eq!(read("?tail=3").await.len(), 3);
    assert!(read("?replica=1").await.iter().all(|line| line["replica"] == 1));
    assert!(read("?service=other").await.is_empty());
    let since = times[times.len() / 2];
    let late = read(&format!("?since={since}")).await;
    assert!(late.iter().all(|line| line["atMs"].as_u64().unwrap() >= since) && late.len() < read("").await.len());
    assert_eq!(talking.accesses("logs").await.len(), 6);
    talking.stop().await;
}

#[tokio::test]
async fn a_stream_goes_on_through_ends_beginnings_and_the_patience_of_other_answers() {
    let talking = TalkingLease::new(1).await;
    let tenant = talking.tenant().await;
    let mut events = tenant.events(&talking.path("/logs?follow=true")).await.unwrap();
    let mut lines = take(&mut events, 4).await;
    // It dies and is started again: numbers begin anew.
    let container = talking.world.container(talking.lease, "talk", 0).await.unwrap();
    talking.world.kill(&container).await.unwrap();
    let again = |lines: &[Value]| numbers(lines, 0, "stdout").windows(2).any(|pair| pair[1] < pair[0]);
    while !again(&lines) {
        lines.extend(take(&mut events, 1).await);
    }
    lines.extend(take(&mut events, 6).await);
    let runs = numbers(&lines, 0, "stdout");
    let restart = runs.windows(2).position(|pair| pair[1] < pair[0]).unwrap() + 1;
    for run in [&runs[..restart], &runs[restart..]] {
        assert!(run.iter().zip(1..).all(|(n, i)| *n == i), "none is lost and none comes twice: {runs:?}");
    }
    // A replica that starts later joins.
    talking.scale(2).await.unwrap();
    let mut joined = BTreeSet::new();
    let began = std::time::Instant::now();
    let mut more = Vec::new();
    // Longer than an answer's head may take.
    while joined.len() < 2 || began.elapsed() < Duration::from_secs(12) {
        let line = take(&mut events, 1).await.remove(0);
        if joined.insert(line["replica"].as_u64().unwrap()) {
            assert!(joined.len() < 3);
        }
        more.push(line);
    }
    let second = numbers(&more, 1, "stdout");
    assert!(second.len() > 2 && second.iter().zip(1..).all(|(n, i)| *n == i), "from its first line on: {second:?}");
    drop(events);
    until("the end of the visit to be written down", async || {
        Ok((talking.accesses("logs").await.len() == 2).then_some(()))
    })
    .await
    .unwrap();
    talking.stop().await;
}

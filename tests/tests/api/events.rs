//! The event feed: no event is missed and none is delivered twice, across reorgs and reconnects.

use std::{
    collections::BTreeMap,
    time::{Duration, Instant},
};

use alloy::primitives::B256;
use anvil::{Actor, ApproverNumber};
use serde_json::Value;
use tests::{
    sse::{Item, Stream},
    transactions,
    wait::until,
    world::{Orchestrator, World},
};

/// What a page keeps of the feed: it adds what comes, and forgets what a reorg says.
#[derive(Default)]
struct Known {
    /// By block and log.
    events: BTreeMap<(u64, u64), Value>,
    last: Option<String>,
    head: u64,
    reorgs: Vec<u64>,
}

impl Known {
    fn take(&mut self, item: Item) {
        if item.id.is_some() {
            self.last = item.id;
        }
        match item.event.as_str() {
            "event" => {
                let twice = self.events.insert(place(&item.data), item.data.clone());
                assert_eq!(twice, None, "an event came twice: {}", item.data);
            }
            "reorg" => {
                let number = item.data["number"].as_u64().unwrap();
                self.events.retain(|(block, _), _| *block < number);
                self.reorgs.push(number);
                self.head = self.head.min(number - 1);
            }
            "head" => self.head = item.data["number"].as_u64().unwrap(),
            "beat" => {}
            other => panic!("an event {other}"),
        }
    }

    /// Reads on until an event of this kind about this came.
    async fn until(&mut self, stream: &mut Stream, name: &str, lease: B256) {
        let about = |event: &Value| event["name"] == name && event["subject"] == lease.to_string();
        while !self.events.values().any(about) {
            let read = tokio::time::timeout(Duration::from_secs(60), stream.next()).await;
            self.take(read.expect("no news for a minute").unwrap().expect("the stream ended"));
        }
    }
}

fn place(event: &Value) -> (u64, u64) {
    let mut parts = event["cursor"].as_str().unwrap().split('.');
    let mut number = || parts.next().unwrap().parse().unwrap();
    (number(), number())
}

/// All that the API tells of up to a block, page by page.
async fn told(orchestrator: &Orchestrator, until: u64) -> BTreeMap<(u64, u64), Value> {
    let (mut all, mut after) = (BTreeMap::new(), "0.0".to_owned());
    loop {
        let page = orchestrator.api.get(&format!("/v1/events?after={after}&limit=3")).await.unwrap();
        let page = page.as_array().unwrap();
        let Some(last) = page.last() else { return all };
        after = last["cursor"].as_str().unwrap().to_owned();
        all.extend(page.iter().map(|event| (place(event), event.clone())).filter(|((block, _), _)| *block <= until));
    }
}

async fn take(world: &World, salt: u64) -> B256 {
    world.take(transactions::order(B256::ZERO, 1, salt), 1_000_000).await.unwrap().0
}

#[tokio::test]
async fn who_comes_back_after_a_reorg_misses_nothing_and_hears_nothing_twice() {
    let world = World::start().await.unwrap();
    let orchestrator = world.orchestrator().await.unwrap();
    let (http, url) = (reqwest::Client::new(), orchestrator.api.url("/v1/stream?after=0.0"));
    let (mut staying, mut coming_back) = (Known::default(), Known::default());
    let mut stays = Stream::open(&http, &url, None).await.unwrap();
    let mut leaves = Stream::open(&http, &url, None).await.unwrap();

    let kept = take(&world, 1).await;
    world.devnet.mine(2).await.unwrap();
    let lost = take(&world, 2).await;
    staying.until(&mut stays, "LeaseOpened", kept).await;
    staying.until(&mut stays, "LeaseOpened", lost).await;
    coming_back.until(&mut leaves, "LeaseOpened", lost).await;
    drop(leaves);

    world.devnet.reorg(2, vec![]).await.unwrap();
    let other = take(&world, 3).await;
    let again = take(&world, 2).await;
    assert_eq!(again, lost, "the same terms have the same id");
    let last = coming_back.last.clone().unwrap();
    let mut back = Stream::open(&http, &url, Some(&last)).await.unwrap();
    for lease in [other, again] {
        staying.until(&mut stays, "LeaseOpened", lease).await;
        coming_back.until(&mut back, "LeaseOpened", lease).await;
    }
    assert_eq!(staying.reorgs.len(), 1, "an open stream gets one reorg");
    assert_eq!(coming_back.reorgs.len(), 1, "a stream that resumes on another chain gets one");
    assert!(coming_back.reorgs[0] <= staying.reorgs[0]);
    assert!(staying.events.keys().any(|(block, _)| *block < staying.reorgs[0]), "what remains is not read again");
    // A cursor that is still canonical continues without a reorg, and an undone cursor is refused by name.
    let mut third = Known::default();
    let mut stream = Stream::open(&http, &url, coming_back.last.as_deref()).await.unwrap();
    let newest = take(&world, 4).await;
    third.until(&mut stream, "LeaseOpened", newest).await;
    assert_eq!((third.reorgs.len(), third.events.contains_key(coming_back.events.keys().next().unwrap())), (0, false));
    let refused = http.get(orchestrator.api.url(&format!("/v1/events?after={last}"))).send().await.unwrap();
    assert_eq!(refused.status(), 409);

    staying.until(&mut stays, "LeaseOpened", newest).await;
    coming_back.until(&mut back, "LeaseOpened", newest).await;
    let block = staying.events.keys().next_back().unwrap().0;
    let all = told(&orchestrator, block).await;
    for (who, known) in [("who stays", staying), ("who comes back", coming_back)] {
        let known: BTreeMap<_, _> = known.events.into_iter().filter(|((at, _), _)| *at <= block).collect();
        // Of an old block the hash is no longer at hand; the rest has to agree.
        let plain = |events: &BTreeMap<(u64, u64), Value>| -> BTreeMap<(u64, u64), String> {
            events
                .iter()
                .map(|(place, event)| (*place, format!("{} {} {}", event["name"], event["tx"], event["args"])))
                .collect()
        };
        assert_eq!(plain(&known), plain(&all), "{who}");
    }
    assert!(all.len() >= 6, "four leases, a provider and an offer: {}", all.len());
    orchestrator.stop().await;
}

#[tokio::test]
async fn two_hundred_listeners_hear_of_a_lease_within_a_second() {
    const LISTENERS: usize = 200;
    let world = World::start().await.unwrap();
    let orchestrator = world.orchestrator().await.unwrap();
    let http = reqwest::Client::new();
    until("the first block", async || {
        let status = orchestrator.api.get("/v1/status").await?;
        Ok((!status["head"].is_null()).then_some(()))
    })
    .await
    .unwrap();
    let mut listening = Vec::new();
    for _ in 0..LISTENERS {
        let mut stream = Stream::open(&http, &orchestrator.api.url("/v1/stream"), None).await.unwrap();
        assert_eq!(stream.next().await.unwrap().unwrap().event, "head", "a stream begins with the head");
        listening.push(tokio::spawn(async move {
            let mut heard = BTreeMap::new();
            while heard.len() < 3 {
                let item = stream.next().await.unwrap().expect("a listener was cut off");
                if item.data["name"] == "LeaseOpened" {
                    heard.insert(item.data["subject"].as_str().unwrap().to_owned(), Instant::now());
                }
            }
            heard
        }));
    }
    let mut opened = BTreeMap::new();
    for salt in 1..=3 {
        let lease = take(&world, salt).await;
        opened.insert(lease.to_string(), Instant::now());
        tokio::time::sleep(Duration::from_millis(300)).await;
    }
    let mut late = Vec::new();
    for listener in listening {
        for (lease, at) in listener.await.unwrap() {
            late.push(at.saturating_duration_since(opened[&lease]));
        }
    }
    late.sort();
    let p95 = late[late.len() * 95 / 100];
    eprintln!(
        "{} deliveries: p50 {:?}, p95 {p95:?}, most {:?}",
        late.len(),
        late[late.len() / 2],
        late[late.len() - 1]
    );
    assert!(p95 < Duration::from_secs(1), "p95 {p95:?}");
    orchestrator.stop().await;
}

#[tokio::test]
async fn a_stream_lives_longer_than_an_answer_may_take_and_ends_with_the_orchestrator() {
    let world = World::start().await.unwrap();
    let orchestrator = world.orchestrator().await.unwrap();
    let (http, url) = (reqwest::Client::new(), orchestrator.api.url("/v1/stream"));
    let (begun, mut beats) = (Instant::now(), 0);
    let mut stream = Stream::open(&http, &url, None).await.unwrap();
    while begun.elapsed() < Duration::from_secs(13) {
        beats += usize::from(stream.next().await.unwrap().expect("the stream was cut").event == "beat");
    }
    assert!((3..=5).contains(&beats), "{beats} beats in 13 s");
    let stopping = Instant::now();
    let ends = tokio::spawn(async move { while stream.next().await.unwrap().is_some() {} });
    orchestrator.stop().await;
    ends.await.unwrap();
    assert!(stopping.elapsed() < Duration::from_secs(5), "an open stream delays no shutdown: {:?}", stopping.elapsed());
}

#[tokio::test]
async fn a_lease_has_its_own_events_and_an_account_its_history() {
    let world = World::start().await.unwrap();
    let orchestrator = world.orchestrator().await.unwrap();
    let http = reqwest::Client::new();
    let (first, second) = (take(&world, 1).await, take(&world, 2).await);
    let mut known = Known::default();
    let url = orchestrator.api.url(&format!("/v1/stream?after=0.0&lease={second}"));
    let mut stream = Stream::open(&http, &url, None).await.unwrap();
    known.until(&mut stream, "LeaseOpened", second).await;
    assert!(known.events.values().all(|event| event["subject"] == second.to_string()));

    let opened = orchestrator.api.get(&format!("/v1/leases/{first}/events?name=LeaseOpened")).await.unwrap();
    assert_eq!(opened.as_array().unwrap().len(), 1);
    let (event, tenant) = (&opened[0], Actor::Tenant.address());
    assert_eq!((&event["subject"], &event["args"]["tenant"]), (&first.to_string().into(), &tenant.to_string().into()));
    assert_eq!(event["args"]["deposit"], "1000000", "numbers are text: {event}");
    assert_eq!(event["args"]["terms"]["shape"]["millicores"], "100", "structs are objects: {event}");
    assert_eq!(event["args"]["policy"]["maxReplicas"], "8");

    let market = world.devnet.market(Actor::Approver(ApproverNumber::One)).await.unwrap();
    let account = Actor::Approver(ApproverNumber::One).address();
    let approvers = vec![Actor::Approver(ApproverNumber::Two).address()];
    transactions::sent(
        market
            .bind(approvers, alloy::primitives::U256::from(1), vec![])
            .send()
            .await
            .unwrap()
            .get_receipt()
            .await
            .unwrap(),
    )
    .unwrap();
    let path = format!("/v1/events?subject={account}&before=latest&limit=1");
    let history = until("the account's history", async || {
        let page = orchestrator.api.get(&path).await?;
        Ok((!page.as_array().unwrap().is_empty()).then_some(page))
    })
    .await
    .unwrap();
    assert_eq!((&history[0]["name"], &history[0]["args"]["threshold"]), (&"AccountBound".into(), &"1".into()));
    for (query, status) in [
        ("?after=x", 400),
        ("?limit=0", 400),
        ("?limit=1001", 400),
        ("?after=1.0&before=latest", 400),
        ("?nonsense=1", 400),
        ("?name=Nothing", 200),
    ] {
        let answer = http.get(orchestrator.api.url(&format!("/v1/events{query}"))).send().await.unwrap();
        assert_eq!(answer.status(), status, "{query}");
    }
    orchestrator.stop().await;
}

//! The store on SQLite and on a real PostgreSQL.
#![allow(clippy::unwrap_used)]

use std::process::Command;

use alloy::{
    primitives::{Address, B256, LogData, U256, keccak256},
    sol_types::SolEvent,
};
use anvil::Actor;
use lease::{
    epoch_tree::{EpochStatement, EpochTree},
    intent::{Intent, IntentKey},
};
use solidity::{
    LeasePolicy, Market, Rates, Shape, Statement, Terms,
    deploy::{Deployment, local_parameters},
    lease_id,
};
use store::{
    BlockRef, ChainChange, Error, EventFilter, EventRow, IntentState, LeaseFilter, Segment, Store, proposal::Proposal,
};
use tests::database::Database;

/// The machine's clock in these tests.
const NOW_MS: u64 = 1_700_000_000_000;

fn deployment() -> Deployment {
    Deployment { chain_id: 31337, market: Address::repeat_byte(7), block: 1, parameters: local_parameters() }
}

fn provider() -> Address {
    Actor::Provider.address()
}

/// Block `number` of fork `fork`.
fn block(number: u64, fork: u8) -> BlockRef {
    BlockRef { number, hash: keccak256([number as u8, fork]), time: 1000 + number }
}

fn terms(salt: u64) -> Terms {
    Terms {
        tenant: Actor::Tenant.address(),
        provider: provider(),
        currency: Address::ZERO,
        shape: Shape { millicores: 100, memoryMiB: 64, diskMiB: 0, gpus: 0 },
        rates: Rates {
            reserved: "1000000000000".parse().unwrap(),
            replicaSecond: "1000000000000".parse().unwrap(),
            ..Default::default()
        },
        manifestHash: B256::ZERO,
        salt,
    }
}

fn id(salt: u64) -> B256 {
    lease_id(31337, deployment().market, &terms(salt))
}

fn event(block: u64, index: u64, log: LogData) -> EventRow {
    EventRow::decode(block, index, 1000 + block, keccak256([block as u8]), log).unwrap()
}

fn opened(block: u64, index: u64, salt: u64) -> EventRow {
    let opened = Market::LeaseOpened {
        lease: id(salt),
        tenant: terms(salt).tenant,
        provider: provider(),
        offer: 1,
        deposit: U256::from(1_000_000),
        replicas: 1,
        policy: LeasePolicy { maxReplicas: 3, ..Default::default() },
        terms: terms(salt),
    };
    event(block, index, opened.encode_log_data())
}

fn topped(block: u64, index: u64, salt: u64, amount: u64) -> EventRow {
    let topped = Market::ToppedUp { lease: id(salt), from: Actor::Stranger.address(), amount: U256::from(amount) };
    event(block, index, topped.encode_log_data())
}

fn posted(block: u64, index: u64, epoch: u64, root: B256) -> EventRow {
    event(block, index, Market::RootPosted { provider: provider(), epoch: U256::from(epoch), root }.encode_log_data())
}

fn segment(blocks: Vec<BlockRef>, events: Vec<EventRow>) -> Segment {
    Segment { blocks, events }
}

async fn stores() -> Vec<(Database, Store)> {
    let mut stores = Vec::new();
    for database in Database::each().await.unwrap() {
        let store = Store::open(&database.url).await.unwrap();
        store.bind(&deployment(), provider()).await.unwrap();
        stores.push((database, store));
    }
    stores
}

#[tokio::test]
async fn duplicates_count_once() {
    for (_database, store) in stores().await {
        let events = vec![opened(1, 0, 1), topped(1, 1, 1, 5), topped(1, 1, 1, 5), opened(1, 0, 1)];
        let change = ChainChange::Committed(segment(vec![block(1, 0)], events));
        let applied = store.apply(None, &change, 10).await.unwrap().unwrap();
        assert_eq!((applied.events, applied.duplicates), (2, 2));
        let lease = store.lease(id(1)).await.unwrap().unwrap().lease;
        assert_eq!(lease.deposited, U256::from(1_000_005));
        // A cursor that has moved loses the race, and nothing is written.
        assert_eq!(store.apply(None, &change, 10).await.unwrap(), None);
        // What lies at or before the cursor was applied when the cursor passed it.
        let late = ChainChange::Committed(segment(vec![block(2, 0)], vec![topped(1, 1, 1, 5), topped(2, 0, 1, 1)]));
        let applied = store.apply(Some(block(1, 0)), &late, 10).await.unwrap().unwrap();
        assert_eq!((applied.events, applied.duplicates), (1, 1));
        assert_eq!(store.lease(id(1)).await.unwrap().unwrap().lease.deposited, U256::from(1_000_006));
        assert_eq!(store.events(id(1)).await.unwrap().len(), 3);
    }
}

#[tokio::test]
async fn a_reorg_undoes_and_applies_in_one_step() {
    for (_database, store) in stores().await {
        let first = segment(vec![block(1, 0)], vec![opened(1, 0, 1)]);
        store.apply(None, &ChainChange::Committed(first), 10).await.unwrap();
        let root = keccak256("a");
        let second = vec![topped(2, 0, 1, 5), opened(2, 1, 2), posted(2, 2, 1, root)];
        store.apply(Some(block(1, 0)), &ChainChange::Committed(segment(vec![block(2, 0)], second)), 10).await.unwrap();
        assert_eq!(store.roots(provider()).await.unwrap().len(), 1);
        assert_eq!(store.root_tx(provider(), 1).await.unwrap(), Some(keccak256([2])));

        let instead =
            segment(vec![block(2, 1), block(3, 1)], vec![topped(2, 0, 1, 7), posted(3, 0, 1, keccak256("b"))]);
        let change = ChainChange::Reorged { to: block(1, 0), segment: instead };
        let applied = store.apply(Some(block(2, 0)), &change, 10).await.unwrap().unwrap();
        assert_eq!((applied.reverted, applied.events, applied.leases.len()), (3, 2, 2));
        assert_eq!(store.head().await.unwrap(), Some(block(3, 1)));
        let row = store.lease(id(1)).await.unwrap().unwrap();
        assert_eq!(row.lease.deposited, U256::from(1_000_007));
        assert_eq!(store.lease(id(2)).await.unwrap(), None);
        assert_eq!(store.reverted_leases(provider()).await.unwrap(), [id(2)]);
        assert_eq!(store.roots(provider()).await.unwrap()[0].root, keccak256("b"));

        store.apply(Some(block(3, 1)), &ChainChange::Reverted { to: block(1, 0) }, 10).await.unwrap().unwrap();
        assert_eq!(store.head().await.unwrap(), Some(block(1, 0)));
        let row = store.lease(id(1)).await.unwrap().unwrap();
        assert_eq!((row.lease.deposited, row.generation), (U256::from(1_000_000), 4));
        assert!(store.roots(provider()).await.unwrap().is_empty());
    }
}

#[tokio::test]
async fn only_the_newest_blocks_are_kept() {
    for (_database, store) in stores().await {
        let blocks: Vec<_> = (1..=50).map(|number| block(number, 0)).collect();
        store.apply(None, &ChainChange::Committed(segment(blocks, vec![])), 10).await.unwrap();
        let kept = store.blocks().await.unwrap();
        assert_eq!((kept.first().unwrap().number, kept.last().unwrap().number), (50, 40));
    }
}

#[tokio::test]
async fn leases_are_found_by_who_and_whether_open() {
    for (_database, store) in stores().await {
        let closed = Market::LeaseClosed { lease: id(1), by: terms(1).tenant }.encode_log_data();
        let events = vec![opened(1, 0, 1), opened(1, 1, 2), event(1, 2, closed)];
        store.apply(None, &ChainChange::Committed(segment(vec![block(1, 0)], events)), 10).await.unwrap();
        let count = async |filter| store.leases(filter).await.unwrap().len();
        assert_eq!(count(LeaseFilter::default()).await, 2);
        assert_eq!(count(LeaseFilter { open_only: true, ..LeaseFilter::of_provider(provider()) }).await, 1);
        assert_eq!(count(LeaseFilter::of_provider(Actor::Stranger.address())).await, 0);
        let tenant = Some(Actor::Tenant.address());
        assert_eq!(count(LeaseFilter { tenant, ..LeaseFilter::default() }).await, 2);
    }
}

#[tokio::test]
async fn a_database_belongs_to_one_deployment_and_provider() {
    for (_database, store) in stores().await {
        store.bind(&deployment(), provider()).await.unwrap();
        let other = Deployment { market: Address::repeat_byte(8), ..deployment() };
        for refused in [store.bind(&other, provider()).await, store.bind(&deployment(), Address::ZERO).await] {
            let error = refused.unwrap_err();
            assert!(matches!(error, Error::Foreign { .. }), "{error}");
            assert!(error.to_string().contains("use a database of its own"), "{error}");
        }
    }
}

#[tokio::test]
async fn a_second_orchestrator_is_kept_out() {
    let file = Database::sqlite().unwrap();
    let first = Store::open(&file.url).await.unwrap();
    let error = Store::open(&file.url).await.err().unwrap();
    assert!(matches!(error, Error::Locked(_)), "{error}");
    assert!(error.to_string().contains("stop it"), "{error}");
    drop(first);
    Store::open(&file.url).await.unwrap();

    let server = Database::postgres().await.unwrap();
    let first = Store::open(&server.url).await.unwrap();
    first.lock(provider()).await.unwrap();
    first.lock(provider()).await.unwrap();
    let second = Store::open(&server.url).await.unwrap();
    assert!(matches!(second.lock(provider()).await, Err(Error::ProviderLocked(_))));
    second.lock(Actor::Stranger.address()).await.unwrap();
    drop(first);
    // The server notices the lost connection with a delay.
    for _ in 0..50 {
        if second.lock(provider()).await.is_ok() {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("the lock outlived its orchestrator");
}

/// A file system of one MiB, gone when dropped. `None` where mounting is not allowed.
struct SmallDisk(tempfile::TempDir);

impl SmallDisk {
    fn mount() -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount").args(["-t", "tmpfs", "-o", "size=1m", "tmpfs"]).arg(folder.path()).output();
        mounted.is_ok_and(|mounted| mounted.status.success()).then(|| Self(folder))
    }
}

impl Drop for SmallDisk {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

/// A user who may not mount is root in a user namespace of its own, and may mount there.
fn again_as_root_of_a_namespace(test: &str) {
    let this = std::env::current_exe().unwrap();
    let arguments = ["--user", "--map-root-user", "--mount", "--"];
    let run = Command::new("unshare").args(arguments).arg(this).args(["--exact", test]).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&run.stdout), String::from_utf8_lossy(&run.stderr));
    assert!(run.status.success() && said.contains("1 passed"), "a small disk needs root or user namespaces: {said}");
}

#[tokio::test]
async fn a_full_disk_is_named_and_loses_nothing() {
    let Some(disk) = SmallDisk::mount() else {
        return again_as_root_of_a_namespace("a_full_disk_is_named_and_loses_nothing");
    };
    let store = Store::open(&format!("sqlite:{}", disk.0.path().join("tidemark.db").display())).await.unwrap();
    store.bind(&deployment(), provider()).await.unwrap();
    let first = segment(vec![block(1, 0)], vec![opened(1, 0, 1)]);
    store.apply(None, &ChainChange::Committed(first), 10).await.unwrap();
    let filler = disk.0.path().join("filler");
    let left = std::fs::File::create(&filler).unwrap();
    while std::io::Write::write_all(&mut &left, &[0; 4096]).is_ok() {}
    let many = (0..1000).map(|i| topped(2, i, 1, 1)).collect();
    let change = ChainChange::Committed(segment(vec![block(2, 0)], many));
    let error = store.apply(Some(block(1, 0)), &change, 10).await.unwrap_err();
    assert!(matches!(error, Error::Full(_)), "{error:?}");
    assert_eq!(store.head().await.unwrap(), Some(block(1, 0)));
    std::fs::remove_file(&filler).unwrap();
    drop(left);
    let fewer = ChainChange::Committed(segment(vec![block(2, 0)], vec![topped(2, 0, 1, 1)]));
    assert!(store.apply(Some(block(1, 0)), &fewer, 10).await.unwrap().is_some());
    assert_eq!(store.lease(id(1)).await.unwrap().unwrap().lease.deposited, U256::from(1_000_001));
}

#[tokio::test]
async fn a_newer_database_is_refused() {
    for database in Database::each().await.unwrap() {
        drop(Store::open(&database.url).await.unwrap());
        sqlx::any::install_default_drivers();
        let pool = sqlx::AnyPool::connect(&database.url).await.unwrap();
        sqlx::query(
            "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
             VALUES (99, 'later', true, $1, 0)",
        )
        .bind(vec![0u8])
        .execute(&pool)
        .await
        .unwrap();
        pool.close().await;
        let error = Store::open(&database.url).await.err().unwrap();
        assert!(matches!(error, Error::Newer(99)), "{error}");
    }
}

#[tokio::test]
async fn a_server_that_is_down_is_named() {
    let error = Store::open("postgres://tidemark:secret@127.0.0.1:1/none").await.err().unwrap();
    assert!(matches!(error, Error::Unreachable(_)), "{error:?}");
    assert!(!format!("{error:?} {error}").contains("secret"));
    let server = Database::postgres().await.unwrap();
    let error = Store::open(&format!("{}_missing", server.url)).await.err().unwrap();
    assert!(matches!(error, Error::Unreachable(_)), "{error:?}");
}

fn intent(epoch: u64) -> Intent {
    Intent { key: IntentKey::Root { epoch }, to: deployment().market, data: vec![1, 2, 3].into(), value: U256::ZERO }
}

#[tokio::test]
async fn an_epoch_its_statements_and_its_intent_are_one() {
    for (_database, store) in stores().await {
        assert_eq!(store.newest_epoch().await.unwrap(), None);
        let usage = Statement { time: 1010, replicaSeconds: 10, ..Default::default() };
        let statement = EpochStatement::new(id(1), usage);
        let tree = EpochTree::new(vec![statement.clone()]);
        let root = tree.root();
        store.close_epoch(1, &tree, 1010, &intent(1), NOW_MS).await.unwrap();
        assert_eq!(store.newest_epoch().await.unwrap(), Some(1));
        assert_eq!(store.epoch_tree(1).await.unwrap().statements().collect::<Vec<_>>(), [&statement]);
        assert_eq!(store.last_statement(id(1)).await.unwrap(), Some(statement.clone()));
        assert_eq!(store.intent(IntentKey::Root { epoch: 1 }).await.unwrap().unwrap().state, IntentState::Prepared);
        // Closing it again while the intent is under way changes nothing.
        store.close_epoch(1, &EpochTree::new(Vec::new()), 1020, &intent(1), NOW_MS).await.unwrap();
        assert_eq!(store.epoch(1).await.unwrap().unwrap().root, root);
        assert_eq!(store.epoch_tree(1).await.unwrap().len(), 1);

        assert_eq!(store.last_posted_epoch(id(1), provider()).await.unwrap(), None);
        let change = ChainChange::Committed(segment(vec![block(1, 0)], vec![posted(1, 0, 1, root)]));
        store.apply(None, &change, 10).await.unwrap();
        assert_eq!(store.last_posted_epoch(id(1), provider()).await.unwrap(), Some(1));
    }
}

#[tokio::test]
async fn an_intent_is_wanted_once_until_it_fails() {
    let key = intent(7).key;
    for (_database, store) in stores().await {
        assert!(store.prepare(&intent(7), NOW_MS).await.unwrap());
        assert!(!store.prepare(&intent(7), NOW_MS).await.unwrap());
        let row = store.intent(key).await.unwrap().unwrap();
        assert_eq!((row.intent, row.state), (intent(7), IntentState::Prepared));
        store.fail_intent(key, "BadPath()", NOW_MS).await.unwrap();
        assert_eq!(store.intent(key).await.unwrap().unwrap().error.as_deref(), Some("BadPath()"));
        assert!(store.prepare(&intent(7), NOW_MS).await.unwrap());
        let row = store.intent(key).await.unwrap().unwrap();
        assert_eq!((row.state, row.error), (IntentState::Prepared, None));
        assert_eq!(store.gas_since(0).await.unwrap(), 0);
    }
}

#[tokio::test]
async fn history_is_read_in_pages_either_way_and_against_what_stands() {
    for (_database, store) in stores().await {
        let events = vec![opened(1, 0, 1), topped(1, 1, 1, 5), opened(2, 0, 2), topped(3, 0, 1, 6), topped(3, 4, 2, 7)];
        let blocks = vec![block(1, 0), block(2, 0), block(3, 0)];
        store.apply(None, &ChainChange::Committed(segment(blocks, events)), 2).await.unwrap();
        let places = async |wanted: EventFilter, limit: u64, newest: bool| -> Vec<(u64, u64)> {
            let events = store.find_events(&wanted, limit, newest).await.unwrap();
            events.iter().map(|event| (event.block, event.log_index)).collect()
        };
        assert_eq!(places(EventFilter::default(), 2, false).await, [(1, 0), (1, 1)]);
        let after = EventFilter { after: Some((1, 1)), ..EventFilter::default() };
        assert_eq!(places(after.clone(), 9, false).await, [(2, 0), (3, 0), (3, 4)]);
        assert_eq!(places(EventFilter { until: Some(2), ..after.clone() }, 9, false).await, [(2, 0)]);
        assert_eq!(places(EventFilter::default(), 2, true).await, [(3, 0), (3, 4)], "the newest, in their order");
        assert_eq!(
            places(EventFilter { before: Some((3, 0)), ..EventFilter::default() }, 2, true).await,
            [(1, 1), (2, 0)]
        );
        let name = Some("ToppedUp".to_owned());
        let of_lease = EventFilter { subject: Some(format!("{:#x}", id(1))), name, ..after };
        assert_eq!(places(of_lease, 9, false).await, [(3, 0)]);

        assert_eq!(store.oldest_kept().await.unwrap(), Some(1));
        store.apply(Some(block(3, 0)), &ChainChange::Committed(segment(vec![block(4, 0)], vec![])), 2).await.unwrap();
        assert_eq!(store.blocks_after(2).await.unwrap(), [block(3, 0), block(4, 0)]);
        let stands = async |number, fork| store.is_canonical(number, block(number, fork).hash).await.unwrap();
        assert!(stands(3, 0).await && !stands(3, 1).await && !stands(5, 0).await);
        assert!(stands(1, 1).await, "what is older than the kept blocks is believed");
    }
}

#[tokio::test]
async fn an_account_has_a_history_and_stays_the_provider_that_it_was() {
    for (_database, store) in stores().await {
        let registered = Market::ProviderRegistered { provider: provider(), bond: U256::from(9), ..empty() };
        let bound = |threshold: u64, version: u64| {
            let approvers = vec![Actor::Stranger.address()];
            let (threshold, version) = (U256::from(threshold), U256::from(version));
            Market::AccountBound { account: provider(), approvers, threshold, limits: vec![], version }
                .encode_log_data()
        };
        let first = vec![event(1, 0, registered.encode_log_data()), event(1, 1, bound(1, 1))];
        store.apply(None, &ChainChange::Committed(segment(vec![block(1, 0)], first)), 10).await.unwrap();
        let binding = store.binding(provider()).await.unwrap().unwrap();
        assert_eq!((binding.version, binding.approvers), (U256::from(1), vec![Actor::Stranger.address()]));
        let second = segment(vec![block(2, 0)], vec![event(2, 0, bound(0, 2))]);
        store.apply(Some(block(1, 0)), &ChainChange::Committed(second), 10).await.unwrap();
        assert_eq!(store.binding(provider()).await.unwrap(), None, "it is free");
        store.apply(Some(block(2, 0)), &ChainChange::Reverted { to: block(1, 0) }, 10).await.unwrap().unwrap();
        assert_eq!(store.binding(provider()).await.unwrap().unwrap().version, U256::from(1), "it is bound again");
        assert_eq!(store.provider(provider()).await.unwrap().unwrap().bond, U256::from(9));
    }
}

fn empty() -> Market::ProviderRegistered {
    Market::ProviderRegistered {
        provider: Address::ZERO,
        bond: U256::ZERO,
        capacity: Shape::default(),
        sealingKey: B256::ZERO,
        endpoint: String::new(),
    }
}

#[tokio::test]
async fn pauses_between_roots_are_found_without_reading_all() {
    for (_database, store) in stores().await {
        assert_eq!(store.root_stats(provider()).await.unwrap(), None);
        let roots = [(1, 1), (2, 2), (30, 3), (31, 4), (60, 5)];
        let blocks: Vec<_> = roots.iter().map(|(number, _)| block(*number, 0)).collect();
        let events = roots.iter().map(|(number, epoch)| posted(*number, 0, *epoch, keccak256("a"))).collect();
        store.apply(None, &ChainChange::Committed(segment(blocks, events)), 10).await.unwrap();
        let all = store.root_stats(provider()).await.unwrap().unwrap();
        assert_eq!((all.count, all.first, all.last), (5, 1001, 1060));
        assert_eq!(store.root_gaps(provider(), 28).await.unwrap(), [(1002, 1030), (1031, 1060)]);
        let newest = store.newest_roots(provider(), 2).await.unwrap();
        assert_eq!(newest.iter().map(|root| root.epoch).collect::<Vec<_>>(), [5, 4]);
    }
}

#[tokio::test]
async fn a_proposal_keeps_its_consents_until_it_is_over() {
    for (_database, store) in stores().await {
        let [account, approver] = [Actor::Tenant, Actor::Stranger].map(|actor| actor.address());
        let proposal = |nonce: u64| Proposal {
            digest: keccak256([nonce as u8]),
            account,
            proposer: account,
            says: vec!["it \"says\"".to_owned()],
            call: vec![1, 2, 3].into(),
            value: U256::MAX,
            nonce: U256::from(nonce),
            expiry: 100,
            version: U256::from(1),
            created_at_ms: nonce,
            asked: vec![(approver, None)],
        };
        assert!(store.put_proposal(&proposal(1), 2).await.unwrap());
        assert!(store.put_proposal(&proposal(2), 2).await.unwrap());
        assert!(!store.put_proposal(&proposal(3), 2).await.unwrap(), "one too many");
        assert_eq!(store.proposal(keccak256([3])).await.unwrap(), None, "and nothing of it is kept");
        let signed = Proposal { asked: vec![(approver, Some(vec![7; 65].into()))], ..proposal(1) };
        assert!(store.put_proposal(&signed, 2).await.unwrap(), "one that is here is not one more");
        assert!(store.put_proposal(&proposal(1), 2).await.unwrap());
        assert_eq!(store.proposal(keccak256([1])).await.unwrap(), Some(signed.clone()), "a consent is not lost");
        for who in [account, approver] {
            assert_eq!(store.proposals(who, 9).await.unwrap(), [proposal(2), signed.clone()]);
        }
        assert!(store.proposals(provider(), 9).await.unwrap().is_empty());
        assert_eq!(store.prune_proposals(100).await.unwrap(), 0);
        assert_eq!(store.prune_proposals(101).await.unwrap(), 2);
        assert!(store.proposals(approver, 9).await.unwrap().is_empty());

        store.put_evidence(keccak256("x"), b"x").await.unwrap();
        store.put_evidence(keccak256("x"), b"x").await.unwrap();
        assert_eq!(store.evidence(keccak256("x")).await.unwrap().as_deref(), Some(&b"x"[..]));
        store.set_wallet(U256::MAX, 1).await.unwrap();
        store.set_wallet(U256::from(5), 2).await.unwrap();
        assert_eq!(store.wallet().await.unwrap(), Some(U256::from(5)));
    }
}

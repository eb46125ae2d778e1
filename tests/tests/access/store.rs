//! The rows of sessions, grants, shells and accesses, on SQLite and on a real PostgreSQL.

use std::time::Instant;

use alloy::primitives::{Address, B256};
use lease::{access::Scope, meter::Meter};
use sqlx::{AnyConnection, AssertSqlSafe, Connection, Executor};
use store::{
    Store,
    access::{AccessRow, GrantOutcome, GrantRow, LONGEST_GRANT, SessionRow, ShellRow},
};
use tests::database::Database;

const LEASE: B256 = B256::repeat_byte(1);
const WHO: Address = Address::repeat_byte(2);
const DAY_MS: u64 = 86_400_000;

async fn databases() -> [Database; 2] {
    [Database::sqlite().unwrap(), Database::postgres().await.unwrap()]
}

#[tokio::test]
async fn a_nonce_is_used_once_and_a_session_ends() {
    for database in databases().await {
        let store = Store::open(&database.url).await.unwrap();
        store.put_nonce("first", 1_000).await.unwrap();
        let session = SessionRow { token_hash: B256::repeat_byte(9), address: WHO, expires_at_ms: 5_000 };
        assert!(
            store.nonce_is_valid("first", 999).await.unwrap() && !store.nonce_is_valid("first", 1_000).await.unwrap()
        );
        assert!(!store.open_session("other", &session, 10).await.unwrap());
        assert!(!store.open_session("first", &session, 1_000).await.unwrap(), "too old");
        assert_eq!(store.session(session.token_hash, 10).await.unwrap(), None);
        assert!(store.open_session("first", &session, 10).await.unwrap());
        let again = SessionRow { token_hash: B256::repeat_byte(8), ..session.clone() };
        assert!(!store.open_session("first", &again, 10).await.unwrap());
        assert_eq!(store.session(session.token_hash, 4_999).await.unwrap().as_ref(), Some(&session));
        assert_eq!(store.session(session.token_hash, 5_000).await.unwrap(), None);
        store.end_session(session.token_hash).await.unwrap();
        assert_eq!(store.session(session.token_hash, 10).await.unwrap(), None);
        for i in 0..3 {
            store.put_nonce(&format!("n{i}"), 2_000).await.unwrap();
        }
        assert_eq!(store.prune_access(2_000).await.unwrap(), 3);
    }
}

#[tokio::test]
async fn the_newest_grant_stands_until_it_is_revoked_for_good() {
    for database in databases().await {
        let store = Store::open(&database.url).await.unwrap();
        let grant = |scope, issued_at, expiry| GrantRow { lease: LEASE, grantee: WHO, scope, issued_at, expiry };
        let first = grant(Scope::Shell, 100, 500);
        assert_eq!(store.put_grant(&first).await.unwrap(), GrantOutcome::Accepted);
        assert_eq!(store.put_grant(&first).await.unwrap(), GrantOutcome::Accepted, "the same twice is once");
        assert_eq!(store.put_grant(&grant(Scope::View, 100, 500)).await.unwrap(), GrantOutcome::Superseded(100));
        assert_eq!(store.put_grant(&grant(Scope::Logs, 99, 500)).await.unwrap(), GrantOutcome::Superseded(100));
        let newer = grant(Scope::View, 101, 400);
        assert_eq!(store.put_grant(&newer).await.unwrap(), GrantOutcome::Accepted);
        assert_eq!(store.grant(LEASE, WHO, 399).await.unwrap().as_ref(), Some(&newer), "also when it allows less");
        assert_eq!(store.grant(LEASE, WHO, 400).await.unwrap(), None);
        assert_eq!(store.grant(B256::ZERO, WHO, 399).await.unwrap(), None);
        assert_eq!(store.grants(LEASE, 399).await.unwrap(), std::slice::from_ref(&newer));
        // By a clock that has fallen back meanwhile: the grant itself is older than the revocation all the same.
        store.revoke(LEASE, WHO, 50).await.unwrap();
        assert_eq!(
            (store.grant(LEASE, WHO, 200).await.unwrap(), store.grants(LEASE, 200).await.unwrap()),
            (None, vec![])
        );
        for old in [&first, &newer] {
            assert_eq!(store.put_grant(old).await.unwrap(), GrantOutcome::Revoked(101));
        }
        store.revoke(LEASE, WHO, 300).await.unwrap();
        assert_eq!(store.put_grant(&grant(Scope::View, 300, 600)).await.unwrap(), GrantOutcome::Revoked(300));
        // Forgotten only when nothing that was revoked can still be valid.
        store.prune_access((300 + LONGEST_GRANT) * 1000 - 1).await.unwrap();
        assert_eq!(store.put_grant(&grant(Scope::View, 300, 600)).await.unwrap(), GrantOutcome::Revoked(300));
        assert_eq!(store.put_grant(&grant(Scope::Logs, 301, 600)).await.unwrap(), GrantOutcome::Accepted);
        // One that was never given can be revoked before it comes.
        let other = Address::repeat_byte(7);
        store.revoke(LEASE, other, 200).await.unwrap();
        let late = GrantRow { grantee: other, ..grant(Scope::View, 200, 500) };
        assert_eq!(store.put_grant(&late).await.unwrap(), GrantOutcome::Revoked(200));
        assert_eq!(store.prune_access((600 + LONGEST_GRANT) * 1000).await.unwrap(), 2);
    }
}

#[tokio::test]
async fn looks_and_shells_are_remembered() {
    for database in databases().await {
        let store = Store::open(&database.url).await.unwrap();
        for i in 0..5u64 {
            let (id, at_ms) = (format!("{i}"), 1_000 + i);
            let (what, detail) = ("logs".to_owned(), format!("look {i}"));
            let access = AccessRow { id, lease: LEASE, at_ms, who: WHO, what, detail };
            store.put_access(&access).await.unwrap();
        }
        let times = async |before, limit| {
            let all = store.accesses(LEASE, before, limit).await.unwrap();
            all.iter().map(|access| access.at_ms).collect::<Vec<_>>()
        };
        assert_eq!(times(u64::MAX, 2).await, [1_004, 1_003]);
        assert_eq!(times(1_002, 10).await, [1_001, 1_000]);
        assert!(store.accesses(B256::ZERO, u64::MAX, 10).await.unwrap().is_empty());
        assert_eq!(store.prune_access(90 * DAY_MS + 1_001).await.unwrap(), 2);
        assert_eq!(times(u64::MAX, 10).await.len(), 3);
        let shell = |exec: &str| ShellRow { exec_id: exec.to_owned(), container_id: "c".into(), marker: "m".into() };
        store.put_shell(&shell("a")).await.unwrap();
        store.put_shell(&shell("b")).await.unwrap();
        store.forget_shell("a").await.unwrap();
        assert_eq!(store.shells().await.unwrap(), [shell("b")]);
    }
}

#[tokio::test]
async fn a_day_of_samples_is_kept_and_read_at_once_and_thinned_afterwards() {
    for database in databases().await {
        let store = Store::open(&database.url).await.unwrap();
        // The lease's meter, and a day and two minutes of samples at one a second.
        store.sample(&[(LEASE, Meter { at_ms: 86_520_000, ..Meter::default() }, false)]).await.unwrap();
        let mut connection = AnyConnection::connect(&database.url).await.unwrap();
        let sql = format!(
            "INSERT INTO samples (lease, at_ms, replica_millis, cpu_nanos, memory_byte_seconds, network_bytes) \
             WITH RECURSIVE t (s) AS (SELECT CAST(1 AS BIGINT) UNION ALL SELECT s + 1 FROM t WHERE s < 86519) \
             SELECT '{LEASE:#x}', s * 1000, s * 1000, s * 500000000, CAST(s * 1073741824 AS TEXT), s * 1000 FROM t"
        );
        connection.execute(AssertSqlSafe(sql)).await.unwrap();
        connection.close().await.unwrap();
        let began = Instant::now();
        let samples = store.samples(LEASE, 0).await.unwrap();
        let took = began.elapsed();
        assert_eq!(samples.len(), 86_520);
        eprintln!("a day of samples: {took:?}");
        assert!(took.as_secs() < 10, "{took:?}");
        // A day after the second minute: the first two minutes are thinned, the day is whole.
        let gone = store.thin_samples(86_520_000 + 1).await.unwrap();
        assert_eq!(gone, 118, "of each full minute one is kept");
        assert_eq!(store.thin_samples(86_520_000 + 1).await.unwrap(), 0);
        let young = store.samples(LEASE, 120_000).await.unwrap();
        assert_eq!(young.len(), 86_400);
        store.thin_samples(40 * DAY_MS).await.unwrap();
        assert!(store.samples(LEASE, 0).await.unwrap().is_empty(), "none is kept for longer than a month");
    }
}

use super::*;

#[tokio::test]
async fn a_file_is_created_migrated_and_kept_to_one_orchestrator() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", dir.path().join("new dir/100%?#.db").display());
    let store = Store::open(&url).await.unwrap();
    assert_eq!(store.head().await.unwrap(), None);
    assert!(matches!(Store::open(&url).await, Err(Error::Locked(_))));
    drop(store);
    Store::open(&url).await.unwrap();
}

/// A restart does not fail because the process before has not ended its last task.
#[tokio::test]
async fn a_start_waits_for_the_orchestrator_that_is_stopping() {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", dir.path().join("tide.db").display());
    let stopping = Store::open(&url).await.unwrap();
    let ends = tokio::spawn(async move {
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        drop(stopping);
    });
    Store::open(&url).await.unwrap();
    ends.await.unwrap();
}

#[tokio::test]
async fn what_is_no_database_url_is_refused() {
    for url in ["", "tide.db", "mysql://root@localhost/x", "sqlite:", "sqlite::memory:"] {
        assert!(matches!(Store::open(url).await, Err(Error::Url)), "{url}");
    }
}

#[tokio::test]
async fn a_path_that_cannot_be_written_says_so() {
    let error = Store::open("sqlite:/proc/none/tide.db").await.err().unwrap();
    assert!(matches!(error, Error::Unwritable { .. }), "{error}");
}

#[test]
fn placeholders_count_through() {
    assert_eq!(rows(2, 3), "($1,$2,$3),($4,$5,$6)");
    assert_eq!(rows(1, 1), "($1)");
}

//! The look at replicas of which nothing was heard for a second, or that are ejected: whether they take a connection.

use std::{sync::Arc, time::Duration};

use futures::{StreamExt, stream};
use tokio::{net::TcpStream, time::timeout};

use super::{
    route::Table,
    upstream::{Upstream, now_ms},
};

const PATIENCE: Duration = Duration::from_millis(500);
const AT_A_TIME: usize = 64;

/// Replicas of leases that nobody asks for are left in peace.
pub(super) async fn check(table: &Table) {
    let now_ms = now_ms();
    let asked = table.routes.iter().filter(|route| route.traffic.is_asked_for());
    let upstreams = asked.flat_map(|route| &route.upstreams).filter(|upstream| upstream.is_to_be_checked(now_ms));
    let looks: Vec<_> = upstreams.cloned().map(look).collect();
    stream::iter(looks).buffer_unordered(AT_A_TIME).collect::<()>().await;
}

async fn look(upstream: Arc<Upstream>) {
    match timeout(PATIENCE, TcpStream::connect(upstream.address)).await {
        Ok(Ok(_)) => upstream.reachable(),
        Ok(Err(_)) | Err(_) => upstream.unreachable(),
    }
}

//! The look at replicas of which nothing was heard for a second, or that are ejected: whether they take a connection.

use std::{sync::Arc, time::Duration};

use futures::{StreamExt, stream};
use tokio::{net::TcpStream, time::timeout};

use super::{
    backend::{Backend, now_ms},
    route::Table,
};

const PATIENCE: Duration = Duration::from_millis(500);
const AT_A_TIME: usize = 64;

/// Replicas of leases that nobody asks for are left in peace.
pub(super) async fn check(table: &Table) {
    let now_ms = now_ms();
    let asked = table.routes.iter().filter(|route| route.intake.is_asked_for());
    let backends = asked.flat_map(|route| &route.backends).filter(|backend| backend.is_to_be_checked(now_ms));
    let looks: Vec<_> = backends.cloned().map(look).collect();
    stream::iter(looks).buffer_unordered(AT_A_TIME).collect::<()>().await;
}

async fn look(backend: Arc<Backend>) {
    match timeout(PATIENCE, TcpStream::connect(backend.address)).await {
        Ok(Ok(_)) => backend.reachable(),
        Ok(Err(_)) | Err(_) => backend.unreachable(),
    }
}

//! The queue of requests that no replica can take: while the first replica starts, or while all are at their limit.

use std::{sync::Arc, time::Instant};

use tokio::{select, time::sleep};

use super::{
    error::Error,
    in_flight::InFlight,
    route::{Availability, Route, Selection},
    state::GatewayState,
    upstream::Upstream,
};

/// Admits a request to a replica, at once or after waiting, and returns the route as of then. `tried` are the replicas to avoid.
///
/// # Errors
/// The queue is full, the wait exceeds its limit, or the lease's state rules out a replica.
pub(super) async fn admit(
    gateway: &GatewayState,
    route: &Arc<Route>,
    tried: &[Arc<Upstream>],
) -> Result<(Arc<Route>, InFlight), Error> {
    match route.select(tried) {
        Selection::Admitted(in_flight) => Ok((route.clone(), in_flight)),
        // Boxed, because the future is large and few requests wait.
        Selection::Full | Selection::NoUpstream => Box::pin(wait(gateway, route)).await,
    }
}

async fn wait(gateway: &GatewayState, route: &Arc<Route>) -> Result<(Arc<Route>, InFlight), Error> {
    let began = Instant::now();
    let Some(_permit) = route.traffic.try_queue(gateway.limits.waiting) else {
        return Err(Error::Busy("too many requests wait for this lease already; try again in a moment"));
    };
    let mut table = gateway.table.subscribe();
    let mut route = route.clone();
    let mut notified = false;
    loop {
        // Registered before the selection, so that no notification in between is lost.
        let freed = route.freed.clone();
        let freed = freed.notified();
        tokio::pin!(freed);
        freed.as_mut().enable();
        let newest = table.borrow_and_update().current(&route);
        route = newest.ok_or_else(|| Error::NotRunning("the lease is closed".to_owned()))?;
        let (limit, late) = match (route.select(&[]), &route.availability) {
            (Selection::Admitted(in_flight), _) => return Ok((route, in_flight)),
            (Selection::Full, _) => (gateway.limits.queue, Error::Busy("every replica is busy; try again in a moment")),
            (Selection::NoUpstream, Availability::Expected) => {
                let late = format!("no replica was ready within {:?}", gateway.limits.hold);
                (gateway.limits.hold, Error::NotRunning(late))
            }
            (Selection::NoUpstream, Availability::Unavailable(why)) => return Err(Error::NotRunning(why.clone())),
        };
        if !std::mem::replace(&mut notified, true) {
            gateway.surge.notify();
        }
        let Some(left) = limit.checked_sub(began.elapsed()) else { return Err(late) };
        select! {
            () = freed => {}
            _ = table.changed() => {}
            () = sleep(left) => {}
        }
    }
}

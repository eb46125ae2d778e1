//! A request that no replica can take now waits for one: while a replica starts, or while all have as many requests as
//! they may.

use std::{sync::Arc, time::Instant};

use tokio::{select, time::sleep};

use super::{
    Gateway,
    error::Error,
    route::{Choice, Outlook, Route},
    upstream::{Ticket, Upstream},
};

/// Enters a request at a replica, now or when one has room.
pub(super) async fn enter(gateway: &Gateway, route: &Arc<Route>, tried: &[Arc<Upstream>]) -> Result<Ticket, Error> {
    match route.choose(tried) {
        Choice::To(ticket) => Ok(ticket),
        // A large future for the few that wait.
        Choice::Full | Choice::Nowhere => Box::pin(wait(gateway, route)).await,
    }
}

async fn wait(gateway: &Gateway, route: &Arc<Route>) -> Result<Ticket, Error> {
    let began = Instant::now();
    let Some(_place) = route.traffic.queue(gateway.limits.waiting) else {
        return Err(Error::Busy("too many requests wait for this lease already; try again in a moment"));
    };
    let mut table = gateway.table.subscribe();
    let mut route = route.clone();
    let mut rung = false;
    loop {
        // Listened for before it is looked for, so that nothing is missed in between.
        let freed = route.freed.clone();
        let freed = freed.notified();
        tokio::pin!(freed);
        freed.as_mut().enable();
        let newest = table.borrow_and_update().current(&route);
        route = newest.ok_or_else(|| Error::NotRunning("the lease is closed".to_owned()))?;
        let (patience, late) = match (route.choose(&[]), &route.outlook) {
            (Choice::To(ticket), _) => return Ok(ticket),
            (Choice::Full, _) => (gateway.limits.queue, Error::Busy("every replica is busy; try again in a moment")),
            (Choice::Nowhere, Outlook::Coming) => {
                let late = format!("no replica was ready within {:?}", gateway.limits.hold);
                (gateway.limits.hold, Error::NotRunning(late))
            }
            (Choice::Nowhere, Outlook::Hopeless(why)) => return Err(Error::NotRunning(why.clone())),
        };
        if !std::mem::replace(&mut rung, true) {
            gateway.surge.notify();
        }
        let Some(left) = patience.checked_sub(began.elapsed()) else { return Err(late) };
        select! {
            () = freed => {}
            _ = table.changed() => {}
            () = sleep(left) => {}
        }
    }
}

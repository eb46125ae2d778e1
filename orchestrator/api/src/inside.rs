//! The door to a lease's inside: who is let in, for how long, and that it is written down before anything is shown.

mod visits;

use std::{sync::Arc, time::Duration};

use alloy::primitives::{Address, B256, hex};
use axum::extract::Path;
use futures::future::BoxFuture;
use rand::{RngCore, rngs::OsRng};

pub use self::visits::Visits;
use super::{
    Api,
    error::{Error, Result, lease_id, unknown_lease},
    session::Visitor,
};
use lease::{Lease, access::Scope};
use ports::container_io;
use store::access::AccessRow;

/// How often somebody who stays is asked for his right to.
const LOOK: Duration = Duration::from_secs(1);
/// Characters of a detail in the log of accesses.
const LONGEST_DETAIL: usize = 200;

/// Somebody who was let in, which is written down.
pub struct Entry {
    pub lease: Lease,
    pub visitor: Visitor,
    scope: Scope,
    what: &'static str,
    api: Api,
}

/// Lets a visitor in who may, and writes it down.
pub async fn enter(
    api: &Api,
    visitor: Visitor,
    Path(id): Path<String>,
    scope: Scope,
    what: &'static str,
    detail: String,
) -> Result<Entry> {
    let id = lease_id(&id)?;
    let lease = api.store.lease(id).await?.ok_or_else(|| unknown_lease(id))?.lease;
    if !may(api, &lease, &visitor, scope).await? {
        let (who, tenant) = (visitor.address, lease.terms.tenant);
        return Err(Error::Forbidden(format!(
            "{who} may not see this: ask the lease's tenant, {tenant}, to share `{scope}` of it with you"
        )));
    }
    let entry = Entry { lease, visitor, scope, what, api: api.clone() };
    entry.write(detail).await?;
    Ok(entry)
}

/// Whether a visitor is a lease's tenant, or has a grant that goes so far.
async fn may(api: &Api, lease: &Lease, visitor: &Visitor, scope: Scope) -> Result<bool> {
    if visitor.address == lease.terms.tenant {
        return Ok(true);
    }
    let grant = api.store.grant(lease.id, visitor.address, api.clock.now_ms() / 1000).await?;
    Ok(grant.is_some_and(|grant| grant.scope >= scope))
}

impl Entry {
    async fn write(&self, detail: String) -> Result<()> {
        note(&self.api, self.lease.id, self.visitor.address, self.what, detail).await
    }

    /// Stays for longer. That it ends, and after how long, is written when it is dropped.
    pub fn stay(self, seat: visits::Seat) -> Stay {
        let entry = Arc::new(self);
        let over = Box::pin({
            let entry = entry.clone();
            async move { entry.over().await }
        });
        Stay { began_ms: entry.api.clock.now_ms(), entry, seat: Some(seat), over, why: "left" }
    }

    /// Waits until the visitor has to go; the reason, as a sentence.
    async fn over(&self) -> &'static str {
        let Api { clock, store, .. } = &self.api;
        loop {
            if clock.now_ms() >= self.visitor.expires_at_ms {
                return "the session is over: sign in again";
            }
            // A database that does not answer now has not ended anything.
            if let Ok(false) = self.visitor.stands(&self.api).await {
                return "the session was ended";
            }
            if let Ok(false) = may(&self.api, &self.lease, &self.visitor, self.scope).await {
                return "the grant has ended";
            }
            let closed =
                store.lease(self.lease.id).await.ok().flatten().is_some_and(|row| row.lease.closed_at.is_some());
            if closed && store.containers(self.lease.id).await.is_ok_and(|seen| seen.is_empty()) {
                return "the lease is closed and its containers are gone";
            }
            let mut shutdown = self.api.shutdown.clone();
            if tokio::time::timeout(LOOK, shutdown.wait_for(|stop| *stop)).await.is_ok() {
                return "the provider is restarting: connect again in a moment";
            }
        }
    }
}

/// A visit that lasts: a stream, a shell.
pub struct Stay {
    pub entry: Arc<Entry>,
    seat: Option<visits::Seat>,
    over: BoxFuture<'static, &'static str>,
    began_ms: u64,
    /// How it ended, for the log of accesses.
    pub why: &'static str,
}

impl Stay {
    /// Waits until the visitor has to go; the reason, as a sentence. To be waited for once, with pauses as one likes.
    pub async fn over(&mut self) -> &'static str {
        (&mut self.over).await
    }
}

impl Drop for Stay {
    fn drop(&mut self) {
        let (entry, seat) = (self.entry.clone(), self.seat.take());
        let seconds = entry.api.clock.now_ms().saturating_sub(self.began_ms).div_ceil(1000);
        let detail = format!("ended after {seconds} s: {}", self.why);
        tokio::spawn(async move {
            if let Err(error) = entry.write(detail).await {
                tracing::error!(lease = %entry.lease.id, ?error, "the end of a visit could not be written down");
            }
            drop(seat);
        });
    }
}

/// Writes down that somebody looked, or changed who may.
pub async fn note(api: &Api, lease: B256, who: Address, what: &str, detail: String) -> Result<()> {
    let mut id = [0; 16];
    OsRng.fill_bytes(&mut id);
    let (id, at_ms) = (hex::encode(id), api.clock.now_ms());
    let detail = detail.chars().filter(|c| !c.is_control()).take(LONGEST_DETAIL).collect();
    let access = AccessRow { id, lease, at_ms, who, what: what.to_owned(), detail };
    Ok(api.store.put_access(&access).await?)
}

impl From<container_io::Error> for Error {
    fn from(error: container_io::Error) -> Self {
        match error {
            container_io::Error::Gone => {
                Self::Conflict("the container does not run any more: try again in a moment".to_owned())
            }
            container_io::Error::Refused(reason) => Self::Conflict(format!("the container engine refused: {reason}")),
            container_io::Error::Away(error) => {
                tracing::warn!(%error, "the inside of a lease could not be reached");
                Self::Unavailable("the provider's container engine does not answer: try again in a moment".to_owned())
            }
        }
    }
}

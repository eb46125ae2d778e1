//! The door to a lease's inside: who is let in, for how long, and that it is written down before anything is shown.

mod concurrency;

use std::{sync::Arc, time::Duration};

use alloy::primitives::{Address, B256, hex};
use axum::extract::Path;
use futures::future::BoxFuture;
use rand::{RngCore, rngs::OsRng};

pub use self::concurrency::OpenStreams;
use super::{
    Api,
    error::{Error, Result, lease_id, unknown_lease},
    session::Caller,
};
use lease::{Lease, access::Scope};
use ports::container_io;
use store::access::AccessRow;

/// How often somebody who stays is asked for his right to.
const LOOK: Duration = Duration::from_secs(1);
/// Characters of a detail in the log of accesses.
const LONGEST_DETAIL: usize = 200;

/// Somebody who was let in, which is written down.
pub struct LeaseAccess {
    pub lease: Lease,
    pub caller: Caller,
    scope: Scope,
    what: &'static str,
    api: Api,
}

/// Lets a caller in who may, and writes it down.
pub async fn authorize(
    api: &Api,
    caller: Caller,
    Path(id): Path<String>,
    scope: Scope,
    what: &'static str,
    detail: String,
) -> Result<LeaseAccess> {
    let id = lease_id(&id)?;
    let lease = api.store.lease(id).await?.ok_or_else(|| unknown_lease(id))?.lease;
    if !is_allowed(api, &lease, &caller, scope).await? {
        let (who, tenant) = (caller.address, lease.terms.tenant);
        return Err(Error::Forbidden(format!(
            "{who} may not see this: ask the lease's tenant, {tenant}, to share `{scope}` of it with you"
        )));
    }
    let entry = LeaseAccess { lease, caller, scope, what, api: api.clone() };
    entry.write(detail).await?;
    Ok(entry)
}

/// Whether a caller is a lease's tenant, or has a grant that goes so far.
async fn is_allowed(api: &Api, lease: &Lease, caller: &Caller, scope: Scope) -> Result<bool> {
    if caller.address == lease.terms.tenant {
        return Ok(true);
    }
    let grant = api.store.grant(lease.id, caller.address, api.clock.now_ms() / 1000).await?;
    Ok(grant.is_some_and(|grant| grant.scope >= scope))
}

impl LeaseAccess {
    async fn write(&self, detail: String) -> Result<()> {
        record(&self.api, self.lease.id, self.caller.address, self.what, detail).await
    }

    /// Stays for longer. That it ends, and after how long, is written when it is dropped.
    pub fn stay(self, permit: concurrency::StreamPermit) -> StreamAccess {
        let entry = Arc::new(self);
        let over = Box::pin({
            let entry = entry.clone();
            async move { entry.over().await }
        });
        StreamAccess { began_ms: entry.api.clock.now_ms(), entry, permit: Some(permit), over, why: "left" }
    }

    /// Waits until the caller has to go; the reason, as a sentence.
    async fn over(&self) -> &'static str {
        let Api { clock, store, .. } = &self.api;
        loop {
            if clock.now_ms() >= self.caller.expires_at_ms {
                return "the session is over: sign in again";
            }
            // A database that does not answer now has not ended anything.
            if let Ok(false) = self.caller.stands(&self.api).await {
                return "the session was ended";
            }
            if let Ok(false) = is_allowed(&self.api, &self.lease, &self.caller, self.scope).await {
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
pub struct StreamAccess {
    pub entry: Arc<LeaseAccess>,
    permit: Option<concurrency::StreamPermit>,
    over: BoxFuture<'static, &'static str>,
    began_ms: u64,
    /// How it ended, for the log of accesses.
    pub why: &'static str,
}

impl StreamAccess {
    /// Waits until the caller has to go; the reason, as a sentence. To be waited for once, with pauses as one likes.
    pub async fn over(&mut self) -> &'static str {
        (&mut self.over).await
    }
}

impl Drop for StreamAccess {
    fn drop(&mut self) {
        let (entry, permit) = (self.entry.clone(), self.permit.take());
        let seconds = entry.api.clock.now_ms().saturating_sub(self.began_ms).div_ceil(1000);
        let detail = format!("ended after {seconds} s: {}", self.why);
        tokio::spawn(async move {
            if let Err(error) = entry.write(detail).await {
                tracing::error!(lease = %entry.lease.id, ?error, "the end of a visit could not be written down");
            }
            drop(permit);
        });
    }
}

/// Writes down that somebody looked, or changed who may.
pub async fn record(api: &Api, lease: B256, who: Address, what: &str, detail: String) -> Result<()> {
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

//! Authorization for the inside of a lease: usage, logs, shells. Access is recorded in the access log before anything is
//! returned, and streams end when the right to them ends.

pub mod concurrency;

use std::{sync::Arc, time::Duration};

use alloy::primitives::{Address, B256, hex};
use axum::extract::Path;
use futures::future::BoxFuture;
use rand::{RngCore, rngs::OsRng};

use super::{
    error::{Error, Result, lease_id, unknown_lease},
    session::Caller,
    state::Api,
};
use lease::{Lease, access::Scope};
use ports::container_io;
use store::access::AccessRow;

/// How often a stream's authorization is checked again.
const RECHECK_PERIOD: Duration = Duration::from_secs(1);
/// Characters of an entry's detail in the access log.
const MAX_DETAIL: usize = 200;

/// An authorized and recorded access.
pub struct LeaseAccess {
    pub lease: Lease,
    pub caller: Caller,
    scope: Scope,
    what: &'static str,
    api: Api,
}

/// Checks that the caller may access a lease at a scope, and records the access.
///
/// # Errors
/// 400 for a malformed id, 404 for an unknown lease, 403 without a sufficient grant.
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

/// Whether the caller is the lease's tenant or has a grant of at least this scope.
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

    /// Turns the access into a stream's. The access log gets its end and duration when the stream is dropped.
    pub fn stay(self, permit: concurrency::StreamPermit) -> StreamAccess {
        let entry = Arc::new(self);
        let over = Box::pin({
            let entry = entry.clone();
            async move { entry.over().await }
        });
        StreamAccess { began_ms: entry.api.clock.now_ms(), entry, permit: Some(permit), over, why: "left" }
    }

    /// Returns when the authorization has ended, with the reason as a sentence.
    async fn over(&self) -> &'static str {
        let Api { clock, store, .. } = &self.api;
        loop {
            if clock.now_ms() >= self.caller.expires_at_ms {
                return "the session is over: sign in again";
            }
            // A database that does not answer ends no stream.
            if let Ok(false) = self.caller.is_valid(&self.api).await {
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
            if tokio::time::timeout(RECHECK_PERIOD, shutdown.wait_for(|stop| *stop)).await.is_ok() {
                return "the provider is restarting: connect again in a moment";
            }
        }
    }
}

/// Access that lasts: a stream or a shell.
pub struct StreamAccess {
    pub entry: Arc<LeaseAccess>,
    permit: Option<concurrency::StreamPermit>,
    over: BoxFuture<'static, &'static str>,
    began_ms: u64,
    /// Why it ended, for the access log.
    pub why: &'static str,
}

impl StreamAccess {
    /// Returns when the authorization has ended, with the reason as a sentence. Cancel-safe until it has returned.
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
                tracing::error!(lease = %entry.lease.id, ?error, "the end of an access could not be recorded");
            }
            drop(permit);
        });
    }
}

/// Adds an entry to the access log.
pub async fn record(api: &Api, lease: B256, who: Address, what: &str, detail: String) -> Result<()> {
    let mut id = [0; 16];
    OsRng.fill_bytes(&mut id);
    let (id, at_ms) = (hex::encode(id), api.clock.now_ms());
    let detail = detail.chars().filter(|c| !c.is_control()).take(MAX_DETAIL).collect();
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

//! Grants of access to the inside of a lease, and its access log.

use alloy::{
    hex,
    primitives::{Address, U256},
};
use axum::{
    Json,
    extract::{Path, State},
    http::StatusCode,
};
use serde::Deserialize;
use solidity::typed;
use utoipa::{IntoParams, ToSchema};

use super::{
    error::{Error, JsonBody, QueryParams, Result, lease_id, unknown_lease},
    lease_access::record,
    leases::address,
    session::{Caller, signed},
    state::Api,
};
use api_types::{
    access::{AccessView, GrantView},
    error::ErrorView,
    schema::{AddressText, HexText, ScopeName},
};
use lease::{Lease, access::Scope};
use store::access::{GrantOutcome, GrantRow, LONGEST_GRANT};

/// Entries of the access log in one response.
const MOST: u32 = 1_000;

#[derive(Debug, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct GrantArgument {
    #[schema(value_type = AddressText)]
    grantee: String,
    /// What the grant allows; each scope includes those before it.
    #[schema(value_type = ScopeName)]
    scope: String,
    /// When the grant was issued, Unix seconds, as signed. Not in the future of the provider's clock.
    issued_at: u64,
    expiry: u64,
    /// The tenant's EIP-712 signature of `Grant`.
    #[schema(value_type = HexText)]
    signature: String,
}

/// Store a grant that the lease's tenant has signed.
///
/// Needs no session: the signature authorizes it. 409 when the tenant revoked it, or when a newer grant for the same account
/// exists.
#[utoipa::path(
    post, path = "/v1/leases/{id}/grants", operation_id = "createGrant", params(("id" = HexText, Path, description = "The lease's id, 32 bytes")),
    request_body = GrantArgument,
    responses((status = 200, body = GrantView), (status = 400, body = ErrorView), (status = 401, body = ErrorView), (status = 409, body = ErrorView))
)]
pub async fn grant(
    State(api): State<Api>,
    Path(id): Path<String>,
    JsonBody(asked): JsonBody<GrantArgument>,
) -> Result<Json<GrantView>> {
    let lease = lease(&api, &id).await?;
    let grantee = address(&asked.grantee)?;
    let scope: Scope = asked.scope.parse().map_err(|error| Error::BadRequest(format!("{error}")))?;
    let now = api.clock.now_ms() / 1000;
    let GrantArgument { issued_at, expiry, .. } = asked;
    if issued_at > now {
        return Err(Error::BadRequest(format!(
            "the grant is issued at {issued_at}, and the provider's clock says {now}: sign one with a time that has come"
        )));
    }
    if expiry <= now || expiry - issued_at > LONGEST_GRANT {
        return Err(Error::BadRequest(format!(
            "the grant's expiry, {expiry}, has to be after the provider's {now} and within 90 days of {issued_at}"
        )));
    }
    let signature = hex::decode(&asked.signature)
        .map_err(|_| Error::BadRequest("the signature is not bytes in 0x hex".to_owned()))?;
    let typed = typed::Grant {
        lease: lease.id,
        grantee,
        scope: scope.to_string(),
        issuedAt: U256::from(issued_at),
        expiry: U256::from(expiry),
    };
    let digest = typed.digest(&typed::domain(api.deployment.chain_id, api.deployment.market));
    let tenant = lease.terms.tenant;
    if !signed(&api, tenant, digest, &signature).await? {
        return Err(Error::Unauthorized(format!("the signature is not that of the tenant, {tenant}")));
    }
    let row = GrantRow { lease: lease.id, grantee, scope, issued_at, expiry };
    match api.store.put_grant(&row).await? {
        GrantOutcome::Accepted => {}
        GrantOutcome::Revoked(at) => {
            return Err(Error::Conflict(format!("the tenant revoked what was issued up to {at}: it has to sign anew")));
        }
        GrantOutcome::Superseded(at) => {
            return Err(Error::Conflict(format!(
                "a newer grant, issued at {at}, is valid: sign one that is newer still"
            )));
        }
    }
    let detail = format!("{scope} for {grantee} until {expiry}");
    record(&api, lease.id, tenant, "grant", detail).await?;
    Ok(Json(view(&row)))
}

/// List the valid grants of a lease. Only for its tenant.
#[utoipa::path(
    get, path = "/v1/leases/{id}/grants", operation_id = "listGrants", params(("id" = HexText, Path, description = "The lease's id, 32 bytes")),
    responses((status = 200, body = Vec<GrantView>), (status = 401, body = ErrorView), (status = 403, body = ErrorView))
)]
pub async fn grants(State(api): State<Api>, caller: Caller, Path(id): Path<String>) -> Result<Json<Vec<GrantView>>> {
    let lease = own(&api, &caller, &id).await?;
    let rows = api.store.grants(lease.id, api.clock.now_ms() / 1000).await?;
    Ok(Json(rows.iter().map(view).collect()))
}

/// Revoke an account's grants. Only for the lease's tenant.
///
/// Grants that the tenant signed earlier for this account stay refused.
#[utoipa::path(
    delete, path = "/v1/leases/{id}/grants/{grantee}", operation_id = "deleteGrant",
    params(("id" = HexText, Path, description = "The lease's id, 32 bytes"), ("grantee" = AddressText, Path, description = "The grantee's address")),
    responses((status = 204), (status = 401, body = ErrorView), (status = 403, body = ErrorView))
)]
pub async fn revoke(
    State(api): State<Api>,
    caller: Caller,
    Path((id, grantee)): Path<(String, String)>,
) -> Result<StatusCode> {
    let lease = own(&api, &caller, &id).await?;
    let grantee = address(&grantee)?;
    api.store.revoke(lease.id, grantee, api.clock.now_ms() / 1000).await?;
    record(&api, lease.id, caller.address, "revoke", grantee.to_string()).await?;
    Ok(StatusCode::NO_CONTENT)
}

#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
#[serde(deny_unknown_fields)]
pub struct AccessQuery {
    /// Only entries before this time, Unix milliseconds of the provider's clock.
    before: Option<u64>,
    /// The largest number of entries. The default is 100, the maximum 1000.
    limit: Option<u32>,
}

/// List the access log of a lease, newest first. Only for its tenant.
///
/// Entries are kept for 90 days.
#[utoipa::path(
    get, path = "/v1/leases/{id}/accesses", operation_id = "listAccesses", params(("id" = HexText, Path, description = "The lease's id, 32 bytes"), AccessQuery),
    responses((status = 200, body = Vec<AccessView>), (status = 401, body = ErrorView), (status = 403, body = ErrorView))
)]
pub async fn accesses(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<String>,
    QueryParams(AccessQuery { before, limit }): QueryParams<AccessQuery>,
) -> Result<Json<Vec<AccessView>>> {
    let lease = own(&api, &caller, &id).await?;
    let rows = api.store.accesses(lease.id, before.unwrap_or(u64::MAX), limit.unwrap_or(100).min(MOST)).await?;
    let view = |row: store::access::AccessRow| AccessView {
        at_ms: row.at_ms,
        who: row.who.to_string(),
        what: row.what,
        detail: row.detail,
    };
    Ok(Json(rows.into_iter().map(view).collect()))
}

async fn lease(api: &Api, id: &str) -> Result<Lease> {
    let id = lease_id(id)?;
    Ok(api.store.lease(id).await?.ok_or_else(|| unknown_lease(id))?.lease)
}

/// The lease, if the caller is its tenant.
async fn own(api: &Api, caller: &Caller, id: &str) -> Result<Lease> {
    let lease = lease(api, id).await?;
    let tenant: Address = lease.terms.tenant;
    if caller.address != tenant {
        return Err(Error::Forbidden(format!("only the lease's tenant, {tenant}, may see and change who has access")));
    }
    Ok(lease)
}

fn view(row: &GrantRow) -> GrantView {
    GrantView {
        lease: row.lease.to_string(),
        grantee: row.grantee.to_string(),
        scope: row.scope,
        issued_at: row.issued_at,
        expiry: row.expiry,
    }
}

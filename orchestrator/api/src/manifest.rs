//! Manifests: the upload of the bytes whose hash is in a lease's terms, signed by the lease's tenant; the check before a
//! lease exists; the download.

use alloy::{
    hex,
    primitives::{B256, keccak256},
};
use axum::{
    Json,
    body::Body,
    extract::{Path, State},
    http::{
        HeaderMap, HeaderName, StatusCode,
        header::{CACHE_CONTROL, CONTENT_TYPE},
    },
    response::{IntoResponse, Response},
};
use futures::StreamExt;
use solidity::typed;

use super::{
    error::{Error, Result, lease_id, unknown_lease},
    lease_access::authorize,
    session::{Caller, signed},
    state::Api,
};
use api_types::{
    manifest_check::{CheckedServiceView, ManifestCheckView, ManifestRefusalView},
    schema::HexText,
};
use lease::{
    access::Scope,
    manifest::{self, LocatedRefusal, Manifest},
};

/// The header with the EIP-712 signature of `Manifest(bytes32 lease, bytes32 manifestHash)`.
pub const SIGNATURE: HeaderName = HeaderName::from_static("tidemark-signature");

/// Upload a lease's manifest: the bytes of a Compose file, whose keccak256 is in the lease's terms.
#[utoipa::path(
    put, path = "/v1/leases/{id}/manifest", operation_id = "putManifest",
    params(("id" = HexText, Path, description = "The lease's id, 32 bytes"), ("tidemark-signature" = HexText, Header, description = "The tenant's EIP-712 signature of `Manifest`: 65 bytes of a key, or what a contract accepts by EIP-1271")),
    request_body(content = String, content_type = "application/yaml"),
    responses((status = 204), (status = 400, body = api_types::error::ErrorView), (status = 401, body = api_types::error::ErrorView), (status = 404, body = api_types::error::ErrorView))
)]
pub async fn put_manifest(
    State(api): State<Api>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Body,
) -> Result<StatusCode> {
    let bytes = read(body, "manifest", manifest::LARGEST).await?;
    let id = lease_id(&id)?;
    let lease = api.store.lease(id).await?.ok_or_else(|| unknown_lease(id))?.lease;
    if lease.terms.provider != api.provider {
        return Err(Error::NotFound(format!("lease {id} is with provider {}", lease.terms.provider)));
    }
    if lease.closed_at.is_some() {
        return Err(Error::Conflict(format!("lease {id} is closed")));
    }
    let hash = keccak256(&bytes);
    if hash != lease.terms.manifestHash {
        return Err(Error::BadRequest(format!(
            "these bytes hash to {hash}, but the lease was opened for {}: send the very file that was hashed",
            lease.terms.manifestHash
        )));
    }
    let digest = typed::Manifest { lease: id, manifestHash: hash }
        .digest(&typed::domain(api.deployment.chain_id, api.deployment.market));
    if !signed(&api, lease.terms.tenant, digest, &signature(&headers)?).await? {
        return Err(Error::Unauthorized(format!("the signature is not that of the tenant, {}", lease.terms.tenant)));
    }
    Manifest::parse(&bytes).map_err(|error| Error::BadRequest(format!("the manifest cannot run: {error:#}")))?;
    api.store.put_manifest(id, hash, &bytes).await?;
    api.container_wakeup.notify();
    Ok(StatusCode::NO_CONTENT)
}

/// Check a manifest before opening a lease for it.
///
/// The status is 200 for a refused manifest too: the response lists every reason, with its position.
#[utoipa::path(
    post, path = "/v1/manifest/check", operation_id = "checkManifest", request_body(content = String, content_type = "application/yaml"),
    responses((status = 200, body = ManifestCheckView))
)]
pub async fn check(body: Body) -> Result<Json<ManifestCheckView>> {
    let bytes = match read(body, "manifest", manifest::LARGEST).await {
        Err(Error::TooLarge(message)) => return Ok(Json(checked(B256::ZERO, None, vec![whole(message)]))),
        read => read?,
    };
    let hash = keccak256(&bytes);
    Ok(Json(match Manifest::check(&bytes) {
        Ok(manifest) => checked(hash, Some(&manifest), Vec::new()),
        Err(refused) => checked(hash, None, refused.into_iter().map(placed).collect()),
    }))
}

fn checked(hash: B256, manifest: Option<&Manifest>, refusals: Vec<ManifestRefusalView>) -> ManifestCheckView {
    let scaling = manifest.map(|manifest| manifest.scaling.clone()).unwrap_or_default();
    let service = |(name, service): (&String, &manifest::Service)| CheckedServiceView {
        name: name.clone(),
        image: service.image.clone(),
        ports: service.ports.iter().map(|port| port.number).collect(),
    };
    ManifestCheckView {
        ok: manifest.is_some(),
        hash: hash.to_string(),
        services: manifest.into_iter().flat_map(|manifest| manifest.services.iter().map(service)).collect(),
        policy: scaling.policy,
        shadow: scaling.shadow,
        refusals,
    }
}

fn whole(message: String) -> ManifestRefusalView {
    ManifestRefusalView { line: None, column: None, path: String::new(), message }
}

fn placed(LocatedRefusal { refusal, place }: LocatedRefusal) -> ManifestRefusalView {
    let (line, column) = place.unzip();
    ManifestRefusalView { line, column, path: refusal.path, message: refusal.reason }
}

/// Reads a body. The rest of a body that is too large is read and discarded up to a bound, because many clients read no
/// response while they are sending.
pub(super) async fn read(body: Body, what: &str, largest: usize) -> Result<Vec<u8>> {
    let patience = largest + 64 * manifest::LARGEST;
    let (mut kept, mut seen) = (Vec::new(), 0);
    let mut chunks = body.into_data_stream();
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|_| Error::BadRequest(format!("the {what} broke off while it was sent")))?;
        seen += chunk.len();
        if seen <= largest {
            kept.extend_from_slice(&chunk);
        } else if seen > patience {
            break;
        }
    }
    if seen > largest {
        return Err(Error::TooLarge(format!("the {what} has more than {largest} bytes")));
    }
    Ok(kept)
}

fn signature(headers: &HeaderMap) -> Result<Vec<u8>> {
    let text = headers.get(SIGNATURE).ok_or_else(|| {
        Error::Unauthorized(
            "the header tidemark-signature is missing: sign Manifest by EIP-712 (see /v1/market)".to_owned(),
        )
    })?;
    hex::decode(text.as_bytes())
        .map_err(|_| Error::Unauthorized("tidemark-signature is not bytes in 0x hex: 65 of an account".to_owned()))
}

/// Download a lease's manifest. Needs scope `view`.
#[utoipa::path(
    get, path = "/v1/leases/{id}/manifest", operation_id = "getManifest", params(("id" = HexText, Path, description = "The lease's id, 32 bytes")),
    responses((status = 200, body = String, content_type = "application/yaml"), (status = 401, body = api_types::error::ErrorView), (status = 403, body = api_types::error::ErrorView), (status = 404, body = api_types::error::ErrorView))
)]
pub async fn get_manifest(State(api): State<Api>, caller: Caller, path: Path<String>) -> Result<Response> {
    let id = authorize(&api, caller, path, Scope::View, "manifest", String::new()).await?.lease.id;
    let bytes = api.store.manifest(id).await?.ok_or_else(|| {
        Error::NotFound(format!("the provider has no manifest of lease {id}: its tenant has not uploaded it"))
    })?;
    Ok(([(CONTENT_TYPE, "application/yaml"), (CACHE_CONTROL, "no-store")], bytes).into_response())
}

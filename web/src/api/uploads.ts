// Files that a provider takes: a lease's manifest, the evidence of a dispute.
import { type ProviderApi, unwrap } from "./client.ts"
import type { Hex } from "./types.ts"

/** The description types a body as text; bytes are sent as they are. */
const asIs = { bodySerializer: (body: unknown) => body as BodyInit }

/** @param signature The tenant's EIP-712 signature of `Manifest`. */
export async function putManifest(
  api: ProviderApi,
  lease: Hex,
  manifest: string | Uint8Array<ArrayBuffer>,
  signature: Hex,
): Promise<void> {
  await unwrap(
    api.PUT("/v1/leases/{id}/manifest", {
      params: { path: { id: lease }, header: { "tidemark-signature": signature } },
      headers: { "content-type": "application/yaml" },
      body: manifest as string,
      ...asIs,
    }),
  )
}

/** @param hash keccak256 of the bytes, as the dispute has it. */
export async function putEvidence(
  api: ProviderApi,
  hash: Hex,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<void> {
  await unwrap(
    api.PUT("/v1/evidence/{hash}", {
      params: { path: { hash } },
      headers: { "content-type": "application/octet-stream" },
      body: bytes as unknown as string,
      ...asIs,
    }),
  )
}

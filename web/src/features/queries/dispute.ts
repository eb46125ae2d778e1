// Evidence of a dispute. Its hash is on chain; the bytes are at the lease's provider or in a file. Bytes are the
// evidence if and only if their keccak256 is the hash on chain.
import { type UseQueryResult, useQuery } from "@tanstack/react-query"
import { bytesToHex, type Hex, hexToBytes, keccak256 } from "viem"
import { useClient } from "wagmi"
import { providerApi, unwrap } from "../../api/client.ts"
import { useStreamState } from "../../api/eventStream.ts"
import { putEvidence } from "../../api/uploads.ts"
import { type DisputeEnd, type DisputeNow, readDispute, readEndedDisputes } from "../../chain/disputes.ts"
import type { Reader } from "../../chain/reader.ts"

export interface Evidence {
  bytes: Uint8Array
  /** Null: not text. */
  text: string | null
}

export function evidenceOf(bytes: Uint8Array): Evidence {
  let text: string | null
  try {
    text = new TextDecoder("utf-8", { fatal: true }).decode(bytes)
  } catch {
    text = null
  }
  // biome-ignore lint/suspicious/noControlCharactersInRegex: these are what makes it no text.
  if (text && /[\u0000-\u0008\u000e-\u001f]/.test(text)) text = null
  return { bytes, text }
}

/** Whether bytes have the evidence's hash. */
export function matchesHash(bytes: Uint8Array, hash: Hex): boolean {
  return keccak256(bytes) === hash.toLowerCase()
}

/** From the lease's provider; null when it has none, or bytes with another hash. */
async function fetchEvidence(base: string, hash: Hex, signal: AbortSignal): Promise<Hex | null> {
  const params = { path: { hash } }
  const found = await unwrap(
    providerApi(base, signal).GET("/v1/evidence/{hash}", { params, parseAs: "arrayBuffer" }),
  ).catch(() => null)
  if (!found) return null
  const bytes = new Uint8Array(found)
  return matchesHash(bytes, hash) ? bytesToHex(bytes) : null
}

/** Uploads evidence to the lease's provider, where readers of the dispute find it. */
export async function uploadEvidence(base: string, hash: Hex, bytes: Uint8Array): Promise<void> {
  await putEvidence(providerApi(base), hash, bytes.slice())
}

/** @param base The endpoint of the lease's provider; null: unknown. */
export function useEvidence(base: string | null, hash: Hex | undefined): UseQueryResult<Evidence | null> {
  return useQuery({
    queryKey: ["evidence", base, hash],
    enabled: base !== null && hash !== undefined,
    staleTime: 60_000,
    queryFn: ({ signal }) => fetchEvidence(base!, hash!, signal),
    select: (bytes) => bytes && evidenceOf(hexToBytes(bytes)),
  })
}

export function useDispute(lease: Hex): UseQueryResult<DisputeNow | null> {
  const reader = useClient() as Reader | undefined
  return useQuery({
    queryKey: ["lease", lease.toLowerCase(), "dispute"],
    enabled: reader !== undefined,
    refetchInterval: useStreamState() === "live" ? false : 5_000,
    queryFn: () => readDispute(reader!, lease),
  })
}

export function useEndedDisputes(): UseQueryResult<DisputeEnd[]> {
  const reader = useClient() as Reader | undefined
  return useQuery({
    queryKey: ["leases", "disputes"],
    enabled: reader !== undefined,
    refetchInterval: useStreamState() === "live" ? false : 5_000,
    queryFn: () => readEndedDisputes(reader!),
  })
}

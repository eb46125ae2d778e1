// Whether a provider would run a manifest, checked while the user types.
import { keepPreviousData, useQuery } from "@tanstack/react-query"
import { useEffect, useState } from "react"
import { ApiError, providerApi, unwrap } from "../../api/client.ts"
import type { ManifestCheckView } from "../../api/types.ts"

/** The pause in typing after which a check starts. */
const PAUSE_MS = 300

export interface ManifestCheckState {
  /** The check of the latest settled text; null for none. */
  view: ManifestCheckView | null
  /** The text has changed since. */
  checking: boolean
  /** Why the check failed. */
  error: unknown
  /** The provider is too old to have this check. */
  unasked: boolean
  retry: () => void
}

/** @param base The provider's endpoint; null while unknown. */
export function useManifestCheck(base: string | null, manifest: string): ManifestCheckState {
  const [settled, setSettled] = useState(manifest)
  useEffect(() => {
    const timer = setTimeout(() => setSettled(manifest), PAUSE_MS)
    return () => clearTimeout(timer)
  }, [manifest])
  const empty = settled.trim() === ""
  const query = useQuery({
    queryKey: ["check", base, settled],
    enabled: base !== null && !empty,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 60_000,
    placeholderData: keepPreviousData,
    queryFn: ({ signal }) =>
      unwrap(
        providerApi(base!, signal).POST("/v1/manifest/check", {
          headers: { "content-type": "application/yaml" },
          body: settled,
          bodySerializer: (text) => text,
        }),
      ),
  })
  return {
    view: empty ? null : (query.data ?? null),
    checking: manifest !== settled || query.isFetching,
    error: query.error,
    unasked: query.error instanceof ApiError && (query.error.status === 404 || query.error.status === 405),
    retry: () => void query.refetch(),
  }
}

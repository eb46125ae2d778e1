// Whether a provider would run a manifest: asked while one types.
import { keepPreviousData, useQuery } from "@tanstack/react-query"
import { useEffect, useState } from "react"
import { ApiError, providerApi, unwrap } from "../../api/client.ts"
import type { ManifestCheckView } from "../../api/types.ts"

/** A pause in the typing. */
const PAUSE_MS = 300

export interface ManifestCheckState {
  /** Of the newest text that was checked; null while there is none. */
  view: ManifestCheckView | null
  /** The text has changed since. */
  checking: boolean
  /** Nobody can say: why. */
  error: unknown
  /** The provider is too old to be asked. */
  unasked: boolean
  retry: () => void
}

/** @param base The provider's endpoint; null while it is not known. */
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

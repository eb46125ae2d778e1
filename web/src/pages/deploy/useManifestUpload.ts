// The manifest goes to the lease's provider. One that is away is waited for: its lease binds it.
import { useQuery } from "@tanstack/react-query"
import { ApiError, providerApi, Unreachable } from "../../api/client.ts"
import { putManifest } from "../../api/uploads.ts"
import { type Deployment, updateDeployment } from "../../features/deployments/deployments.ts"

/** A provider that has not read the lease's block yet does not know the lease. */
const passes = (error: unknown) =>
  error instanceof Unreachable || (error instanceof ApiError && error.status === 404)

export interface ManifestUpload {
  /** It did not answer the last time, and is asked again. */
  waiting: boolean
  /** It refuses for good. */
  error: unknown
  retry: () => void
}

/** @param base The provider's endpoint; null: nothing to do yet. */
export function useManifestUpload(
  deployment: Deployment,
  base: string | null,
  active: boolean,
): ManifestUpload {
  const { id, winner, manifest, signature } = deployment
  const query = useQuery({
    queryKey: ["handover", winner?.lease, signature],
    enabled: active && base !== null && manifest !== null && signature !== null,
    retry: (_, error) => passes(error),
    retryDelay: 2_000,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async ({ signal }) => {
      await putManifest(providerApi(base!, signal), winner!.lease, manifest!, signature!)
      updateDeployment(id, { handedOver: true, manifest: null })
      return true
    },
  })
  return {
    waiting: query.failureCount > 0 && query.fetchStatus !== "idle",
    error: query.error,
    retry: () => void query.refetch(),
  }
}

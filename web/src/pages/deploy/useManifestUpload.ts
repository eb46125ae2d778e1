// Uploads the manifest to the lease's provider, and retries while the provider is unreachable: the lease binds it.
import { useQuery } from "@tanstack/react-query"
import { ApiError, providerApi, Unreachable } from "../../api/client.ts"
import { putManifest } from "../../api/uploads.ts"
import { type Deployment, updateDeployment } from "../../features/deployments/deployments.ts"

/** A provider that has not applied the lease's block yet does not know the lease. */
const passes = (error: unknown) =>
  error instanceof Unreachable || (error instanceof ApiError && error.status === 404)

export interface ManifestUpload {
  /** The last attempt failed, and is being retried. */
  waiting: boolean
  /** The provider refuses it permanently. */
  error: unknown
  retry: () => void
}

/** @param base The provider's endpoint; null: not ready yet. */
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

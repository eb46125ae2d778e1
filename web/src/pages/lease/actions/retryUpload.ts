// Uploads to a lease's provider right after a block: the provider may not have applied that block yet.
import { ApiError, Unreachable } from "../../../api/client.ts"

const TRIES = 20
const PAUSE_MS = 1_000

/** The provider does not know the lease or the dispute yet, or is away. */
const isTransient = (error: unknown) =>
  error instanceof Unreachable || (error instanceof ApiError && [404, 409].includes(error.status))

/** Retries an upload while the provider is unreachable or does not know its subject yet. */
export async function retryUpload(upload: () => Promise<void>): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    try {
      return await upload()
    } catch (error) {
      if (!isTransient(error) || tried === TRIES) throw error
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  }
}

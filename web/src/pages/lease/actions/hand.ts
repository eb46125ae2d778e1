// Giving something to a lease's provider after its block: the provider may not have read that block yet, and is asked again.
import { ApiError, ask, Unreachable } from "../../../api/client.ts"

const TRIES = 20
const PAUSE_MS = 1_000

/** PUTs a body; a provider that does not know the lease or the dispute yet gets some time. */
export async function hand(
  base: string,
  path: string,
  body: BodyInit,
  headers: Record<string, string>,
): Promise<void> {
  for (let tried = 1; ; tried += 1) {
    try {
      await ask(base, path, { method: "PUT", body, headers })
      return
    } catch (error) {
      const passes =
        error instanceof Unreachable || (error instanceof ApiError && [404, 409].includes(error.status))
      if (!passes || tried === TRIES) throw error
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  }
}

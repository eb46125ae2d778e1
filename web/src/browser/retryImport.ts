// Dynamic imports that are retried. A short network failure (a network change, a restart of the provider) only delays
// the page.

const PAUSES_MS = [300, 1_000, 3_000]

/** The same import with retries. */
export function retryImport<T>(load: () => Promise<T>): () => Promise<T> {
  return async () => {
    for (const pause of PAUSES_MS) {
      try {
        return await load()
      } catch {
        await new Promise((done) => setTimeout(done, pause))
      }
    }
    return load()
  }
}

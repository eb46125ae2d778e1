// Code that is fetched when it is first needed. A network that blinks (one that changes, a provider that restarts) costs a
// moment and not the page.

const PAUSES_MS = [300, 1_000, 3_000]

/** The same import, asked for again when it failed. */
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

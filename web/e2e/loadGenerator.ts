// Sends requests at a fixed rate, whatever the answers: the demand that scales a lease up.
export interface Load {
  answered: () => number
  stop: () => Promise<void>
}

/** @param rate Requests per second. */
export function press(url: string, rate: number): Load {
  const underWay = new Set<Promise<void>>()
  let answered = 0
  const timer = setInterval(() => {
    // Unanswered requests must not accumulate.
    if (underWay.size > 200) return
    const one = fetch(url, { signal: AbortSignal.timeout(20_000) })
      .then((answer) => answer.arrayBuffer())
      .then(() => {
        answered += 1
      })
      .catch(() => {})
      .finally(() => underWay.delete(one))
    underWay.add(one)
  }, 1_000 / rate)
  return {
    answered: () => answered,
    async stop() {
      clearInterval(timer)
      await Promise.all(underWay)
    },
  }
}

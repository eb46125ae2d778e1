// Something that the wallet is asked for: it can be declined, and tried again.
import { useState } from "react"
import { loadErrorMessages } from "../../chain/errors.ts"
import { TransactionFailed } from "../../transactions/useTransact.ts"

export interface Attempt {
  busy: boolean
  /** Why it did not come to pass; null when it did, or was not tried. */
  error: unknown
  /** The custom error's name, or a word of refusals.ts. */
  refusal: string | null
  run: (work: () => Promise<void>) => Promise<void>
}

export function useAttempt(): Attempt {
  const [state, setState] = useState<Omit<Attempt, "run">>({ busy: false, error: null, refusal: null })
  async function run(work: () => Promise<void>) {
    setState({ busy: true, error: null, refusal: null })
    try {
      await work()
      setState({ busy: false, error: null, refusal: null })
    } catch (error) {
      await loadErrorMessages()
      const told = error instanceof TransactionFailed
      setState({
        busy: false,
        error: told ? (error.cause ?? error) : error,
        refusal: told ? error.refusal : null,
      })
    }
  }
  return { ...state, run }
}

// A step that prompts the wallet, which can be rejected and retried.
import { useState } from "react"
import { loadErrorMessages } from "../../chain/errors.ts"
import { TransactionFailed } from "../../transactions/useTransact.ts"

export interface Attempt {
  busy: boolean
  /** Why it failed; null when it succeeded or was not tried. */
  error: unknown
  /** The name of the custom error, or an error kind of chain/errors.ts. */
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
      const sent = error instanceof TransactionFailed
      setState({
        busy: false,
        error: sent ? (error.cause ?? error) : error,
        refusal: sent ? error.refusal : null,
      })
    }
  }
  return { ...state, run }
}

// Sends an action of a dialog. What the transaction centre has told is not told again.
import { useState } from "react"
import type { Hash, TransactionReceipt } from "viem"
import type { Call, Wallet } from "../../../chain/call.ts"
import { explain } from "../../../chain/refusals.ts"
import { Told, useTransact } from "../../../transactions/transact.ts"

export interface Performance {
  busy: boolean
  /** Why it did not come to pass. */
  problem: string | null
  /** @returns Null when it did not come to pass. */
  perform: (
    label: string,
    call: Call,
    action: (wallet: Wallet) => Promise<Hash>,
  ) => Promise<TransactionReceipt | null>
}

export function usePerform(): Performance {
  const transact = useTransact()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  return {
    busy,
    problem,
    async perform(label, _call, action) {
      setBusy(true)
      setProblem(null)
      try {
        return await transact(label, action)
      } catch (error) {
        const cause = error instanceof Told ? error.cause : error
        if (cause) setProblem(explain(cause).sentence)
        return null
      } finally {
        setBusy(false)
      }
    },
  }
}

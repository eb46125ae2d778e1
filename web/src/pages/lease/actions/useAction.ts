// Sends an action from a dialog; what a bound account may not do alone is proposed to its approvers.
import { type ReactNode, useState } from "react"
import type { Hash, TransactionReceipt } from "viem"
import type { Call, Wallet } from "../../../chain/call.ts"
import { usePropose } from "../../../features/proposals/ProposeDialog.tsx"
import type { Unit } from "../../../i18n/format.ts"

export interface ActionState {
  busy: boolean
  /** Why it failed. */
  problem: string | null
  /** @returns Null when it failed. */
  perform: (
    label: string,
    call: Call,
    action: (wallet: Wallet) => Promise<Hash>,
  ) => Promise<TransactionReceipt | null>
  /** The dialog of the proposal, when one is needed. */
  proposal: ReactNode
}

/** @param unit The currency of amounts in error messages. */
export function useAction(unit?: Unit): ActionState {
  const { attempt, dialog } = usePropose()
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  return {
    busy,
    problem,
    proposal: dialog,
    async perform(label, call, action) {
      setBusy(true)
      setProblem(null)
      try {
        const { receipt, failure } = await attempt(label, call, { unit, action })
        if (receipt) return receipt
        // The dialog of the proposal opens instead.
        if (failure.refusal !== "ConsentRequired") {
          setProblem([failure.sentence, failure.remedy].filter(Boolean).join(" "))
        }
        return null
      } catch (error) {
        setProblem(error instanceof Error ? error.message : String(error))
        return null
      } finally {
        setBusy(false)
      }
    },
  }
}

// Sends an action of a dialog; what a bound account may not do alone is proposed to its approvers.
import { type ReactNode, useState } from "react"
import type { Hash, TransactionReceipt } from "viem"
import type { Call, Wallet } from "../../../chain/call.ts"
import { usePropose } from "../../../features/proposals/ProposeDialog.tsx"
import type { Unit } from "../../../i18n/format.ts"

export interface ActionState {
  busy: boolean
  /** Why it did not come to pass. */
  problem: string | null
  /** @returns Null when it did not come to pass. */
  perform: (
    label: string,
    call: Call,
    action: (wallet: Wallet) => Promise<Hash>,
  ) => Promise<TransactionReceipt | null>
  /** Of the proposal, where one is needed. */
  proposal: ReactNode
}

/** @param unit Of the amounts that a refusal would name. */
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
        // The proposal's dialog follows then.
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

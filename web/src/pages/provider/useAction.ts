import { useState } from "react"
import type { Hash } from "viem"
import type { Wallet } from "../../chain/call.ts"
import { useTransact } from "../../transactions/useTransact.ts"

/** One action at a time. The transaction centre shows failures. */
export function useAction() {
  const transact = useTransact()
  const [busy, setBusy] = useState(false)
  async function act(label: string, action: (wallet: Wallet) => Promise<Hash>): Promise<boolean> {
    setBusy(true)
    try {
      await transact(label, action)
      return true
    } catch {
      return false
    } finally {
      setBusy(false)
    }
  }
  return { act, busy }
}

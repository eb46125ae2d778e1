// The arbiters stop or reopen the intake of new leases, orders, bids and providers.
import type { Hash } from "viem"
import { type Call, callOf, send, type Wallet } from "../call.ts"

export interface SetIntake {
  open: boolean
}

export function setIntakeCall({ open }: SetIntake): Call {
  return callOf("setIntake", [open])
}

export async function setIntake(client: Wallet, parameters: SetIntake): Promise<Hash> {
  return send(client, setIntakeCall(parameters))
}

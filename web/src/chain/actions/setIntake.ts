// The arbiters stop or reopen the intake of new leases, orders, bids and providers.
import { type Call, callOf } from "../call.ts"

export interface SetIntake {
  open: boolean
}

export function setIntakeCall({ open }: SetIntake): Call {
  return callOf("setIntake", [open])
}

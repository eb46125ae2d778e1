import type { LeaseView } from "../../api/types.ts"

/** What every tab of the lease page receives. */
export interface TabProps {
  lease: LeaseView
  /** The epoch of the proof that the URL names. */
  epoch?: number
}

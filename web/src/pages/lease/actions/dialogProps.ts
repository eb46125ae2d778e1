import type { LeaseView } from "../../../api/types.ts"
import type { LeaseCase } from "../../../chain/legal.ts"

/** What every action's dialog receives. */
export interface DialogProps {
  lease: LeaseView
  /** What the rules of legal.ts are evaluated on; the dialog adds what the user typed. */
  about: LeaseCase
  title: string
  /** What the action does. */
  effect: string
  onClose: () => void
}

import type { LeaseView } from "../../../api/types.ts"
import type { LeaseCase } from "../../../chain/legal.ts"

/** What every action's dialog receives. */
export interface DialogProps {
  lease: LeaseView
  /** The context of the rules of legal.ts; the dialog adds the user's input. */
  about: LeaseCase
  title: string
  /** What the action does. */
  effect: string
  onClose: () => void
}

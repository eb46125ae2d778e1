import { refund, refundCall } from "../../../chain/actions/refund.ts"
import { useReasons } from "../../../chain/legal.ts"
import { ETH } from "../../../i18n/format.ts"
import { defineMessages, useMessages } from "../../../i18n/language.ts"
import { Address, Amount } from "../../../ui/Values.tsx"
import { useMoney } from "../Runway.tsx"
import { ActionForm } from "./ActionForm.tsx"
import type { DialogProps } from "./dialogProps.ts"
import { useAction } from "./useAction.ts"

const messages = defineMessages(
  { label: "Refund the tenant", back: "Returned now", to: "To", stays: "May still be owed, kept" },
  { label: "退款给租户", back: "现在退还", to: "退至", stays: "可能仍应付，保留" },
)

export function Refund({ lease, about, title, effect, onClose }: DialogProps) {
  const t = useMessages(messages)
  const why = useReasons()
  const unit = about.unit ?? ETH
  const { free, owed } = useMoney(lease)
  const { perform, ...doing } = useAction(about.unit)

  async function submit() {
    const parameters = { terms: lease.terms }
    if (await perform(t.label, refundCall(parameters), (wallet) => refund(wallet, parameters))) onClose()
  }

  return (
    <ActionForm
      title={title}
      about={effect}
      effects={[
        [t.back, <Amount key="free" of={free} unit={unit} />],
        [t.to, <Address key="to" of={lease.tenant} />],
        [t.stays, <Amount key="owed" of={owed} unit={unit} />],
      ]}
      reason={why("refund", about)}
      label={t.label}
      {...doing}
      onSubmit={submit}
      onClose={onClose}
    />
  )
}

import { endDispute, endDisputeCall } from "../../../chain/actions/endDispute.ts"
import { useReasons } from "../../../chain/legal.ts"
import { ETH } from "../../../i18n/format.ts"
import { defineMessages, useMessages } from "../../../i18n/language.ts"
import { Amount } from "../../../ui/Values.tsx"
import { ActionForm } from "./ActionForm.tsx"
import type { DialogProps } from "./dialogProps.ts"
import { useAction } from "./useAction.ts"

const messages = defineMessages(
  {
    label: "End the dispute",
    upheld: "Without a ruling, the provider's proofs are upheld and can be claimed again.",
    deposit: "Deposit, returned to the tenant",
  },
  {
    label: "结束争议",
    upheld: "无人裁决，因此提供方的证明有效，可再次索取。",
    deposit: "押金，退还租户",
  },
)

export function EndDispute({ lease, about, title, effect, onClose }: DialogProps) {
  const t = useMessages(messages)
  const why = useReasons()
  const { perform, ...doing } = useAction(about.unit)

  async function submit() {
    const parameters = { terms: lease.terms }
    const call = endDisputeCall(parameters)
    if (await perform(t.label, call, (wallet) => endDispute(wallet, parameters))) onClose()
  }

  return (
    <ActionForm
      title={title}
      about={`${effect} ${t.upheld}`}
      effects={[[t.deposit, <Amount key="deposit" of={about.parameters.disputeDeposit ?? "0"} unit={ETH} />]]}
      reason={why("endDispute", about)}
      label={t.label}
      {...doing}
      onSubmit={submit}
      onClose={onClose}
    />
  )
}

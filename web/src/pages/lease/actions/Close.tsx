import { close, closeCall } from "../../../chain/actions/close.ts"
import { useReasons } from "../../../chain/legal.ts"
import { ETH } from "../../../i18n/format.ts"
import { defineMessages, useMessages } from "../../../i18n/language.ts"
import { Amount } from "../../../ui/Values.tsx"
import { useMoney } from "../Runway.tsx"
import { ActionForm } from "./ActionForm.tsx"
import type { DialogProps } from "./dialogProps.ts"
import { useAction } from "./useAction.ts"

const messages = defineMessages(
  {
    label: "Close the lease",
    back: "Returned immediately",
    stays: "Kept until the last proof is settled",
    ends: "Its containers stop and their data is deleted. It cannot be reopened.",
    rest: "What the last proof does not use is returned by Refund.",
  },
  {
    label: "关闭租约",
    back: "立即退还",
    stays: "保留至最后一份证明结算",
    ends: "容器将停止，数据将被删除，且无法重新开启。",
    rest: "最后一份证明结算后剩余的部分通过退款返还。",
  },
)

export function Close({ lease, about, title, effect, onClose }: DialogProps) {
  const t = useMessages(messages)
  const why = useReasons()
  const unit = about.unit ?? ETH
  const { free, owed } = useMoney(lease)
  const { perform, ...doing } = useAction(about.unit)

  async function submit() {
    const parameters = { terms: lease.terms }
    if (await perform(t.label, closeCall(parameters), (wallet) => close(wallet, parameters))) onClose()
  }

  return (
    <ActionForm
      title={title}
      about={`${effect} ${t.ends} ${t.rest}`}
      effects={[
        [t.back, <Amount key="free" of={free} unit={unit} />],
        [t.stays, <Amount key="owed" of={owed} unit={unit} />],
      ]}
      reason={why("close", about)}
      label={t.label}
      danger
      {...doing}
      onSubmit={submit}
      onClose={onClose}
    />
  )
}

import { giveNotice, giveNoticeCall } from "../../../chain/actions/giveNotice.ts"
import { useReasons } from "../../../chain/legal.ts"
import { defineMessages, useMessages } from "../../../i18n/language.ts"
import { When } from "../../../ui/Values.tsx"
import { ActionForm } from "./ActionForm.tsx"
import type { DialogProps } from "./dialogProps.ts"
import { useAction } from "./useAction.ts"

const messages = defineMessages(
  {
    label: "Give notice",
    from: "The provider may close from",
    until: "Until then the lease continues unchanged.",
  },
  { label: "发出通知", from: "提供方可关闭的时间", until: "在此之前租约照常运行。" },
)

export function GiveNotice({ lease, about, title, effect, onClose }: DialogProps) {
  const t = useMessages(messages)
  const why = useReasons()
  const { perform, ...doing } = useAction(about.unit)
  const from = about.now + Number(about.parameters.noticePeriod ?? 0)

  async function submit() {
    const parameters = { terms: lease.terms }
    const call = giveNoticeCall(parameters)
    if (await perform(t.label, call, (wallet) => giveNotice(wallet, parameters))) onClose()
  }

  return (
    <ActionForm
      title={title}
      about={`${effect} ${t.until}`}
      effects={[[t.from, <When key="from" of={from} />]]}
      reason={why("giveNotice", about)}
      label={t.label}
      {...doing}
      onSubmit={submit}
      onClose={onClose}
    />
  )
}

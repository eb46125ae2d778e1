// The arbiters stop or reopen the intake of new leases, orders, bids and providers.
import { useState } from "react"
import { setIntakeCall } from "../../chain/actions/setIntake.ts"
import { type RuleContext, useReasons } from "../../chain/legal.ts"
import { usePropose } from "../../features/proposals/ProposeDialog.tsx"
import { defineMessages, useMessages } from "../../i18n/language.ts"
import { Badge } from "../../ui/Badge.tsx"
import { ActionButton } from "../../ui/Button.tsx"
import { Card } from "../../ui/Card.tsx"
import { type Arbiters, actAs } from "./arbiters.ts"

const messages = defineMessages(
  {
    title: "Intake",
    open: "Open",
    stopped: "Stopped",
    about:
      "New leases, orders, bids and providers are accepted. Running leases and withdrawals cannot be stopped.",
    aboutStopped:
      "No new leases, orders, bids or providers are accepted. Running leases and withdrawals continue.",
    stop: "Stop intake",
    reopen: "Reopen intake",
  },
  {
    title: "接入",
    open: "开放",
    stopped: "已停止",
    about: "正在接入新的租约、订单、出价和提供方。已在运行的业务和资金的退出，任何人都无法停止。",
    aboutStopped: "不再接入新的租约、订单、出价和提供方。已在运行的不受影响，资金照常可以取出。",
    stop: "停止接入",
    reopen: "重新开放接入",
  },
)

export function Intake({ here, bench }: { here: RuleContext; bench: Arbiters }) {
  const t = useMessages(messages)
  const because = useReasons()
  const { attempt, propose, dialog } = usePropose()
  const [busy, setBusy] = useState(false)
  const open = !here.intakeOpen
  const label = open ? t.reopen : t.stop

  async function act() {
    const call = setIntakeCall({ open })
    if (bench.binding) {
      propose(call, bench.account)
      return
    }
    setBusy(true)
    await attempt(label, call)
    setBusy(false)
  }
  return (
    <Card
      title={t.title}
      aside={<Badge tone={here.intakeOpen ? "good" : "warn"}>{here.intakeOpen ? t.open : t.stopped}</Badge>}
    >
      <div className="stack">
        <p className="small soft">{here.intakeOpen ? t.about : t.aboutStopped}</p>
        <div>
          <ActionButton
            kind={open ? "plain" : "danger"}
            reason={because("setIntake", { ...actAs(here, bench), open })}
            busy={busy}
            onClick={act}
          >
            {label}
          </ActionButton>
        </div>
      </div>
      {dialog}
    </Card>
  )
}

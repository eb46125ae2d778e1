// Who may access the lease's private data, and the access log. For the tenant only.
import { useConnection } from "wagmi"
import { Loaded } from "../../../features/errors/Failure.tsx"
import { useAccesses, useGrants } from "../../../features/queries/lease.ts"
import { defineMessages, useMessages } from "../../../i18n/language.ts"
import { Card } from "../../../ui/Card.tsx"
import { Empty } from "../../../ui/States.tsx"
import { Address, When } from "../../../ui/Values.tsx"
import { SignInGate } from "../SignInGate.tsx"
import type { TabProps } from "../tabProps.ts"
import { Grants } from "./Grants.tsx"
import { Share } from "./Share.tsx"

const messages = defineMessages(
  {
    what: "Who has access to the lease's private data, and the access log.",
    share: "Share access",
    shared: "Shared with",
    log: "Access log",
    logAbout: "The provider logs each access before it answers, and keeps the log for 90 days.",
    none: "No accesses yet",
    noneAbout: "Each access to usage, logs, shell or manifest is listed here.",
    time: "Time",
    who: "Who",
    did: "What",
    detail: "Detail",
    notTenant: "Only the lease's tenant sees the grants and the access log.",
    kinds: {
      usage: "usage",
      series: "usage over time",
      live: "live usage",
      demand: "demand",
      manifest: "manifest",
      logs: "logs",
      shell: "shell",
      grant: "access granted",
      revoke: "access revoked",
    } as Record<string, string>,
  },
  {
    what: "租户授权谁查看租约内部，以及每一次查看记录。",
    share: "共享访问",
    shared: "已共享给",
    log: "查看记录",
    logAbout: "由提供方在展示任何内容之前记录，保留 90 天。",
    none: "尚无人查看",
    noneAbout: "对用量、日志、终端或清单的每次查看都会列在这里。",
    time: "时间",
    who: "谁",
    did: "内容",
    detail: "详情",
    notTenant: "只有租约的租户能看到已授权的人和查看记录。",
    kinds: {
      usage: "用量",
      series: "历史用量",
      live: "实时用量",
      demand: "需求",
      manifest: "清单",
      logs: "日志",
      shell: "终端",
      grant: "授予访问",
      revoke: "撤销访问",
    } as Record<string, string>,
  },
)

export default function Access({ lease }: TabProps) {
  const t = useMessages(messages)
  const { address } = useConnection()
  if (address && address.toLowerCase() !== lease.tenant.toLowerCase()) {
    return (
      <Empty title={t.notTenant}>
        <Address of={lease.tenant} />
      </Empty>
    )
  }
  return (
    <SignInGate lease={lease} what={t.what}>
      <div className="stack">
        <Card title={t.share}>
          <Share lease={lease} />
        </Card>
        <Shared lease={lease} />
        <Log lease={lease} />
      </div>
    </SignInGate>
  )
}

function Shared({ lease }: TabProps) {
  const t = useMessages(messages)
  const grants = useGrants(lease)
  return (
    <Card title={t.shared} flush>
      <Loaded query={grants}>{(grants) => <Grants lease={lease} grants={grants} />}</Loaded>
    </Card>
  )
}

function Log({ lease }: TabProps) {
  const t = useMessages(messages)
  const accesses = useAccesses(lease)
  return (
    <Card title={t.log} flush>
      <Loaded query={accesses}>
        {(accesses) =>
          accesses.length === 0 ? (
            <Empty title={t.none}>{t.noneAbout}</Empty>
          ) : (
            <table>
              <caption className="unseen">{t.logAbout}</caption>
              <thead>
                <tr>
                  <th scope="col">{t.time}</th>
                  <th scope="col">{t.who}</th>
                  <th scope="col">{t.did}</th>
                  <th scope="col">{t.detail}</th>
                </tr>
              </thead>
              <tbody>
                {accesses.map(({ atMs, who, what, detail }, place) => (
                  <tr key={`${atMs}${place}`}>
                    <td>
                      <When of={Math.floor(atMs / 1000)} />
                    </td>
                    <td>
                      <Address of={who} you={who.toLowerCase() === lease.tenant.toLowerCase()} />
                    </td>
                    <td>{t.kinds[what] ?? what}</td>
                    <td>{detail}</td>
                  </tr>
                ))}
              </tbody>
            </table>
          )
        }
      </Loaded>
    </Card>
  )
}

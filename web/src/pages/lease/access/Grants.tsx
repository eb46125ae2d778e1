// The grants in force, with their expiry and a button to revoke each.
import { useConnection } from "wagmi"
import type { GrantView, LeaseView, Scope } from "../../../api/types.ts"
import { explainError } from "../../../chain/errors.ts"
import { useGrantActions } from "../../../features/queries/lease.ts"
import { formatDuration, shorten } from "../../../i18n/format.ts"
import { defineMessages, useMessages } from "../../../i18n/language.ts"
import { Badge } from "../../../ui/Badge.tsx"
import { Button } from "../../../ui/Button.tsx"
import { Empty, Notice } from "../../../ui/States.tsx"
import { Address, When } from "../../../ui/Values.tsx"

export const scopes = defineMessages<Record<Scope, string>>(
  { view: "view", logs: "logs", shell: "shell" },
  { view: "查看", logs: "日志", shell: "终端" },
)

const messages = defineMessages(
  {
    none: "No grants",
    noneAbout: "Grants are listed here until they expire.",
    who: "Who",
    scope: "May see",
    since: "Since",
    until: "Until",
    left: (span: string) => `${span} left`,
    revoke: "Revoke",
    revokeOf: (who: string) => `Revoke the access of ${who}`,
    act: "Action",
  },
  {
    none: "除您之外没有人",
    noneAbout: "您授权查看的人会列在这里，直到授权结束。",
    who: "谁",
    scope: "可查看",
    since: "自",
    until: "至",
    left: (span: string) => `剩余 ${span}`,
    revoke: "撤销",
    revokeOf: (who: string) => `撤销 ${who} 的访问`,
    act: "操作",
  },
)

export function Grants({ lease, grants }: { lease: LeaseView; grants: GrantView[] }) {
  const t = useMessages(messages)
  const scope = useMessages(scopes)
  // By the provider's clock, as the grant itself; read again every half minute.
  const now = Math.floor(Date.now() / 1000)
  const { address } = useConnection()
  const { revoke } = useGrantActions(lease)
  if (grants.length === 0) return <Empty title={t.none}>{t.noneAbout}</Empty>
  return (
    <>
      {revoke.error && <Notice tone="bad">{explainError(revoke.error).sentence}</Notice>}
      <table>
        <thead>
          <tr>
            <th scope="col">{t.who}</th>
            <th scope="col">{t.scope}</th>
            <th scope="col">{t.since}</th>
            <th scope="col">{t.until}</th>
            <th scope="col">
              <span className="unseen">{t.act}</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {grants.map((grant) => (
            <tr key={grant.grantee}>
              <th scope="row">
                <Address of={grant.grantee} you={grant.grantee.toLowerCase() === address?.toLowerCase()} />
              </th>
              <td>
                <Badge tone={grant.scope === "shell" ? "warn" : "info"}>{scope[grant.scope]}</Badge>
              </td>
              <td>
                <When of={grant.issuedAt} />
              </td>
              <td>
                <When of={grant.expiry} />{" "}
                <span className="soft small">{t.left(formatDuration(Math.max(0, grant.expiry - now)))}</span>
              </td>
              <td>
                <Button
                  kind="danger"
                  aria-label={t.revokeOf(shorten(grant.grantee))}
                  busy={revoke.isPending && revoke.variables === grant.grantee}
                  onClick={() => revoke.mutate(grant.grantee)}
                >
                  {t.revoke}
                </Button>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </>
  )
}

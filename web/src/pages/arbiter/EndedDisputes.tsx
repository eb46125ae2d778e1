import { Link } from "@tanstack/react-router"
import type { DisputeEnd } from "../../chain/disputes.ts"
import { Loaded } from "../../features/errors/Failure.tsx"
import { useEndedDisputes } from "../../features/queries/dispute.ts"
import { ETH, shorten } from "../../i18n/format.ts"
import { defineMessages, useMessages } from "../../i18n/language.ts"
import { Badge } from "../../ui/Badge.tsx"
import { Card } from "../../ui/Card.tsx"
import { Empty } from "../../ui/States.tsx"
import { Address, Amount, Tx, When } from "../../ui/Values.tsx"

const messages = defineMessages(
  {
    title: "Ended disputes",
    none: "No dispute has ended yet",
    noneAbout: "Rulings, and disputes that ended without one, are listed here.",
    when: "When",
    lease: "Lease",
    outcome: "Outcome",
    provider: "Provider",
    slashed: "Taken from the bond",
    tx: "Transaction",
    tenant: "For the tenant",
    forProvider: "For the provider",
    unruled: "No ruling: proofs upheld",
  },
  {
    title: "已结束的争议",
    none: "尚无已结束的争议",
    noneAbout: "裁决以及未经裁决而结束的争议会列在这里。",
    when: "时间",
    lease: "租约",
    outcome: "结果",
    provider: "提供方",
    slashed: "扣除押金",
    tx: "交易",
    tenant: "租户胜诉",
    forProvider: "提供方胜诉",
    unruled: "未裁决：以证明为准",
  },
)

/** Ended disputes, latest first. */
export function EndedDisputes() {
  const t = useMessages(messages)
  const ended = useEndedDisputes()
  return (
    <Card title={t.title} flush>
      <Loaded query={ended}>
        {(all) => (all.length === 0 ? <Empty title={t.none}>{t.noneAbout}</Empty> : <Table all={all} />)}
      </Loaded>
    </Card>
  )
}

function Table({ all }: { all: DisputeEnd[] }) {
  const t = useMessages(messages)
  return (
    <section className="scroller" aria-label={t.title} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t.when}</th>
            <th scope="col">{t.lease}</th>
            <th scope="col">{t.outcome}</th>
            <th scope="col">{t.provider}</th>
            <th scope="col" className="right">
              {t.slashed}
            </th>
            <th scope="col">{t.tx}</th>
          </tr>
        </thead>
        <tbody>
          {all.map(({ lease, provider, ruled, forTenant, slashed, time, tx }) => (
            <tr key={tx + lease}>
              <td>
                <When of={time} />
              </td>
              <th scope="row">
                <Link to="/leases/$lease" params={{ lease }} className="mono">
                  {shorten(lease)}
                </Link>
              </th>
              <td>
                <Badge tone={ruled ? "info" : "plain"}>
                  {ruled ? (forTenant ? t.tenant : t.forProvider) : t.unruled}
                </Badge>
              </td>
              <td>
                <Address of={provider} />
              </td>
              <td className="right">
                <Amount of={slashed} unit={ETH} />
              </td>
              <td>
                <Tx of={tx} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

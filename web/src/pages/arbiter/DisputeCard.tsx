// One dispute: parties, deadline, evidence, proofs, and the ruling.
import { Link } from "@tanstack/react-router"
import type { LeaseSummary, ProofSummary } from "../../api/types.ts"
import { useUnit } from "../../chain/currency.ts"
import { isSame, type RuleContext } from "../../chain/legal.ts"
import { Countdown } from "../../features/chain/Countdown.tsx"
import { Loaded } from "../../features/errors/Failure.tsx"
import { Fact, Facts } from "../../features/proposals/CallDetails.tsx"
import { useDispute } from "../../features/queries/dispute.ts"
import { useLease, useProofs, useProviders } from "../../features/queries/market.ts"
import { amountOver, ETH, formatBasisPoints, HOUR } from "../../i18n/format.ts"
import { defineMessages, useMessages } from "../../i18n/language.ts"
import { Badge } from "../../ui/Badge.tsx"
import { Card } from "../../ui/Card.tsx"
import { Address, Amount, Hash, Tx, When } from "../../ui/Values.tsx"
import styles from "./Arbiter.module.css"
import type { Arbiters } from "./arbiters.ts"
import { DisputeEvidence } from "./DisputeEvidence.tsx"
import { Ruling } from "./Ruling.tsx"

const messages = defineMessages(
  {
    title: "Lease",
    late: "Deadline passed",
    tenant: "Tenant",
    provider: "Provider",
    opened: "Opened",
    deposit: "Tenant's deposit",
    frozen: "Frozen: may be owed",
    balance: "In the lease",
    byDefault:
      "Without a ruling in time anyone may end the dispute: the provider's proofs are upheld, and the deposit is returned to the tenant.",
    evidence: "The tenant's evidence",
    terms: "Terms",
    replicas: "Replicas",
    of: (wanted: number, min: number, max: number) => `${wanted}, allowed ${min} to ${max}`,
    shape: "Each replica gets",
    shaped: (cores: number, memory: number, disk: number, gpus: number) =>
      `${cores} ${cores === 1 ? "core" : "cores"}, ${memory} MiB, ${disk} MiB disk${gpus ? `, ${gpus} GPUs` : ""}`,
    price: "A replica reserves",
    perHour: "/h",
    manifest: "Manifest",
    paid: "Paid so far",
    proofs: "Latest proofs",
    noProofs: "The provider has posted no proof of this lease.",
    epoch: "Epoch",
    posted: "Posted",
    utilization: "Utilization",
    seconds: "Replica-seconds",
    all: "Open the lease with all its proofs",
    ruling: "Ruling",
  },
  {
    title: "租约",
    late: "期限已过",
    tenant: "租户",
    provider: "提供方",
    opened: "提出时间",
    deposit: "租户的押金",
    frozen: "已冻结：可能欠付",
    balance: "租约余额",
    byDefault: "若无人按时裁决，任何人都可结束争议：以提供方的证明为准，押金退还租户。",
    evidence: "租户出示的证据",
    terms: "约定内容",
    replicas: "副本",
    of: (wanted: number, min: number, max: number) => `${wanted} 个，允许 ${min} 到 ${max}`,
    shape: "每个副本获得",
    shaped: (cores: number, memory: number, disk: number, gpus: number) =>
      `${cores} 核，${memory} MiB，磁盘 ${disk} MiB${gpus ? `，${gpus} 块 GPU` : ""}`,
    price: "每个副本预留",
    perHour: "/小时",
    manifest: "清单",
    paid: "迄今已支付",
    proofs: "最新证明",
    noProofs: "提供方尚未就该租约提交任何证明。",
    epoch: "周期",
    posted: "提交时间",
    utilization: "利用率",
    seconds: "副本秒",
    all: "查看租约及其全部证明",
    ruling: "裁决",
  },
)

interface Props {
  lease: LeaseSummary
  here: RuleContext
  bench: Arbiters
}

export function DisputeCard({ lease, here, bench }: Props) {
  const t = useMessages(messages)
  const unit = useUnit(lease.money.currency)
  const view = useLease(lease.id)
  const dispute = useDispute(lease.id)
  const proofs = useProofs(lease, 5)
  const { data: providers } = useProviders()
  const provider = providers?.find(({ address }) => isSame(address, lease.provider))
  const until = lease.disputedUntil!
  const late = here.now >= until
  return (
    <Card
      title={
        <span className="row">
          {t.title} <Hash of={lease.id} />
        </span>
      }
      aside={<Badge tone={late ? "warn" : "info"}>{late ? t.late : <Countdown until={until} />}</Badge>}
    >
      <div className="stack">
        <Facts>
          <Fact label={t.tenant}>
            <Address of={lease.tenant} you={isSame(here.me, lease.tenant)} />
          </Fact>
          <Fact label={t.provider}>
            <Address of={lease.provider} you={isSame(here.me, lease.provider)} />
          </Fact>
          {dispute.data && (
            <>
              <Fact label={t.opened}>
                <When of={dispute.data.openedAt} /> <Tx of={dispute.data.tx} />
              </Fact>
              <Fact label={t.deposit}>
                <Amount of={dispute.data.deposit} unit={ETH} />
              </Fact>
            </>
          )}
          <Fact label={t.frozen}>
            <Amount of={lease.money.owed} unit={unit} />
          </Fact>
          <Fact label={t.balance}>
            <Amount of={lease.money.balance} unit={unit} />
          </Fact>
        </Facts>
        <p className="small soft">{t.byDefault}</p>
        <div className={styles.columns}>
          <section className="stack-s">
            <h3>{t.evidence}</h3>
            <Loaded query={dispute}>
              {(now) => (now ? <DisputeEvidence lease={lease} hash={now.evidence} /> : null)}
            </Loaded>
          </section>
          <section className="stack-s">
            <h3>{t.terms}</h3>
            <Loaded query={view}>
              {({ terms, policy, money }) => (
                <Facts>
                  <Fact label={t.replicas}>
                    {t.of(lease.replicas.wanted, policy.minReplicas, policy.maxReplicas)}
                  </Fact>
                  <Fact label={t.shape}>
                    {t.shaped(
                      terms.shape.millicores / 1000,
                      terms.shape.memoryMiB,
                      terms.shape.diskMiB,
                      terms.shape.gpus,
                    )}
                  </Fact>
                  <Fact label={t.price}>
                    <Amount of={amountOver(BigInt(terms.rates.reserved), HOUR)} unit={unit} />
                    {t.perHour}
                  </Fact>
                  <Fact label={t.paid}>
                    <Amount of={money.paid} unit={unit} />
                  </Fact>
                  <Fact label={t.manifest}>
                    <Hash of={terms.manifestHash} />
                  </Fact>
                </Facts>
              )}
            </Loaded>
          </section>
        </div>
        <section className="stack-s">
          <h3>{t.proofs}</h3>
          <Loaded query={proofs}>{(list) => <Proofs list={list} />}</Loaded>
          <p className="small">
            <Link to="/leases/$lease" params={{ lease: lease.id }} search={{ tab: "proofs" }}>
              {t.all}
            </Link>
          </p>
        </section>
        <section className="stack-s">
          <h3>{t.ruling}</h3>
          <Ruling
            lease={{ ...lease, terms: view.data?.terms }}
            here={here}
            bench={bench}
            provider={provider}
            deposit={dispute.data?.deposit}
            unit={unit}
          />
        </section>
      </div>
    </Card>
  )
}

function Proofs({ list }: { list: ProofSummary[] }) {
  const t = useMessages(messages)
  if (list.length === 0) return <p className="small soft">{t.noProofs}</p>
  return (
    <section className="scroller" aria-label={t.proofs} tabIndex={0}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t.epoch}</th>
            <th scope="col">{t.posted}</th>
            <th scope="col" className="right">
              {t.utilization}
            </th>
            <th scope="col" className="right">
              {t.seconds}
            </th>
          </tr>
        </thead>
        <tbody>
          {list.map(({ epoch, postedAt, usage }) => (
            <tr key={epoch}>
              <th scope="row">{epoch}</th>
              <td>{postedAt ? <When of={postedAt} /> : "–"}</td>
              <td className="right">{formatBasisPoints(usage.utilization)}</td>
              <td className="right num">{Number(usage.replicaSeconds).toLocaleString("en-US")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  )
}

// The lease's id, state, and URLs.
import { Link } from "@tanstack/react-router"
import { useConnection } from "wagmi"
import type { LeaseView } from "../../api/types.ts"
import { useUnit } from "../../chain/currency.ts"
import { amountOver, HOUR, shorten } from "../../i18n/format.ts"
import { defineMessages, useMessages } from "../../i18n/language.ts"
import { Badge, type Tone } from "../../ui/Badge.tsx"
import { Notice } from "../../ui/States.tsx"
import { Address, Amount, Copy, When } from "../../ui/Values.tsx"
import styles from "./Lease.module.css"
import { Runway } from "./Runway.tsx"
import { shapeText } from "./shapeText.ts"

const messages = defineMessages(
  {
    back: "Leases",
    lease: "Lease",
    status: { active: "Active", exhausted: "Exhausted", closed: "Closed" },
    disputed: "Disputed",
    tenant: "Tenant",
    provider: "Provider",
    shape: "Shape of a replica",
    replicas: "Replicas",
    running: (healthy: number, wanted: number) => `${healthy} of ${wanted} healthy`,
    rate: "Rate",
    hour: "per hour",
    runway: "Runway",
    opened: "Opened",
    closed: "Closed",
    address: "Address",
    noAddress: "none yet",
    service: (service: string, port: number) => `${service}, port ${port}`,
    why: "The lease does not run as specified: ",
    exhausted:
      "The lease's funds are exhausted: it is paused until it is topped up. Volumes are kept for a grace period.",
    dispute: "In dispute: payments are frozen until the arbiters rule or their deadline passes, at ",
  },
  {
    back: "租约",
    lease: "租约",
    status: { active: "运行中", exhausted: "资金耗尽", closed: "已关闭" },
    disputed: "争议中",
    tenant: "租户",
    provider: "提供方",
    shape: "每个副本的规格",
    replicas: "副本",
    running: (healthy: number, wanted: number) => `${healthy} / ${wanted} 个健康`,
    rate: "费率",
    hour: "每小时",
    runway: "剩余时长",
    opened: "开启于",
    closed: "关闭于",
    address: "访问地址",
    noAddress: "暂无",
    service: (service: string, port: number) => `${service}，端口 ${port}`,
    why: "运行状态不符合预期：",
    exhausted: "资金已耗尽：在有人充值之前不会运行。数据卷会保留一段时间。",
    dispute: "争议中：在仲裁人裁决或期限届满之前不支付任何款项，期限为 ",
  },
)

const TONES: Record<LeaseView["status"], Tone> = { active: "good", exhausted: "bad", closed: "plain" }

/** Only http and https URLs become links. */
function isWeb(url: string): boolean {
  return /^https?:\/\//.test(url)
}

export function LeaseHeader({ lease }: { lease: LeaseView }) {
  const t = useMessages(messages)
  const { address } = useConnection()
  const unit = useUnit(lease.money.currency)
  const mine = (who: string) => who.toLowerCase() === address?.toLowerCase()
  const { replicas, status, terms } = lease
  return (
    <header className={styles.head}>
      <Link to="/leases" className={styles.back}>
        ← {t.back}
      </Link>
      <div className={styles.title}>
        <h1>
          {t.lease} <span className={styles.id}>{shorten(lease.id)}</span>
        </h1>
        <Copy text={lease.id} what={shorten(lease.id)} />
        <Badge tone={TONES[status]}>{t.status[status]}</Badge>
        {lease.disputedUntil !== null && <Badge tone="warn">{t.disputed}</Badge>}
      </div>
      <dl className={styles.facts}>
        <div>
          <dt>{t.address}</dt>
          <dd className={styles.urls}>
            {lease.served.length === 0 && <span className="soft">{t.noAddress}</span>}
            {lease.served.map(({ service, port, url, pathUrl }) =>
              isWeb(url) ? (
                <a
                  key={url}
                  href={isWeb(pathUrl) ? pathUrl : url}
                  target="_blank"
                  rel="noreferrer"
                  title={`${t.service(service, port)}: ${url}`}
                >
                  {service}:{port} ↗
                </a>
              ) : (
                <span key={url}>{url}</span>
              ),
            )}
          </dd>
        </div>
        <div>
          <dt>{t.replicas}</dt>
          <dd>{status === "closed" ? "0" : t.running(replicas.healthy, replicas.wanted)}</dd>
        </div>
        <div>
          <dt>{t.runway}</dt>
          <dd>
            <Runway lease={lease} />
          </dd>
        </div>
        <div>
          <dt>{t.rate}</dt>
          <dd>
            <Amount of={amountOver(BigInt(lease.money.rate), HOUR)} unit={unit} /> {t.hour}
          </dd>
        </div>
        <div>
          <dt>{t.shape}</dt>
          <dd>{shapeText(terms.shape)}</dd>
        </div>
        <div>
          <dt>{t.tenant}</dt>
          <dd>
            <Address of={lease.tenant} you={mine(lease.tenant)} />
          </dd>
        </div>
        <div>
          <dt>{t.provider}</dt>
          <dd>
            <Address of={lease.provider} you={mine(lease.provider)} />
          </dd>
        </div>
        <div>
          <dt>{lease.closedAt ? t.closed : t.opened}</dt>
          <dd>
            <When of={lease.closedAt ?? lease.openedAt} />
          </dd>
        </div>
      </dl>
      {status === "exhausted" && <Notice tone="bad">{t.exhausted}</Notice>}
      {lease.disputedUntil !== null && (
        <Notice>
          {t.dispute}
          <When of={lease.disputedUntil} />
        </Notice>
      )}
      {lease.reason && (
        <Notice tone="bad">
          {t.why}
          {lease.reason}
        </Notice>
      )}
    </header>
  )
}

// The page of a lease: state, progress through the stages, and tabs with the details. A tab's code is loaded when it is
// opened.
import { Link, useNavigate, useParams, useSearch } from "@tanstack/react-router"
import { lazy, Suspense } from "react"
import type { Hex } from "viem"
import { ApiError } from "../../api/client.ts"
import { retryImport } from "../../browser/retryImport.ts"
import { Failure } from "../../features/errors/Failure.tsx"
import { useProviderView } from "../../features/queries/lease.ts"
import { useLease } from "../../features/queries/market.ts"
import { defineMessages, useMessages } from "../../i18n/language.ts"
import { Empty, Notice, Skeleton } from "../../ui/States.tsx"
import { Tabs } from "../../ui/Tabs.tsx"
import { Flow } from "./Flow.tsx"
import styles from "./Lease.module.css"
import { LeaseHeader } from "./LeaseHeader.tsx"

const messages = defineMessages(
  {
    tabs: "Lease details",
    overview: "Overview",
    replicas: "Replicas",
    money: "Money",
    logs: "Logs",
    shell: "Shell",
    events: "Events",
    proofs: "Proofs",
    access: "Access",
    unknown: "Lease not found",
    unknownAbout: "Neither the provider nor the chain has a lease with this id.",
    back: "All leases",
    old: "This data may be outdated: the last request failed, and is being retried.",
  },
  {
    tabs: "租约的各个部分",
    overview: "概览",
    replicas: "副本",
    money: "资金",
    logs: "日志",
    shell: "终端",
    events: "事件",
    proofs: "证明",
    access: "访问",
    unknown: "没有这个租约",
    unknownAbout: "此市场的提供方和链上都不存在该编号的租约。",
    back: "全部租约",
    old: "数据可能已过时：上一次请求失败，正在重试。",
  },
)

const Overview = lazy(retryImport(() => import("./Overview.tsx")))
const Replicas = lazy(retryImport(() => import("./replicas/Replicas.tsx")))
const Money = lazy(retryImport(() => import("./money/Money.tsx")))
const Logs = lazy(retryImport(() => import("./logs/Logs.tsx")))
const Shell = lazy(retryImport(() => import("./shell/Shell.tsx")))
const Events = lazy(retryImport(() => import("./events/Events.tsx")))
const Proofs = lazy(retryImport(() => import("./proofs/Proofs.tsx")))
const Access = lazy(retryImport(() => import("./access/Access.tsx")))

const TABS = {
  overview: Overview,
  replicas: Replicas,
  money: Money,
  logs: Logs,
  shell: Shell,
  events: Events,
  proofs: Proofs,
  access: Access,
} as const

export function Lease() {
  const { lease } = useParams({ from: "/leases/$lease" })
  const { tab, epoch } = useSearch({ from: "/leases/$lease" })
  const navigate = useNavigate()
  const go = (tab: string) =>
    void navigate({ to: "/leases/$lease", params: { lease }, search: { tab }, resetScroll: false })
  return <LeasePage key={lease} id={lease as Hex} tab={tab} epoch={epoch} onTab={go} />
}

interface Props {
  id: Hex
  tab?: string
  epoch?: number
  onTab: (tab: string) => void
}

export function LeasePage({ id, tab = "overview", epoch, onTab }: Props) {
  const t = useMessages(messages)
  const query = useLease(id)
  const lease = useProviderView(query.data)
  if (!lease) {
    if (query.isPending) return <Skeleton lines={12} />
    if (query.error instanceof ApiError && query.error.status === 404) {
      return (
        <>
          <h1>{t.unknown}</h1>
          <Empty title={t.unknownAbout}>
            <Link to="/leases">{t.back}</Link>
          </Empty>
        </>
      )
    }
    return <Failure error={query.error} retry={() => query.refetch()} />
  }
  const open = tab in TABS ? (tab as keyof typeof TABS) : "overview"
  return (
    <div className={styles.page}>
      <LeaseHeader lease={lease} />
      {query.isError && <Notice>{t.old}</Notice>}
      <Flow lease={lease} />
      <Tabs
        label={t.tabs}
        value={open}
        onChange={onTab}
        tabs={Object.entries(TABS).map(([value, Content]) => ({
          value,
          label: t[value as keyof typeof TABS],
          content: (
            <Suspense fallback={<Skeleton lines={8} />}>
              <Content lease={lease} epoch={epoch} />
            </Suspense>
          ),
        }))}
      />
    </div>
  )
}

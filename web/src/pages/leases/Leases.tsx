import { Link } from "@tanstack/react-router"
import { useMemo, useState } from "react"
import { useConnection } from "wagmi"
import type { LeaseSummary } from "../../api/types.ts"
import { Loaded } from "../../features/errors/Failure.tsx"
import { useLeases, useMarket } from "../../features/queries/market.ts"
import { shorten } from "../../i18n/format.ts"
import { useMessages } from "../../i18n/language.ts"
import { Button } from "../../ui/Button.tsx"
import { Card } from "../../ui/Card.tsx"
import { Choice, TextField } from "../../ui/Field.tsx"
import { Empty } from "../../ui/States.tsx"
import { concerns, filter, type Status } from "./filter.ts"
import styles from "./Leases.module.css"
import { LeaseTable } from "./LeaseTable.tsx"
import { messages } from "./messages.ts"

const STATUSES = ["any", "active", "disputed", "exhausted", "closed"] as const

export function Leases() {
  const t = useMessages(messages)
  const leases = useLeases(true)
  return (
    <>
      <header className="row spread">
        <h1>{t.title}</h1>
        <Link to="/deploy" className="small">
          {t.deploy}
        </Link>
      </header>
      <Card flush>
        <div className={styles.loading}>
          <Loaded query={leases} lines={10}>
            {(all) => <Listed leases={all} />}
          </Loaded>
        </div>
      </Card>
    </>
  )
}

export function Listed({ leases }: { leases: readonly LeaseSummary[] }) {
  const t = useMessages(messages)
  const { address } = useConnection()
  const market = useMarket()
  const mine = useMemo(() => leases.filter((lease) => address && concerns(lease, address)), [leases, address])
  const [whose, setWhose] = useState<"mine" | "all" | null>(null)
  const [text, setText] = useState("")
  const [status, setStatus] = useState<Status>("any")
  const [provider, setProvider] = useState("")
  // A user with leases sees those first.
  const shownWhose = whose ?? (mine.length > 0 ? "mine" : "all")
  const of = shownWhose === "mine" ? (address ?? "") : null
  const shown = useMemo(
    () => filter(leases, { text, status, provider, of }),
    [leases, text, status, provider, of],
  )
  const sellers = useMemo(() => [...new Set(leases.map((lease) => lease.provider))].sort(), [leases])
  const all = of === null ? leases.length : mine.length

  function clear() {
    setText("")
    setStatus("any")
    setProvider("")
  }

  return (
    <>
      <search className={styles.filter}>
        <Choice
          label={t.whose}
          value={shownWhose}
          options={[
            { value: "mine", label: t.mine },
            { value: "all", label: t.all },
          ]}
          onChange={setWhose}
        />
        <TextField label={t.text} placeholder={t.textHint} type="search" value={text} onChange={setText} />
        <Choice
          label={t.status}
          value={status}
          options={STATUSES.map((value) => ({
            value,
            label: value === "any" ? t.any : t.statuses[value],
          }))}
          onChange={setStatus}
        />
        <Choice
          label={t.provider}
          value={provider}
          options={[
            { value: "", label: t.any },
            ...sellers.map((value) => ({ value, label: shorten(value) })),
          ]}
          onChange={setProvider}
        />
        <p className={styles.count} role="status">
          {t.shown(shown.length, all)}
        </p>
      </search>
      {shown.length > 0 ? (
        <LeaseTable
          leases={shown}
          noticePeriod={Number(market.data?.parameters.noticePeriod ?? 0)}
          account={address}
        />
      ) : (
        <Nothing
          all={all}
          mine={of !== null}
          connected={address !== undefined}
          clear={clear}
          everybody={() => setWhose("all")}
        />
      )}
    </>
  )
}

interface NothingProps {
  all: number
  mine: boolean
  connected: boolean
  clear: () => void
  everybody: () => void
}

function Nothing({ all, mine, connected, clear, everybody }: NothingProps) {
  const t = useMessages(messages)
  if (all > 0) {
    return (
      <Empty title={t.nothing}>
        <Button onClick={clear}>{t.clear}</Button>
      </Empty>
    )
  }
  if (!mine) {
    return (
      <Empty title={t.none}>
        {t.noneAbout} <Link to="/deploy">{t.deploy}</Link>
      </Empty>
    )
  }
  return (
    <Empty title={connected ? t.noneMine : t.connect}>
      <p>{connected ? t.noneMineAbout : t.connectAbout}</p>
      <p className={styles.next}>
        {connected && <Link to="/deploy">{t.deploy}</Link>}
        <Button onClick={everybody}>{t.seeAll}</Button>
      </p>
    </Empty>
  )
}

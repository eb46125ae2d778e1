// Every epoch of the lease with its statement, each of which can be verified without trusting the provider.
import { useState } from "react"
import type { ProofSummary } from "../../../api/types.ts"
import { Failure } from "../../../features/errors/Failure.tsx"
import { useEpochs } from "../../../features/queries/lease.ts"
import { formatBasisPoints, formatBytes, formatDuration, formatFigure } from "../../../i18n/format.ts"
import { defineMessages, useMessages } from "../../../i18n/language.ts"
import { Button } from "../../../ui/Button.tsx"
import { Card } from "../../../ui/Card.tsx"
import { Empty, Skeleton } from "../../../ui/States.tsx"
import { Hash, Tx, When } from "../../../ui/Values.tsx"
import type { TabProps } from "../tabProps.ts"
import { Proof } from "./Proof.tsx"
import styles from "./Proofs.module.css"

const messages = defineMessages(
  {
    title: "Epochs",
    about:
      "At the end of each epoch the provider states the lease's usage since it was opened, and posts one Merkle root over all its statements. Time without a proof is not paid.",
    epoch: "Epoch",
    time: "Until",
    seconds: "Replica time",
    cpu: "CPU used",
    memory: "Memory × time",
    network: "Traffic",
    utilization: "Utilization",
    root: "Root",
    posted: "Posted",
    verify: "Verify",
    verifyEpoch: (epoch: number) => `Verify epoch ${epoch}`,
    none: "No proof yet",
    noneAbout: "The first proof appears at the end of an epoch in which the lease ran.",
    more: "Older epochs",
  },
  {
    title: "周期",
    about:
      "每个周期结束时，提供方报表租约自开启以来的用量，并为其全部报表公布一个 Merkle 根。没有证明覆盖的部分不予支付。",
    epoch: "周期",
    time: "截至",
    seconds: "副本时长",
    cpu: "CPU 用量",
    memory: "内存 × 时间",
    network: "流量",
    utilization: "利用率",
    root: "根",
    posted: "公布",
    verify: "验证",
    verifyEpoch: (epoch: number) => `验证周期 ${epoch}`,
    none: "尚无证明",
    noneAbout: "租约运行的首个周期结束后会出现第一份证明。",
    more: "更早的周期",
  },
)

const GIB = 2 ** 30

export default function Proofs({ lease, epoch }: TabProps) {
  const t = useMessages(messages)
  const [chosen, setChosen] = useState<number | null>(epoch ?? null)
  const query = useEpochs(lease)
  const rows = query.data?.pages.flat()
  return (
    <div className="stack">
      {chosen !== null && <Proof key={chosen} lease={lease} epoch={chosen} onClose={() => setChosen(null)} />}
      <Card title={t.title} flush>
        {!rows ? (
          query.error ? (
            <Failure error={query.error} retry={() => query.refetch()} />
          ) : (
            <Skeleton lines={8} />
          )
        ) : rows.length === 0 ? (
          <Empty title={t.none}>{t.noneAbout}</Empty>
        ) : (
          <>
            <p className={`soft small ${styles.about}`}>{t.about}</p>
            <table className={styles.table}>
              <thead>
                <tr>
                  <th scope="col">{t.epoch}</th>
                  <th scope="col">{t.time}</th>
                  <th scope="col" className="right">
                    {t.utilization}
                  </th>
                  <th scope="col" className="right">
                    {t.seconds}
                  </th>
                  <th scope="col" className="right">
                    {t.cpu}
                  </th>
                  <th scope="col" className="right">
                    {t.memory}
                  </th>
                  <th scope="col" className="right">
                    {t.network}
                  </th>
                  <th scope="col">{t.root}</th>
                  <th scope="col">{t.posted}</th>
                  <th scope="col">
                    <span className="unseen">{t.verify}</span>
                  </th>
                </tr>
              </thead>
              <tbody>
                {rows.map((row) => (
                  <Row key={row.epoch} row={row} chosen={row.epoch === chosen} onChoose={setChosen} />
                ))}
              </tbody>
            </table>
            {query.hasNextPage && (
              <Button kind="quiet" busy={query.isFetchingNextPage} onClick={() => query.fetchNextPage()}>
                {t.more}
              </Button>
            )}
          </>
        )}
      </Card>
    </div>
  )
}

interface RowProps {
  row: ProofSummary
  chosen: boolean
  onChoose: (epoch: number) => void
}

function Row({ row, chosen, onChoose }: RowProps) {
  const t = useMessages(messages)
  const { epoch, root, usage, rootTx, postedAt } = row
  return (
    <tr aria-current={chosen || undefined}>
      <th scope="row">{epoch}</th>
      <td>
        <When of={usage.time} />
      </td>
      <td className="right num">{formatBasisPoints(usage.utilization)}</td>
      <td className="right num">{formatDuration(BigInt(usage.replicaSeconds))}</td>
      <td className="right num">{formatFigure(Number(usage.cpuNanos) / 1e9)} s</td>
      <td className="right num">{formatFigure(Number(usage.memoryByteSeconds) / GIB / 3600)} GiB·h</td>
      <td className="right num">{formatBytes(Number(usage.networkBytes))}</td>
      <td>
        <Hash of={root} />
      </td>
      <td>{rootTx ? <Tx of={rootTx} /> : postedAt !== null ? <When of={postedAt} /> : "–"}</td>
      <td>
        <Button aria-label={t.verifyEpoch(epoch)} onClick={() => onChoose(epoch)}>
          {t.verify}
        </Button>
      </td>
    </tr>
  )
}

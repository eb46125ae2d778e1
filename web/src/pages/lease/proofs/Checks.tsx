// The steps of a verification, each with its values and what it proves.
import type { ReactNode } from "react"
import type { LeaseView, ProofView } from "../../../api/types.ts"
import { useUnit } from "../../../chain/currency.ts"
import type { Verification } from "../../../chain/verifyProof.ts"
import { formatBytes, formatDuration, formatFigure } from "../../../i18n/format.ts"
import { defineMessages, useMessages } from "../../../i18n/language.ts"
import { Amount, Hash, When } from "../../../ui/Values.tsx"
import styles from "./Proofs.module.css"

const messages = defineMessages(
  {
    holds: "holds",
    fails: "does not hold",
    terms: "The lease's id is the hash of its terms",
    termsProves: "Shape, rates and parties are those recorded on chain.",
    statement: "The statement hashes to its leaf",
    statementProves: "The leaf commits to exactly these counters.",
    computed: "computed here",
    claimed: "the provider's",
    path: "The path leads to the root",
    pathProves:
      "The leaf is in the tree of this root: the statement cannot be changed without changing the root.",
    siblings: (count: number, leaves: number) =>
      count === 0
        ? `the only statement of its epoch`
        : `${count} ${count === 1 ? "sibling" : "siblings"}, of ${leaves} statements in the tree`,
    root: "The root is on chain",
    rootProves: "The provider posted this root in its epoch, and cannot take it back.",
    contract: "stored by the contract (28 bytes)",
    event: "from its event: the contract stores newer roots only",
    noRoot: "the chain has no root of this epoch",
    posted: "posted",
    physics: "The usage is within the shape's capacity",
    physicsProves: "A statement beyond this would be fraud that anyone can prove.",
    cpu: (used: string, most: string) => `CPU ${used} s of at most ${most} s`,
    memory: (used: string, most: string) => `memory ${used}·h of at most ${most}·h`,
    settlements: "The settlements add up to what was paid",
    settlementsProves: "Nothing was paid outside of settlements.",
    sum: (count: number) => `sum of ${count} settlements`,
    paid: "paid, according to the contract",
    bound: "No more was paid than proven, reserved and deposited",
    boundProves: "Until this statement the provider was paid at most the smallest of the three.",
    paidUntil: "paid up to this statement",
    price: "price of the proven usage",
    reserved: "reserved until then",
    deposited: "deposited in all",
    settled: "this statement was settled",
    statementTitle: "The statement",
    time: "until",
    seconds: "healthy replica time",
  },
  {
    holds: "成立",
    fails: "不成立",
    terms: "租约编号是其条款的哈希",
    termsProves: "规格、费率与各方正是链上约定的内容，而非他人所述。",
    statement: "报表的哈希等于其叶",
    statementProves: "叶所代表的正是这些计数，而非其他。",
    computed: "此处计算",
    claimed: "提供方给出",
    path: "路径通向根",
    pathProves: "该叶位于此根之下的树中：不更换根就无法更改报表。",
    siblings: (count: number, leaves: number) =>
      count === 0 ? "该周期唯一的报表" : `${count} 个兄弟节点，树中共 ${leaves} 份报表`,
    root: "根在链上",
    rootProves: "提供方在其周期公布了此根，且无法撤回。",
    contract: "由合约保存（28 字节）",
    event: "来自其事件：合约只保存较新的根",
    noRoot: "链上没有该周期的根",
    posted: "公布于",
    physics: "未超出规格可能的用量",
    physicsProves: "超出此限的报表即为任何人都能证明的欺诈。",
    cpu: (used: string, most: string) => `CPU ${used} 秒，最多 ${most} 秒`,
    memory: (used: string, most: string) => `内存 ${used}·时，最多 ${most}·时`,
    settlements: "各次结算之和等于已付金额",
    settlementsProves: "结算之外没有任何付款。",
    sum: (count: number) => `${count} 次结算之和`,
    paid: "合约记录的已付金额",
    bound: "付款不超过已证明、已预留与已存入的金额",
    boundProves: "截至该报表，提供方所得至多为三者中的最小值。",
    paidUntil: "截至该报表已付",
    price: "已证明用量的价格",
    reserved: "截至当时已预留",
    deposited: "累计存入",
    settled: "该报表本身已结算",
    statementTitle: "报表",
    time: "截至",
    seconds: "健康副本时长",
  },
)

interface Props {
  lease: LeaseView
  proof: ProofView
  found: Verification
}

export function Checks({ lease, proof, found }: Props) {
  const t = useMessages(messages)
  const unit = useUnit(lease.money.currency)
  const { terms, statement, path, root, physics, settlements, bound } = found
  const money = (of: bigint) => <Amount of={of} unit={unit} />
  const { usage } = proof
  return (
    <ol className={styles.checks}>
      <Check title={t.terms} proves={t.termsProves} holds={terms.holds}>
        <Value name={t.computed}>
          <Hash of={terms.id} />
        </Value>
      </Check>
      <Check title={t.statement} proves={t.statementProves} holds={statement.holds}>
        <Value name={t.time}>
          <When of={usage.time} />
        </Value>
        <Value name={t.seconds}>{formatDuration(BigInt(usage.replicaSeconds))}</Value>
        <Value name={t.computed}>
          <Hash of={statement.leaf} />
        </Value>
        <Value name={t.claimed}>
          <Hash of={statement.claimed} />
        </Value>
      </Check>
      <Check title={t.path} proves={t.pathProves} holds={path.holds}>
        <Value name={t.siblings(proof.path.length, proof.leaves)}>
          <span className={styles.nodes}>
            {path.nodes.map((node, level) => (
              <Hash key={level} of={node} />
            ))}
          </span>
        </Value>
        <Value name={t.claimed}>
          <Hash of={path.claimed} />
        </Value>
      </Check>
      <Check title={t.root} proves={t.rootProves} holds={root.holds}>
        {root.onChain === null ? (
          <Value name={t.noRoot}>–</Value>
        ) : (
          <Value name={root.source === "contract" ? t.contract : t.event}>
            <Hash of={root.onChain} />
          </Value>
        )}
        {root.postedAt !== null && (
          <Value name={t.posted}>
            <When of={root.postedAt} />
          </Value>
        )}
      </Check>
      <Check title={t.physics} proves={t.physicsProves} holds={physics.holds}>
        <p>{t.cpu(formatFigure(Number(physics.cpu) / 1e9), formatFigure(Number(physics.mostCpu) / 1e9))}</p>
        <p>
          {t.memory(
            formatBytes(Math.round(Number(physics.memory) / 3600)),
            formatBytes(Math.round(Number(physics.mostMemory) / 3600)),
          )}
        </p>
      </Check>
      <Check title={t.settlements} proves={t.settlementsProves} holds={settlements.holds}>
        <Value name={t.sum(settlements.count)}>{money(settlements.sum)}</Value>
        <Value name={t.paid}>{money(settlements.paid)}</Value>
      </Check>
      <Check title={t.bound} proves={t.boundProves} holds={bound.holds}>
        <Value name={t.paidUntil}>{money(bound.paid)}</Value>
        <Value name={t.price}>{money(bound.price)}</Value>
        <Value name={t.reserved}>{money(bound.reserved)}</Value>
        <Value name={t.deposited}>{money(bound.deposited)}</Value>
        {bound.settled && <p>{t.settled}</p>}
      </Check>
    </ol>
  )
}

interface CheckProps {
  title: string
  proves: string
  holds: boolean
  children: ReactNode
}

function Check({ title, proves, holds, children }: CheckProps) {
  const t = useMessages(messages)
  return (
    <li className={styles.check} data-holds={holds}>
      <span className={styles.verdict}>
        <span aria-hidden="true">{holds ? "✓" : "✗"}</span>
        <span className="unseen">{holds ? t.holds : t.fails}</span>
      </span>
      <div className="stack-s">
        <h3>{title}</h3>
        <div className={styles.values}>{children}</div>
        <p className="soft small">{proves}</p>
      </div>
    </li>
  )
}

function Value({ name, children }: { name: string; children: ReactNode }) {
  return (
    <p className={styles.pair}>
      <span className="soft">{name}</span> <span>{children}</span>
    </p>
  )
}

// The effect of a ruling in numbers, before it is made; and the end of a dispute after the deadline.
import { useState } from "react"
import type { LeaseSummary, LeaseView, ProviderView } from "../../api/types.ts"
import { endDisputeCall } from "../../chain/actions/endDispute.ts"
import { ruleCall } from "../../chain/actions/rule.ts"
import { type RuleContext, requiredBond, useReasons } from "../../chain/legal.ts"
import { usePropose } from "../../features/proposals/ProposeDialog.tsx"
import { ETH, formatAmount, type Unit } from "../../i18n/format.ts"
import { defineMessages, useMessages } from "../../i18n/language.ts"
import { ActionButton } from "../../ui/Button.tsx"
import { Notice } from "../../ui/States.tsx"
import { Amount } from "../../ui/Values.tsx"
import styles from "./Arbiter.module.css"
import { type Arbiters, actAs } from "./arbiters.ts"

const messages = defineMessages(
  {
    side: "Ruling",
    tenant: "For the tenant",
    provider: "For the provider",
    slash: "Taken from the provider's bond",
    share: (percent: string) => `${percent} of the bond`,
    effects: "What this ruling does",
    loses: "The provider's bond loses",
    gets: "Of that, the tenant receives",
    burned: "Burned",
    void: "Claims before the ruling are void; released to the lease",
    back: "The deposit is returned to the tenant",
    earned: "The deposit becomes the provider's earnings",
    claimed: "The frozen amount can be claimed with proofs, at most",
    left: "Remaining bond",
    rule: "Rule",
    propose: "Propose the ruling",
    stops: (required: string) =>
      `Its capacity needs a bond of ${required}: the provider cannot sell until it adds to its bond.`,
    label: "Rule a dispute",
    end: "End the dispute",
    endAbout: "After the deadline: the proofs are upheld.",
  },
  {
    side: "裁决结果",
    tenant: "租户胜诉",
    provider: "提供方胜诉",
    slash: "从提供方押金中扣除",
    share: (percent: string) => `押金的 ${percent}`,
    effects: "此裁决的效果",
    loses: "提供方押金减少",
    gets: "其中租户获得",
    burned: "销毁",
    void: "此前部分租约不再欠付；重新可用",
    back: "押金退还租户",
    earned: "租户押金成为提供方收益",
    claimed: "冻结部分可凭证明索取，最多",
    left: "剩余押金",
    rule: "裁决",
    propose: "提议裁决",
    stops: (required: string) => `其容量需要 ${required} 的押金：在补足之前，该提供方不能再出售。`,
    label: "裁决争议",
    end: "结束争议",
    endAbout: "期限过后：以证明为准。",
  },
)

/** `Bonds.shares` of a slash without a reporter: the rest is burned. */
const TENANT_SHARE = 7_500n

interface Props {
  lease: LeaseSummary & Partial<Pick<LeaseView, "terms">>
  here: RuleContext
  bench: Arbiters
  provider: ProviderView | undefined
  /** Wei. */
  deposit: bigint | undefined
  unit: Unit
}

export function Ruling({ lease, here, bench, provider, deposit, unit }: Props) {
  const t = useMessages(messages)
  const because = useReasons()
  const { attempt, propose, dialog } = usePropose()
  const [forTenant, setForTenant] = useState(true)
  const [points, setPoints] = useState(0)
  const [busy, setBusy] = useState<"rule" | "end">()
  const bond = provider && BigInt(provider.bond)
  const most = Number(here.parameters.fraudShare ?? 0)
  const slash = forTenant && bond ? (bond * BigInt(points)) / 10_000n : 0n
  const reason = because("rule", { ...actAs(here, bench), lease, provider, forTenant, slash })
  // Nothing is shown while the bond is unknown.
  const known = (amount: bigint) => (bond === undefined ? undefined : amount)
  const left = bond === undefined ? undefined : bond - slash
  const required = provider ? requiredBond(provider.capacity, here.parameters) : 0n
  const { terms } = lease

  async function rule() {
    if (!terms) return
    const call = ruleCall({ terms, forTenant, slash })
    if (bench.binding) {
      propose(call, bench.account)
      return
    }
    setBusy("rule")
    await attempt(t.label, call, { unit: ETH })
    setBusy(undefined)
  }
  async function end() {
    if (!terms) return
    setBusy("end")
    await attempt(t.end, endDisputeCall({ terms }), { unit })
    setBusy(undefined)
  }

  return (
    <div className={styles.ruling}>
      <fieldset className={styles.sides}>
        <legend>{t.side}</legend>
        {([true, false] as const).map((side) => (
          <label key={String(side)} className={styles.side}>
            <input
              type="radio"
              name={`side-${lease.id}`}
              checked={forTenant === side}
              onChange={() => setForTenant(side)}
            />
            {side ? t.tenant : t.provider}
          </label>
        ))}
        {forTenant && (
          <label className={styles.slash}>
            <span>{t.slash}</span>
            <input
              type="range"
              min={0}
              max={most}
              step={100}
              value={points}
              aria-valuetext={t.share(`${points / 100} %`)}
              onChange={(event) => setPoints(Number(event.target.value))}
            />
            <span className="num">
              {t.share(`${points / 100} %`)} · <Amount of={slash} unit={ETH} />
            </span>
          </label>
        )}
      </fieldset>
      <dl className={styles.effects} aria-live="polite" aria-label={t.effects}>
        {forTenant ? (
          <>
            <Effect label={t.loses} of={known(slash)} unit={ETH} />
            <Effect label={t.gets} of={known((slash * TENANT_SHARE) / 10_000n)} unit={ETH} />
            <Effect label={t.burned} of={known(slash - (slash * TENANT_SHARE) / 10_000n)} unit={ETH} />
            <Effect label={t.left} of={left} unit={ETH} />
            <Effect label={t.void} of={BigInt(lease.money.owed)} unit={unit} />
            <Effect label={t.back} of={deposit} unit={ETH} />
          </>
        ) : (
          <>
            <Effect label={t.earned} of={deposit} unit={ETH} />
            <Effect label={t.claimed} of={BigInt(lease.money.owed)} unit={unit} />
            <Effect label={t.left} of={left} unit={ETH} />
          </>
        )}
      </dl>
      {slash > 0n && left !== undefined && left < required && (
        <div className={styles.note}>
          <Notice>{t.stops(formatAmount(required, ETH))}</Notice>
        </div>
      )}
      <div className={styles.acts}>
        <ActionButton
          kind="primary"
          reason={reason}
          busy={busy === "rule"}
          disabled={!terms || !provider}
          onClick={rule}
        >
          {bench.binding ? t.propose : t.rule}
        </ActionButton>
        <ActionButton
          reason={because("endDispute", { ...here, lease })}
          busy={busy === "end"}
          disabled={!terms}
          title={t.endAbout}
          onClick={end}
        >
          {t.end}
        </ActionButton>
      </div>
      {dialog}
    </div>
  )
}

function Effect({ label, of, unit }: { label: string; of: bigint | undefined; unit: Unit }) {
  return (
    <div>
      <dt>{label}</dt>
      <dd>{of === undefined ? "–" : <Amount of={of} unit={unit} />}</dd>
    </div>
  )
}

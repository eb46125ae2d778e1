import { useMemo, useState } from "react"
import { zeroAddress } from "viem"
import { useClient, useConnection } from "wagmi"
import { useConfig } from "../../api/config.ts"
import { useUnit } from "../../chain/currency.ts"
import type { Reader } from "../../chain/reader.ts"
import { useChainTime } from "../../features/chain/useChainTime.ts"
import { Failure, Loaded } from "../../features/errors/Failure.tsx"
import { useMisfits } from "../../features/offers/Misfits.tsx"
import { type Matched, match } from "../../features/offers/match.ts"
import { setWanted, useWanted } from "../../features/offers/requirements.ts"
import { Shape } from "../../features/offers/ShapeSliders.tsx"
import { useBase, useMarket, useOffers, useProviders } from "../../features/queries/market.ts"
import { useWords } from "../../i18n/language.ts"
import { Act } from "../../ui/Button.tsx"
import { Card } from "../../ui/Card.tsx"
import { Auction } from "./OrderFields.tsx"
import { useBalance } from "./useBalance.ts"
import { Choose } from "./OfferList.tsx"
import { Cost } from "./CostTable.tsx"
import { type Check, useCheck } from "./useManifestCheck.ts"
import styles from "./Deploy.module.css"
import { type Draft, setDraft, useDraft } from "./draft.ts"
import { Editor } from "./ManifestEditor.tsx"
import { Elastic } from "./PolicyFields.tsx"
import { Money } from "./MoneyFields.tsx"
import { chosenOf, moneyMisfits, moneyOf, type Money as Sums } from "./money.ts"
import { start } from "./startDeployment.ts"
import { words } from "./messages.ts"

const WAYS = ["take", "ask"] as const

export function Form({ begun }: { begun: () => void }) {
  const t = useWords(words)
  const config = useConfig()
  const reader = useClient() as Reader | undefined
  const { address } = useConnection()
  const draft = useDraft()
  const wanted = useWanted()
  const market = useMarket()
  const providers = useProviders()
  const offers = useOffers()
  const now = useChainTime()
  const say = useMisfits()
  const [problem, setProblem] = useState<unknown>(null)

  const intakeOpen = market.data?.intakeOpen ?? true
  const noticePeriod = BigInt(market.data?.parameters.noticePeriod ?? 0)
  const matched = useMemo(() => {
    const { shape, attributes } = wanted
    const wish = { ...draft, shape, attributes, maxRate: null, deposit: null }
    return match(offers.data ?? [], providers.data ?? [], wish, { intakeOpen, noticePeriod })
  }, [offers.data, providers.data, draft, wanted, intakeOpen, noticePeriod])
  const takes = draft.way === "take"
  const chosen = takes ? chosenOf(matched, draft.offer) : null
  // Any provider can check a manifest; the chosen one's word counts.
  const base = useBase(chosen?.offer.provider)
  const check = useCheck(chosen ? base : config.api, draft.manifest)
  const currency = chosen?.offer.currency ?? (takes ? undefined : draft.currency)
  const unit = useUnit(currency)
  const balance = useBalance(currency)
  const money = moneyOf(draft, unit, chosen, noticePeriod)
  const misfits = chosen ? moneyMisfits(draft, chosen, wanted.shape, money, noticePeriod) : []
  const misfit = (error: "RateTooHigh" | "InsufficientFunds") => {
    const found = misfits.find((each) => each.error === error)
    return found ? say(found, unit) : null
  }
  const bad = t.badAmount(unit.symbol, unit.decimals)
  const depositProblem = money.depositText && money.deposit === null ? bad : misfit("InsufficientFunds")
  const budgetProblem = money.budgetText && money.maxRate === null ? bad : misfit("RateTooHigh")
  const { minReplicas, maxReplicas } = draft.policy
  const counts = [...new Set([minReplicas, draft.replicas, maxReplicas])].sort((a, b) => a - b)
  const reason =
    reasonOf({ draft, chosen, money, check, balance, connected: address !== undefined }, t) ??
    depositProblem ??
    budgetProblem

  async function open() {
    setProblem(null)
    try {
      await start({
        reader: reader!,
        chainId: config.chainId,
        market: config.market,
        account: address!,
        draft,
        wanted,
        chosen,
        currency: currency ?? zeroAddress,
        deposit: money.deposit!,
        maxRate: money.maxRate!,
        now,
      })
      begun()
    } catch (error) {
      setProblem(error)
    }
  }

  return (
    <div className={styles.form}>
      <Card>
        <Editor value={draft.manifest} onChange={(manifest) => setDraft({ manifest })} check={check} />
      </Card>
      <div className={styles.pair}>
        <Card title={t.shape}>
          <Shape shape={wanted.shape} onChange={(shape) => setWanted({ shape })} />
        </Card>
        <Card>
          <Elastic />
        </Card>
      </div>
      <Card title={t.where}>
        <div className="stack">
          <fieldset className={styles.ways}>
            <legend className="unseen">{t.way}</legend>
            {WAYS.map((way) => (
              <label key={way} className={styles.way} data-checked={draft.way === way}>
                <input
                  type="radio"
                  name="way"
                  checked={draft.way === way}
                  onChange={() => setDraft({ way })}
                />
                <span>
                  <strong>{t.ways[way]}</strong>
                  <span className={styles.wayAbout}>{t.wayAbout[way]}</span>
                </span>
              </label>
            ))}
          </fieldset>
          {takes ? (
            <Loaded query={offers} lines={4}>
              {() => <Choose matched={matched} chosen={chosen} />}
            </Loaded>
          ) : (
            <Auction />
          )}
        </div>
      </Card>
      <Card>
        <div className="stack">
          <Money
            unit={unit}
            deposit={money.depositText}
            budget={money.budgetText}
            depositProblem={depositProblem}
            budgetProblem={budgetProblem}
            day={money.day}
            balance={balance}
          />
          {chosen ? (
            <Cost reserved={chosen.rates.reserved} unit={unit} counts={counts} deposit={money.deposit} />
          ) : (
            !takes &&
            money.maxRate !== null &&
            // Bids cost at most what the budget leaves for a replica.
            money.budgetText !== "" && (
              <Cost
                reserved={money.maxRate / BigInt(maxReplicas)}
                unit={unit}
                counts={counts}
                deposit={money.deposit}
              />
            )
          )}
          {problem !== null && <Failure error={problem} />}
          <div className={styles.open}>
            <Act kind="primary" reason={reason} onClick={() => void open()}>
              {takes ? t.takeIt : t.askIt}
            </Act>
            <p className="soft small">
              {!takes ? t.askOnce : currency === undefined || currency === zeroAddress ? t.once : t.twice}
            </p>
          </div>
        </div>
      </Card>
    </div>
  )
}

interface Plan {
  draft: Draft
  chosen: Matched | null
  money: Sums
  check: Check
  balance: bigint | undefined
  connected: boolean
}

/** Why it cannot be opened yet, the first thing to mend; null when it can. */
function reasonOf({ draft, chosen, money, check, balance, connected }: Plan, t: (typeof words)["en"]) {
  const { reasons } = t
  if (draft.manifest.trim() === "") return reasons.manifest
  // A provider that cannot be asked now checks it again when it gets it.
  if (check.view && !check.view.ok) return reasons.refused
  if (check.checking && !check.error) return reasons.checking
  if (draft.way === "take" && (!chosen || chosen.misfits.length > 0)) return reasons.offer
  if (money.deposit === null || money.depositText === "") return reasons.deposit
  if (money.maxRate === null || money.budgetText === "") return reasons.budget
  if (!connected) return reasons.wallet
  if (balance !== undefined && balance < money.deposit) return reasons.poor
  return null
}

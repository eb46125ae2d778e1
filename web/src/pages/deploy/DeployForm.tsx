import { useMemo, useState } from "react"
import { zeroAddress } from "viem"
import { useClient, useConnection } from "wagmi"
import { useConfig } from "../../api/config.ts"
import { useUnit } from "../../chain/currency.ts"
import type { Reader } from "../../chain/reader.ts"
import { useChainTime } from "../../features/chain/useChainTime.ts"
import { Failure, Loaded } from "../../features/errors/Failure.tsx"
import { useMismatchMessage } from "../../features/offers/Mismatches.tsx"
import { type Matched, match } from "../../features/offers/match.ts"
import { setRequirements, useRequirements } from "../../features/offers/requirements.ts"
import { ShapeSliders } from "../../features/offers/ShapeSliders.tsx"
import { useEndpoint, useMarket, useOffers, useProviders } from "../../features/queries/market.ts"
import { useMessages } from "../../i18n/language.ts"
import { ActionButton } from "../../ui/Button.tsx"
import { Card } from "../../ui/Card.tsx"
import { CostTable } from "./CostTable.tsx"
import styles from "./Deploy.module.css"
import { type Draft, setDraft, useDraft } from "./draft.ts"
import { ManifestEditor } from "./ManifestEditor.tsx"
import { MoneyFields } from "./MoneyFields.tsx"
import { messages } from "./messages.ts"
import { chosenOf, moneyMismatches, moneyOf, type Money as Sums } from "./money.ts"
import { OfferList } from "./OfferList.tsx"
import { OrderFields } from "./OrderFields.tsx"
import { PolicyFields } from "./PolicyFields.tsx"
import { startDeployment } from "./startDeployment.ts"
import { useBalance } from "./useBalance.ts"
import { type ManifestCheckState, useManifestCheck } from "./useManifestCheck.ts"

const WAYS = ["take", "ask"] as const

export function DeployForm({ begun }: { begun: () => void }) {
  const t = useMessages(messages)
  const config = useConfig()
  const reader = useClient() as Reader | undefined
  const { address } = useConnection()
  const draft = useDraft()
  const wanted = useRequirements()
  const market = useMarket()
  const providers = useProviders()
  const offers = useOffers()
  const now = useChainTime()
  const say = useMismatchMessage()
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
  // Any provider can check a manifest; the chosen provider's answer decides.
  const base = useEndpoint(chosen?.offer.provider)
  const check = useManifestCheck(chosen ? base : config.api, draft.manifest)
  const currency = chosen?.offer.currency ?? (takes ? undefined : draft.currency)
  const unit = useUnit(currency)
  const balance = useBalance(currency)
  const money = moneyOf(draft, unit, chosen, noticePeriod)
  const misfits = chosen ? moneyMismatches(draft, chosen, wanted.shape, money, noticePeriod) : []
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
      await startDeployment({
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
        <ManifestEditor
          value={draft.manifest}
          onChange={(manifest) => setDraft({ manifest })}
          check={check}
        />
      </Card>
      <div className={styles.pair}>
        <Card title={t.shape}>
          <ShapeSliders shape={wanted.shape} onChange={(shape) => setRequirements({ shape })} />
        </Card>
        <Card>
          <PolicyFields />
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
              {() => <OfferList matched={matched} chosen={chosen} />}
            </Loaded>
          ) : (
            <OrderFields />
          )}
        </div>
      </Card>
      <Card>
        <div className="stack">
          <MoneyFields
            unit={unit}
            deposit={money.depositText}
            budget={money.budgetText}
            depositProblem={depositProblem}
            budgetProblem={budgetProblem}
            day={money.day}
            balance={balance}
          />
          {chosen ? (
            <CostTable reserved={chosen.rates.reserved} unit={unit} counts={counts} deposit={money.deposit} />
          ) : (
            !takes &&
            money.maxRate !== null &&
            // A bid costs at most what the budget leaves for a replica.
            money.budgetText !== "" && (
              <CostTable
                reserved={money.maxRate / BigInt(maxReplicas)}
                unit={unit}
                counts={counts}
                deposit={money.deposit}
              />
            )
          )}
          {problem !== null && <Failure error={problem} />}
          <div className={styles.open}>
            <ActionButton kind="primary" reason={reason} onClick={() => void open()}>
              {takes ? t.takeIt : t.askIt}
            </ActionButton>
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
  check: ManifestCheckState
  balance: bigint | undefined
  connected: boolean
}

/** The first reason why it cannot be opened yet; null when it can. */
function reasonOf({ draft, chosen, money, check, balance, connected }: Plan, t: (typeof messages)["en"]) {
  const { reasons } = t
  if (draft.manifest.trim() === "") return reasons.manifest
  // A provider that cannot be queried now checks the manifest on upload.
  if (check.view && !check.view.ok) return reasons.refused
  if (check.checking && !check.error) return reasons.checking
  if (draft.way === "take" && (!chosen || chosen.mismatches.length > 0)) return reasons.offer
  if (money.deposit === null || money.depositText === "") return reasons.deposit
  if (money.maxRate === null || money.budgetText === "") return reasons.budget
  if (!connected) return reasons.wallet
  if (balance !== undefined && balance < money.deposit) return reasons.poor
  return null
}

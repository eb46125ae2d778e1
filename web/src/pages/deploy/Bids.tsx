import type { BidView } from "../../api/types.ts"
import { useUnit } from "../../chain/currency.ts"
import { bidOf, leaseIdOf, ratesOf } from "../../chain/terms.ts"
import { useChainTime } from "../../features/chain/useChainTime.ts"
import {
  auctionOf,
  type Deployment,
  termsOf,
  updateDeployment,
} from "../../features/deployments/deployments.ts"
import { messages as orderWords } from "../../features/orders/messages.ts"
import { useOrders } from "../../features/queries/market.ts"
import { amountOver, HOUR, shorten } from "../../i18n/format.ts"
import { useMessages } from "../../i18n/language.ts"
import { ActionButton, Button } from "../../ui/Button.tsx"
import { Notice } from "../../ui/States.tsx"
import { Address, Amount, When } from "../../ui/Values.tsx"
import { useOrderState } from "./chainState.ts"
import styles from "./DeploymentProgress.module.css"
import { messages } from "./progressMessages.ts"
import { Step } from "./Step.tsx"
import { Failed, useAccept } from "./WalletSteps.tsx"

interface Props {
  deployment: Deployment
  state: "done" | "now" | "waiting"
}

const cheaper = (a: BidView, b: BidView) => (BigInt(a.rates.reserved) < BigInt(b.rates.reserved) ? -1 : 1)

/** The bids on the deployment's order, cheapest first. Accepting one opens the lease. */
export function BidsStep({ deployment, state }: Props) {
  const t = useMessages(messages)
  const o = useMessages(orderWords)
  const orders = useOrders()
  const order = useOrderState(deployment)
  const unit = useUnit(deployment.currency)
  const now = useChainTime()
  const { attempt, accept, cancel } = useAccept(deployment)
  const auction = deployment.auction!
  const view = orders.data?.find(({ id }) => id.toLowerCase() === auction.id.toLowerCase())
  const bids = (view?.bids ?? []).toSorted(cheaper)
  const over_ = now > auction.acceptUntil

  async function choose(bid: BidView) {
    const { provider, rates } = bid
    const terms = termsOf({ ...deployment, winner: { lease: "0x", provider, rates } })!
    // Stored before it is sent: after a reload the lease is found by it.
    updateDeployment(deployment.id, {
      winner: { lease: leaseIdOf(deployment.chainId, deployment.market, terms), provider, rates },
    })
    await accept({
      acceptances: [{ order: auctionOf(deployment)!, bid: { ...bidOf(bid), rates: ratesOf(rates) } }],
    })
  }

  return (
    <Step title={t.choose} state={attempt.busy ? "working" : attempt.error ? "failed" : state}>
      {state === "now" && (
        <>
          <p className="soft small">
            {attempt.busy ? (
              t.inWallet
            ) : over_ ? (
              t.acceptOver
            ) : (
              <>
                {t.chooseAbout} <When of={auction.bidUntil} />
              </>
            )}
          </p>
          <Failed attempt={attempt} />
          {orders.isError && <Notice>{t.noProviderAnswers}</Notice>}
          {order?.open === false ? (
            <Notice>{t.cancelled}</Notice>
          ) : (
            <>
              <div aria-live="polite">
                {bids.length === 0 && <p>{t.noBids}</p>}
                <ul className={styles.bids}>
                  {bids.map((bid) => (
                    <li key={bid.id}>
                      <span>
                        <Address of={bid.provider} />
                      </span>
                      <span>
                        <Amount
                          of={amountOver(
                            BigInt(bid.rates.reserved) * BigInt(deployment.order.replicas),
                            HOUR,
                          )}
                          unit={unit}
                        />{" "}
                        <span className="soft small">{o.hour}</span>
                      </span>
                      <span className="soft small">
                        {o.expiry} <When of={bid.expiry} />
                      </span>
                      <ActionButton
                        kind="primary"
                        busy={attempt.busy}
                        aria-label={t.acceptOf(shorten(bid.provider))}
                        reason={over_ || now > bid.expiry ? t.acceptOver : null}
                        onClick={() => void choose(bid)}
                      >
                        {t.accept}
                      </ActionButton>
                    </li>
                  ))}
                </ul>
              </div>
              <div className="row">
                <Button onClick={() => void cancel()} disabled={attempt.busy}>
                  {t.cancel}
                </Button>
              </div>
            </>
          )}
        </>
      )}
    </Step>
  )
}

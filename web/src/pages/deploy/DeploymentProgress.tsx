// A journey as one line of steps, of which the first that is not done is at work.
import { useUnit } from "../../chain/currency.ts"
import { type Deployment, removeDeployment } from "../../features/deployments/deployments.ts"
import { useMessages } from "../../i18n/language.ts"
import { Button } from "../../ui/Button.tsx"
import { Card } from "../../ui/Card.tsx"
import { Notice } from "../../ui/States.tsx"
import { Amount, Hash, When } from "../../ui/Values.tsx"
import { BidsStep } from "./Bids.tsx"
import { type LeaseState, useLeaseState, useOrderState } from "./chainState.ts"
import styles from "./DeploymentProgress.module.css"
import { words } from "./progressMessages.ts"
import { HandStep, RunStep, runs, useProvided } from "./RunSteps.tsx"
import { OpenStep, SignStep } from "./WalletSteps.tsx"

export type Name = "open" | "choose" | "sign" | "hand" | "run"

/** The step that is next; null while the chain has not answered. Only the chain says that something is open. */
export function stepOf(
  journey: Deployment,
  lease: LeaseState | undefined,
  order: { known: boolean } | undefined,
): Name | null {
  if (journey.winner && lease === undefined) return null
  if (lease !== "unknown") {
    if (journey.handedOver) return "run"
    return journey.signature ? "hand" : "sign"
  }
  if (!journey.auction) return "open"
  if (!order) return null
  return order.known ? "choose" : "open"
}

export function DeploymentProgress({ journey }: { journey: Deployment }) {
  const t = useMessages(words)
  const unit = useUnit(journey.currency)
  const { state: lease } = useLeaseState(journey)
  const order = useOrderState(journey)
  const { data: view } = useProvided(journey, journey.handedOver)
  const next = stepOf(journey, lease, order)
  const steps: Name[] = journey.auction
    ? ["open", "choose", "sign", "hand", "run"]
    : ["open", "sign", "hand", "run"]
  const at = next === null ? -1 : steps.indexOf(next)
  const stateOf = (name: Name) => {
    const place = steps.indexOf(name)
    return place === at ? "now" : place < at ? "done" : "waiting"
  }
  const titles = {
    open: journey.auction ? t.ask : t.open,
    choose: t.choose,
    sign: t.sign,
    hand: t.hand,
    run: t.run,
  }
  const running = view !== undefined && runs(view)
  const ended = running || lease === "closed" || order?.open === false || next === "open" || next === "run"
  return (
    <Card
      title={running ? t.done : t.title}
      aside={
        <span className="soft small">
          {t.started} <When of={Math.floor(journey.startedAt / 1000)} />
        </span>
      }
    >
      <div className="stack">
        <p className="unseen" role="status">
          {running ? t.done : next && titles[next]}
        </p>
        <p className="row small">
          <span>
            {t.deposit} <Amount of={journey.deposit} unit={unit} />
          </span>
          {journey.winner && <Hash of={journey.winner.lease} />}
        </p>
        {lease === "closed" ? (
          <Notice>{t.closed}</Notice>
        ) : (
          <ol className={styles.steps} aria-label={t.steps}>
            <OpenStep journey={journey} state={stateOf("open")} />
            {journey.auction && <BidsStep journey={journey} state={stateOf("choose")} />}
            <SignStep journey={journey} state={stateOf("sign")} />
            <HandStep journey={journey} state={stateOf("hand")} />
            <RunStep journey={journey} state={stateOf("run")} />
          </ol>
        )}
        {ended && (
          <p className="row">
            <Button kind="quiet" onClick={() => removeDeployment(journey.id)}>
              {t.forget}
            </Button>
            <span className="soft small">{t.forgetAbout}</span>
          </p>
        )}
      </div>
    </Card>
  )
}

// A deployment as a list of steps; the first unfinished one is active.
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
import { messages } from "./progressMessages.ts"
import { HandStep, RunStep, runs, useProvided } from "./RunSteps.tsx"
import { OpenStep, SignStep } from "./WalletSteps.tsx"

export type Name = "open" | "choose" | "sign" | "hand" | "run"

/** The next step; null until the chain has answered. Whether something is open is decided by the chain alone. */
export function stepOf(
  deployment: Deployment,
  lease: LeaseState | undefined,
  order: { known: boolean } | undefined,
): Name | null {
  if (deployment.winner && lease === undefined) return null
  if (lease !== "unknown") {
    if (deployment.handedOver) return "run"
    return deployment.signature ? "hand" : "sign"
  }
  if (!deployment.auction) return "open"
  if (!order) return null
  return order.known ? "choose" : "open"
}

export function DeploymentProgress({ deployment }: { deployment: Deployment }) {
  const t = useMessages(messages)
  const unit = useUnit(deployment.currency)
  const { state: lease } = useLeaseState(deployment)
  const order = useOrderState(deployment)
  const { data: view } = useProvided(deployment, deployment.handedOver)
  const next = stepOf(deployment, lease, order)
  const steps: Name[] = deployment.auction
    ? ["open", "choose", "sign", "hand", "run"]
    : ["open", "sign", "hand", "run"]
  const at = next === null ? -1 : steps.indexOf(next)
  const stateOf = (name: Name) => {
    const place = steps.indexOf(name)
    return place === at ? "now" : place < at ? "done" : "waiting"
  }
  const titles = {
    open: deployment.auction ? t.ask : t.open,
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
          {t.started} <When of={Math.floor(deployment.startedAt / 1000)} />
        </span>
      }
    >
      <div className="stack">
        <p className="unseen" role="status">
          {running ? t.done : next && titles[next]}
        </p>
        <p className="row small">
          <span>
            {t.deposit} <Amount of={deployment.deposit} unit={unit} />
          </span>
          {deployment.winner && <Hash of={deployment.winner.lease} />}
        </p>
        {lease === "closed" ? (
          <Notice>{t.closed}</Notice>
        ) : (
          <ol className={styles.steps} aria-label={t.steps}>
            <OpenStep deployment={deployment} state={stateOf("open")} />
            {deployment.auction && <BidsStep deployment={deployment} state={stateOf("choose")} />}
            <SignStep deployment={deployment} state={stateOf("sign")} />
            <HandStep deployment={deployment} state={stateOf("hand")} />
            <RunStep deployment={deployment} state={stateOf("run")} />
          </ol>
        )}
        {ended && (
          <p className="row">
            <Button kind="quiet" onClick={() => removeDeployment(deployment.id)}>
              {t.forget}
            </Button>
            <span className="soft small">{t.forgetAbout}</span>
          </p>
        )}
      </div>
    </Card>
  )
}

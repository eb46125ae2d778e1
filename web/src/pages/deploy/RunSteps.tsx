// The steps after signing: from the manifest's upload to the URL.

import { useQuery } from "@tanstack/react-query"
import { Link } from "@tanstack/react-router"
import { ApiError, providerApi, unwrap } from "../../api/client.ts"
import type { LeaseView, Stage } from "../../api/types.ts"
import { explainError } from "../../chain/errors.ts"
import { type Deployment, updateDeployment } from "../../features/deployments/deployments.ts"
import { useEndpoint } from "../../features/queries/market.ts"
import { useMessages } from "../../i18n/language.ts"
import { Badge, type Tone } from "../../ui/Badge.tsx"
import { Button } from "../../ui/Button.tsx"
import { Notice } from "../../ui/States.tsx"
import { Copy, When } from "../../ui/Values.tsx"
import styles from "./DeploymentProgress.module.css"
import { messages } from "./progressMessages.ts"
import { Step } from "./Step.tsx"
import { useManifestUpload } from "./useManifestUpload.ts"

const SHOWN: readonly Stage[] = ["chain", "clearing", "container"]
const TONES: Record<"done" | "working" | "waiting" | "failed", Tone> = {
  done: "good",
  working: "info",
  waiting: "plain",
  failed: "bad",
}

interface Props {
  deployment: Deployment
  state: "done" | "now" | "waiting"
}

/** The lease as its own provider sees it, polled every second until all replicas run. */
export function useProvided(deployment: Deployment, active: boolean) {
  const base = useEndpoint(deployment.winner?.provider)
  const lease = deployment.winner?.lease
  return useQuery<LeaseView>({
    queryKey: ["lease", lease?.toLowerCase(), "provided"],
    enabled: active && base !== null && lease !== undefined,
    refetchInterval: ({ state }) => (state.data && runs(state.data) ? 10_000 : 1_000),
    retry: false,
    queryFn: ({ signal }) =>
      unwrap(providerApi(base!, signal).GET("/v1/leases/{id}", { params: { path: { id: lease! } } })),
  })
}

export function runs({ replicas, status }: LeaseView): boolean {
  return (
    status !== "closed" && replicas.healthy >= replicas.wanted && (replicas.wanted > 0 || replicas.min === 0)
  )
}

export function HandStep({ deployment, state }: Props) {
  const t = useMessages(messages)
  const base = useEndpoint(deployment.winner?.provider)
  const { waiting, error, retry } = useManifestUpload(deployment, base, state === "now")
  const refused = error instanceof ApiError && error.status !== 404
  return (
    <Step title={t.hand} state={state !== "now" ? state : refused ? "failed" : "working"}>
      {state === "now" && (
        <>
          <p className="soft small" role="status">
            {waiting || base === null ? t.waitingFor : t.handAbout}
          </p>
          {refused && (
            <>
              <Notice tone="bad">{explainError(error).sentence}</Notice>
              <div className="row">
                <Button onClick={retry}>{t.again}</Button>
                {error.status === 401 && (
                  <Button onClick={() => updateDeployment(deployment.id, { signature: null })}>
                    {t.signIt}
                  </Button>
                )}
              </div>
            </>
          )}
        </>
      )}
    </Step>
  )
}

export function RunStep({ deployment, state }: Props) {
  const t = useMessages(messages)
  const { data: view, error } = useProvided(deployment, state !== "waiting")
  const running = view !== undefined && runs(view)
  const shown = state === "waiting" ? "waiting" : running ? "done" : "working"
  return (
    <Step title={t.run} state={shown}>
      {view && (
        <ol className={styles.stages} aria-live="polite">
          {view.timeline
            .filter(({ stage }) => SHOWN.includes(stage))
            .map((step) => (
              <li key={step.stage}>
                <Badge tone={TONES[step.state]}>{t.stages[step.stage as keyof typeof t.stages]}</Badge>
                {step.at !== null && (
                  <span className="soft small">
                    <When of={step.at} />
                  </span>
                )}
                <span className="small">{step.detail}</span>
              </li>
            ))}
          <li>
            <Badge tone={running ? "good" : "info"}>{t.stages.running}</Badge>
            <span className="small">
              {t.healthy(view.replicas.healthy, view.replicas.wanted)}
              {!running && view.reason && `: ${view.reason}`}
            </span>
          </li>
        </ol>
      )}
      {error && !running && <p className="soft small">{t.waitingFor}</p>}
      {running && <Served view={view} />}
      {deployment.winner && state !== "waiting" && (
        <Link to="/leases/$lease" params={{ lease: deployment.winner.lease }} className={styles.go}>
          {t.lease}
        </Link>
      )}
    </Step>
  )
}

/** The URLs of the services. */
function Served({ view }: { view: LeaseView }) {
  const t = useMessages(messages)
  if (view.served.length === 0) return null
  return (
    <div className={styles.served}>
      <p className="soft small">{t.served}</p>
      <ul className={styles.urls}>
        {view.served.map(({ service, port, url }) => (
          <li key={`${service}${port}`}>
            <span className="soft small">{service}</span>{" "}
            <a href={url} target="_blank" rel="noreferrer">
              {url}
            </a>
            <Copy text={url} what={url} />
          </li>
        ))}
      </ul>
      {view.openedToRunningMs !== null && (
        <p className="soft small num">{t.took((view.openedToRunningMs / 1000).toFixed(1))}</p>
      )}
    </div>
  )
}

import { useSearch } from "@tanstack/react-router"
import { useEffect, useRef, useState } from "react"
import { useConnection } from "wagmi"
import { useConfig } from "../../api/config.ts"
import { useDeployments } from "../../features/deployments/deployments.ts"
import { useMessages } from "../../i18n/language.ts"
import { Button } from "../../ui/Button.tsx"
import styles from "./Deploy.module.css"
import { DeployForm } from "./DeployForm.tsx"
import { DeploymentProgress } from "./DeploymentProgress.tsx"
import { setDraft } from "./draft.ts"
import { messages } from "./messages.ts"

/** Deployments in progress, or the form for a new one. */
export function Deploy() {
  const t = useMessages(messages)
  const { market } = useConfig()
  const { address } = useConnection()
  const { offer } = useSearch({ from: "/deploy" })
  const deployments = useDeployments(address, market)
  const [another, setAnother] = useState(false)
  const heading = useRef<HTMLHeadingElement>(null)

  // "Deploy here" on the market page selects that offer, and replaces an earlier choice.
  useEffect(() => {
    if (offer === undefined) return
    setDraft({ way: "take", offer })
    setAnother(true)
  }, [offer])

  return (
    <>
      <header>
        <h1 ref={heading} tabIndex={-1} className={styles.title}>
          {t.title}
        </h1>
        <p className={styles.lead}>{t.lead}</p>
      </header>
      {deployments.map((deployment) => (
        <DeploymentProgress key={deployment.id} deployment={deployment} />
      ))}
      {deployments.length === 0 || another ? (
        <DeployForm
          begun={() => {
            setAnother(false)
            // The pressed button is gone: the focus moves to the steps.
            heading.current?.focus()
          }}
        />
      ) : (
        <p>
          <Button onClick={() => setAnother(true)}>{t.another}</Button>
        </p>
      )}
    </>
  )
}

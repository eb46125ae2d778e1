// The steps that prompt the wallet. Each prompts automatically once in the page in which the user started the
// deployment; after a reload or a rejection it waits for its button.

import { useEffect, useState } from "react"
import { keccak256, toBytes, zeroAddress } from "viem"
import { acceptCall } from "../../chain/actions/accept.ts"
import { cancelOrder } from "../../chain/actions/cancelOrder.ts"
import { openOrderCall } from "../../chain/actions/openOrder.ts"
import { pay } from "../../chain/actions/pay.ts"
import { signManifest } from "../../chain/actions/signManifest.ts"
import { takeCall } from "../../chain/actions/take.ts"
import { type Call, send } from "../../chain/call.ts"
import { useUnit } from "../../chain/currency.ts"
import { explainError } from "../../chain/errors.ts"
import {
  allowPrompts,
  auctionOf,
  type Deployment,
  mayPrompt,
  orderOf,
  updateDeployment,
} from "../../features/deployments/deployments.ts"
import { usePropose } from "../../features/proposals/ProposeDialog.tsx"
import { useWallet } from "../../features/wallet/useWallet.ts"
import { shorten } from "../../i18n/format.ts"
import { useMessages } from "../../i18n/language.ts"
import { TransactionFailed, useTransact } from "../../transactions/useTransact.ts"
import { Button } from "../../ui/Button.tsx"
import { Notice } from "../../ui/States.tsx"
import { messages } from "./progressMessages.ts"
import { Step } from "./Step.tsx"
import { type Attempt, useAttempt } from "./useAttempt.ts"

interface Props {
  deployment: Deployment
  state: "done" | "now" | "waiting"
}

/** The call that opens the lease or the order. */
export function beginningOf(deployment: Deployment): Call {
  const deposit = BigInt(deployment.deposit)
  const order = auctionOf(deployment)
  if (order) return openOrderCall({ order, deposit })
  return takeCall({
    offer: deployment.offer!,
    currency: deployment.currency,
    order: orderOf(deployment),
    deposit,
  })
}

/** Why an attempt failed. */
export function Failed({ attempt }: { attempt: Attempt }) {
  const t = useMessages(messages)
  if (!attempt.error) return null
  // Its transaction was mined and reverted, or replaced.
  if (attempt.error instanceof TransactionFailed) return <Notice tone="bad">{t.elsewhere}</Notice>
  const { sentence, remedy } = explainError(attempt.error)
  return (
    <Notice tone="bad">
      {sentence} {remedy}
    </Notice>
  )
}

/** Opens the lease, or the order. */
export function OpenStep({ deployment, state }: Props) {
  const t = useMessages(messages)
  const transact = useTransact()
  const attempt = useAttempt()
  const { propose, dialog } = usePropose()
  const unit = useUnit(deployment.currency)
  const asks = deployment.auction !== null
  const amount = BigInt(deployment.deposit)
  const { id, currency } = deployment

  const open = () =>
    attempt.run(async () => {
      await transact(
        asks ? t.label.ask : t.label.take,
        (wallet) => pay(wallet, { currency, amount, call: beginningOf(deployment) }),
        unit,
      )
    })
  const latest = useLatest(open)
  useEffect(() => {
    if (state === "now" && mayPrompt(id, "open")) void latest()
  }, [state, id, latest])

  const about = asks ? t.askAbout : currency === zeroAddress ? t.openAbout : t.openTokenAbout
  return (
    <Step title={asks ? t.ask : t.open} state={attempt.busy ? "working" : attempt.error ? "failed" : state}>
      {state === "now" && (
        <>
          <p className="soft small">{attempt.busy ? t.inWallet : deployment.proposed ? t.proposed : about}</p>
          <Failed attempt={attempt} />
          {!attempt.busy && (
            <div className="row">
              <Button
                kind="primary"
                onClick={() => {
                  allowPrompts(id)
                  void open()
                }}
              >
                {attempt.error ? t.again : t.send}
              </Button>
              {attempt.refusal === "ConsentRequired" && (
                <Button
                  onClick={() => {
                    updateDeployment(id, { proposed: true })
                    propose(beginningOf(deployment))
                  }}
                >
                  {t.propose}
                </Button>
              )}
            </div>
          )}
        </>
      )}
      {dialog}
    </Step>
  )
}

/** Signs that the manifest belongs to the lease. */
export function SignStep({ deployment, state }: Props) {
  const t = useMessages(messages)
  const attempt = useAttempt()
  const signer = useWallet()
  const { id, winner, manifest, order } = deployment

  const sign = () =>
    attempt.run(async () => {
      const wallet = await signer()
      const signature = await signManifest(wallet, { lease: winner!.lease, manifestHash: order.manifestHash })
      updateDeployment(id, { signature })
    })
  const latest = useLatest(sign)
  useEffect(() => {
    if (state === "now" && manifest !== null && mayPrompt(id, "sign")) void latest()
  }, [state, manifest, id, latest])

  return (
    <Step title={t.sign} state={attempt.busy ? "working" : attempt.error ? "failed" : state}>
      {state === "now" &&
        (manifest === null ? (
          <Lost deployment={deployment} />
        ) : (
          <>
            <p className="soft small">{attempt.busy ? t.inWallet : t.signAbout}</p>
            <Failed attempt={attempt} />
            {!attempt.busy && (
              <div className="row">
                <Button
                  kind="primary"
                  onClick={() => {
                    allowPrompts(id)
                    void sign()
                  }}
                >
                  {attempt.error ? t.again : t.signIt}
                </Button>
              </div>
            )}
          </>
        ))}
    </Step>
  )
}

/** The manifest is in another browser: the user can choose the file to continue. */
function Lost({ deployment }: { deployment: Deployment }) {
  const t = useMessages(messages)
  const attempt = useAttempt()
  const hash = deployment.order.manifestHash
  const read = (file: File | undefined) =>
    attempt.run(async () => {
      if (!file) return
      const manifest = await file.text()
      if (keccak256(toBytes(manifest)) !== hash) throw new Error(t.otherFile(shorten(hash)))
      allowPrompts(deployment.id)
      updateDeployment(deployment.id, { manifest })
    })
  return (
    <>
      <p>{t.lost}</p>
      <label className="row small">
        {t.lostFile}
        <input type="file" onChange={(event) => void read(event.target.files?.[0])} />
      </label>
      <Failed attempt={attempt} />
    </>
  )
}

/** Accepts a bid of the deployment's order. */
export function useAccept(deployment: Deployment) {
  const t = useMessages(messages)
  const transact = useTransact()
  const attempt = useAttempt()
  return {
    attempt,
    accept: (call: Parameters<typeof acceptCall>[0]) =>
      attempt.run(async () => {
        allowPrompts(deployment.id)
        await transact(t.label.accept, (wallet) => send(wallet, acceptCall(call)))
      }),
    cancel: () =>
      attempt.run(async () => {
        await transact(t.label.cancel, (wallet) => cancelOrder(wallet, { order: auctionOf(deployment)! }))
      }),
  }
}

/** A stable reference to the latest version of a function. */
function useLatest(work: () => Promise<void>): () => Promise<void> {
  const [holder] = useState(() => ({ work, call: () => holder.work() }))
  holder.work = work
  return holder.call
}

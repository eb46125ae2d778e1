import { Link } from "@tanstack/react-router"
import { useState } from "react"
import { type Hex, keccak256, parseEventLogs } from "viem"
import { providerApi } from "../../../api/client.ts"
import { useConfig } from "../../../api/config.ts"
import { putManifest } from "../../../api/uploads.ts"
import { market } from "../../../chain/abi.ts"
import { moveToBid, moveToBidCall } from "../../../chain/actions/moveToBid.ts"
import { moveToOffer, moveToOfferCall } from "../../../chain/actions/moveToOffer.ts"
import { signManifest } from "../../../chain/actions/signManifest.ts"
import { explainError } from "../../../chain/errors.ts"
import { isSame, useReasons } from "../../../chain/legal.ts"
import { useOffers, useOrders, useProviders } from "../../../features/queries/market.ts"
import { useWallet } from "../../../features/wallet/useWallet.ts"
import { amountOver, ETH, formatAmount, HOUR, shorten } from "../../../i18n/format.ts"
import { defineMessages, useMessages } from "../../../i18n/language.ts"
import { Choice, Field } from "../../../ui/Field.tsx"
import { Notice } from "../../../ui/States.tsx"
import { Amount } from "../../../ui/Values.tsx"
import { useMoney } from "../Runway.tsx"
import { ActionForm } from "./ActionForm.tsx"
import { type Destination, destinationsOf } from "./destinations.ts"
import type { DialogProps } from "./dialogProps.ts"
import { useMoneyEffects } from "./moneyEffects.tsx"
import { retryUpload } from "./retryUpload.ts"
import { useAction } from "./useAction.ts"

const messages = defineMessages(
  {
    to: "To",
    option: (key: string, provider: string, hour: string) => `${key} of ${provider}: ${hour} per hour`,
    full: "no room",
    nowhere: "There is no open offer in the lease's currency, and no valid bid on an identical order.",
    noRoom: "That provider has no room for the policy's maximum count.",
    manifest: "Manifest",
    hint: "The Compose file that the lease was opened with; it is uploaded to the new provider.",
    missing: "Choose the manifest.",
    other: "That is another file: its hash differs from the lease's manifest.",
    label: "Move the lease",
    about:
      "Policy, replica count and money move; what is owed here remains until it is settled. Data does not move.",
    most: "Maximum there, per hour",
    moved: "The lease moved. Sign the manifest, so that the new provider accepts it.",
    handed: "The lease moved, and the new provider has the manifest.",
    unhanded:
      "The lease moved, but the new provider did not accept the manifest: upload it on the new lease's page or with the CLI. ",
    open: "Open the new lease",
  },
  {
    to: "迁移至",
    option: (key: string, provider: string, hour: string) => `${provider} 的 ${key}：每小时 ${hour}`,
    full: "容量不足",
    nowhere: "没有使用该租约货币的开放报价，也没有针对相同订单的有效出价。",
    noRoom: "该提供方没有足够容量容纳策略的最大副本数。",
    manifest: "清单",
    hint: "开启租约时使用的 Compose 文件：新提供方需要它。",
    missing: "请选择清单。",
    other: "这是另一个文件：其哈希与租约不符。",
    label: "迁移租约",
    about: "策略、副本数与资金随之迁移；在此欠付的部分保留至结算。数据不会迁移。",
    most: "迁移后每小时至多",
    moved: "已迁移。请签署清单，以便新提供方接收。",
    handed: "已迁移，新提供方已收到清单。",
    unhanded: "已迁移，但新提供方尚未收到清单：请在新租约页面或用命令行提交。",
    open: "打开新租约",
  },
)

type Outcome = { lease: Hex; state: "moved" | "handed" | "unhanded"; error?: string }

export function Move({ lease, about, title, effect, onClose }: DialogProps) {
  const t = useMessages(messages)
  const why = useReasons()
  const { api } = useConfig()
  const connectedWallet = useWallet()
  const unit = about.unit ?? ETH
  const money = useMoney(lease)
  const effects = useMoneyEffects(unit)
  const offers = useOffers()
  const orders = useOrders()
  const providers = useProviders()
  const { perform, ...doing } = useAction(about.unit)
  const [key, setKey] = useState("")
  const [manifest, setManifest] = useState<Uint8Array<ArrayBuffer> | null>(null)
  const [outcome, setOutcome] = useState<Outcome | null>(null)

  const places = destinationsOf(lease, offers.data ?? [], orders.data ?? [], providers.data ?? [], about.now)
  const chosen = places.find((each) => each.key === key) ?? places[0]
  const { maxReplicas } = lease.policy
  const right = manifest !== null && keccak256(manifest) === lease.terms.manifestHash
  const wrong = manifest !== null && !right ? t.other : null
  const hour = ({ reserved }: Destination, replicas: number) => amountOver(reserved * BigInt(replicas), HOUR)
  const rate = chosen ? chosen.reserved * BigInt(lease.replicas.wanted) : money.rate
  const reason =
    why("moveToOffer", about) ??
    (chosen ? (chosen.full ? t.noRoom : null) : t.nowhere) ??
    (manifest ? wrong : t.missing)

  async function submit() {
    if (!chosen || !manifest) return
    const { to, provider } = chosen
    const { terms } = lease
    const offered = {
      terms,
      offer: "offer" in to ? to.offer : 0,
      maxRate: chosen.reserved * BigInt(maxReplicas),
    }
    const done =
      "offer" in to
        ? await perform(t.label, moveToOfferCall(offered), (wallet) => moveToOffer(wallet, offered))
        : await perform(t.label, moveToBidCall({ terms, ...to }), (wallet) =>
            moveToBid(wallet, { terms, ...to }),
          )
    if (!done) return
    const [moved] = parseEventLogs({ abi: market, logs: done.logs, eventName: "LeaseMoved" })
    const id = moved!.args.to
    setOutcome({ lease: id, state: "moved" })
    try {
      const wallet = await connectedWallet()
      const signature = await signManifest(wallet, { lease: id, manifestHash: terms.manifestHash })
      const endpoint = providers.data?.find(({ address }) => isSame(address, provider))?.endpoint
      const base = endpoint?.replace(/\/$/, "") ?? api
      await retryUpload(() => putManifest(providerApi(base), id, manifest, signature))
      setOutcome({ lease: id, state: "handed" })
    } catch (error) {
      setOutcome({ lease: id, state: "unhanded", error: explainError(error).sentence })
    }
  }

  return (
    <ActionForm
      title={title}
      about={`${effect} ${t.about}`}
      effects={
        chosen
          ? [
              ...effects(money, { ...money, balance: money.free, owed: 0n, rate }),
              [t.most, <Amount key="most" of={hour(chosen, maxReplicas)} unit={unit} />],
            ]
          : []
      }
      reason={outcome ? "" : reason}
      label={t.label}
      {...doing}
      busy={doing.busy || outcome?.state === "moved"}
      onSubmit={submit}
      onClose={onClose}
    >
      {places.length > 0 && (
        <Choice
          label={t.to}
          value={chosen?.key ?? ""}
          onChange={setKey}
          options={places.map((place) => ({
            value: place.key,
            label: `${t.option(
              place.key.startsWith("bid") ? `bid ${shorten(place.key.slice(4))}` : place.key,
              shorten(place.provider),
              formatAmount(hour(place, lease.replicas.wanted), unit),
            )}${place.full ? ` (${t.full})` : ""}`,
          }))}
        />
      )}
      <Field label={t.manifest} hint={t.hint} problem={wrong}>
        {(field) => (
          <input
            {...field}
            type="file"
            accept=".yaml,.yml"
            onChange={async (event) => {
              const file = event.target.files?.[0]
              setManifest(file ? new Uint8Array(await file.arrayBuffer()) : null)
            }}
          />
        )}
      </Field>
      {outcome && (
        <Notice tone={outcome.state === "unhanded" ? "warn" : "good"}>
          {t[outcome.state]} {outcome.error}{" "}
          <Link to="/leases/$lease" params={{ lease: outcome.lease }}>
            {t.open}
          </Link>
        </Notice>
      )}
    </ActionForm>
  )
}

import { useState } from "react"
import { type Hex, keccak256 } from "viem"
import { providerApi } from "../../../api/client.ts"
import { putEvidence } from "../../../api/uploads.ts"
import { dispute, disputeCall } from "../../../chain/actions/dispute.ts"
import { explainError } from "../../../chain/errors.ts"
import { useReasons } from "../../../chain/legal.ts"
import { useEndpoint } from "../../../features/queries/market.ts"
import { ETH, formatBytes, formatDuration } from "../../../i18n/format.ts"
import { defineMessages, useMessages } from "../../../i18n/language.ts"
import { Button } from "../../../ui/Button.tsx"
import { Field } from "../../../ui/Field.tsx"
import { Notice } from "../../../ui/States.tsx"
import { Amount, Hash } from "../../../ui/Values.tsx"
import { ActionForm } from "./ActionForm.tsx"
import type { DialogProps } from "./dialogProps.ts"
import { retryUpload } from "./retryUpload.ts"
import { useAction } from "./useAction.ts"

const messages = defineMessages(
  {
    evidence: "Evidence",
    hint: "One file, at most 1 MiB. Its hash goes on chain; the file is uploaded to the provider, where anyone can read it.",
    missing: "Choose the evidence.",
    big: (size: string) => `The file has ${size}; the maximum is 1 MiB.`,
    hash: "Its hash",
    deposit: "Deposit",
    window: "Time to rule",
    label: "Open the dispute",
    fate: "If the arbiters rule for you, the deposit is returned and the provider's bond pays; if they rule for the provider, it receives the deposit. Without a ruling its proofs are upheld and the deposit is returned.",
    kept: "The dispute is open, and the evidence was uploaded.",
    unkept:
      "The dispute is open, but the provider did not accept the evidence; keep the file and send it to the arbiters yourself. ",
    retry: "Upload again",
  },
  {
    evidence: "证据",
    hint: "一个文件，最大 1 MiB。其哈希上链；文件交给提供方，仲裁人和所有人都可在那里读取。",
    missing: "请选择证明文件。",
    big: (size: string) => `文件大小为 ${size}，最多保存 1 MiB。`,
    hash: "文件哈希",
    deposit: "押金",
    window: "仲裁期限",
    label: "发起争议",
    fate: "若裁定您胜，押金退还且由提供方的押金赔付；若裁定提供方胜，押金归其所有。若无人裁决，其证明有效，押金退还。",
    kept: "争议已发起，证据已提交。",
    unkept: "争议已发起，但提供方未接收证据；请保留文件并自行交给仲裁人。",
    retry: "重新提交",
  },
)

const MOST = 1 << 20

interface Evidence {
  bytes: Uint8Array<ArrayBuffer>
  hash: Hex
}

export function Dispute({ lease, about, title, effect, onClose }: DialogProps) {
  const t = useMessages(messages)
  const why = useReasons()
  const base = useEndpoint(lease.provider)
  const { perform, ...doing } = useAction(about.unit)
  const [evidence, setEvidence] = useState<Evidence | null>(null)
  const [size, setSize] = useState(0)
  const [handed, setHanded] = useState<{ error: string | null } | null>(null)
  const deposit = BigInt(about.parameters.disputeDeposit ?? 0)
  const missing = size > MOST ? t.big(formatBytes(size)) : evidence ? null : t.missing

  async function choose(file: File | undefined) {
    setSize(file?.size ?? 0)
    if (!file || file.size > MOST) return setEvidence(null)
    const bytes = new Uint8Array(await file.arrayBuffer())
    setEvidence({ bytes, hash: keccak256(bytes) })
  }

  async function give({ bytes, hash }: Evidence) {
    try {
      if (base === null) throw new Error("")
      await retryUpload(() => putEvidence(providerApi(base), hash, bytes))
      setHanded({ error: null })
    } catch (error) {
      setHanded({ error: explainError(error).sentence })
    }
  }

  async function submit() {
    if (!evidence) return
    const parameters = { terms: lease.terms, evidence: evidence.hash, deposit }
    const done = await perform(t.label, disputeCall(parameters), (wallet) => dispute(wallet, parameters))
    if (done) await give(evidence)
  }

  return (
    <ActionForm
      title={title}
      about={`${effect} ${t.fate}`}
      effects={[
        [t.deposit, <Amount key="deposit" of={deposit} unit={ETH} />],
        [t.window, formatDuration(Number(about.parameters.disputeWindow ?? 0))],
        ...(evidence ? [[t.hash, <Hash key="hash" of={evidence.hash} />] as const] : []),
      ]}
      reason={handed ? "" : (why("dispute", about) ?? missing)}
      label={t.label}
      danger
      {...doing}
      onSubmit={submit}
      onClose={onClose}
    >
      <Field label={t.evidence} hint={t.hint} problem={size > MOST ? missing : null}>
        {(field) => (
          <input {...field} type="file" onChange={(event) => void choose(event.target.files?.[0])} />
        )}
      </Field>
      {handed &&
        (handed.error === null ? (
          <Notice tone="good">{t.kept}</Notice>
        ) : (
          <Notice tone="bad">
            {t.unkept} {handed.error}{" "}
            <Button onClick={() => evidence && void give(evidence)}>{t.retry}</Button>
          </Notice>
        ))}
    </ActionForm>
  )
}

// The tenant's countersignature of a statement. With it the provider settles immediately, without waiting for the root
// to mature.
import { useMutation } from "@tanstack/react-query"
import { useId, useState } from "react"
import type { Hex } from "viem"
import { useConfig, useConnection } from "wagmi"
import { getConnectorClient } from "wagmi/actions"
import type { LeaseView, ProofView } from "../../../api/types.ts"
import { settleSigned } from "../../../chain/actions/settleSigned.ts"
import { signStatement } from "../../../chain/actions/signStatement.ts"
import type { Wallet } from "../../../chain/call.ts"
import { explainError } from "../../../chain/errors.ts"
import { useReasons } from "../../../chain/legal.ts"
import { useLeaseEvents } from "../../../features/queries/lease.ts"
import { defineMessages, useMessages } from "../../../i18n/language.ts"
import { useTransact } from "../../../transactions/useTransact.ts"
import { ActionButton, Button } from "../../../ui/Button.tsx"
import { Field } from "../../../ui/Field.tsx"
import { Notice } from "../../../ui/States.tsx"
import { Copy } from "../../../ui/Values.tsx"
import { useLeaseCase } from "../actions/useLeaseCase.ts"
import styles from "./Proofs.module.css"

const messages = defineMessages(
  {
    title: "Countersign",
    about:
      "The tenant may sign this statement. The provider can then settle it immediately, without waiting for the root to mature. Signing is free, moves no money by itself, and confirms these counters.",
    sign: "Countersign this statement",
    ready: "Signed. Send it to the provider:",
    signature: "the signature",
    download: "Download",
    provider: "Settle with the tenant's signature",
    paste: "The tenant's signature",
    settle: "Settle now",
    settling: (epoch: number) => `Settle the countersigned statement of epoch ${epoch}`,
    notSignature: "That is not a signature: 0x and hex digits.",
  },
  {
    title: "会签",
    about:
      "租户可以签署此报表。提供方随后可立即结算，无需等待根成熟。签署不产生费用，本身不移动资金，仅表示同意这些计数。",
    sign: "会签此报表",
    ready: "已签署，请交给提供方：",
    signature: "签名",
    download: "下载",
    provider: "使用租户的签名结算",
    paste: "租户的签名",
    settle: "立即结算",
    settling: (epoch: number) => `结算周期 ${epoch} 的会签报表`,
    notSignature: "这不是签名：应为 0x 加十六进制数字。",
  },
)

interface Props {
  lease: LeaseView
  proof: ProofView
}

export function Countersign({ lease, proof }: Props) {
  const t = useMessages(messages)
  const config = useConfig()
  const { address } = useConnection()
  const id = useId()
  const same = (who: string) => who.toLowerCase() === address?.toLowerCase()
  const signing = useMutation({
    mutationFn: async () => {
      const wallet = (await getConnectorClient(config, { chainId: config.chains[0].id })) as Wallet
      return signStatement(wallet, { lease: lease.id, usage: proof.usage })
    },
  })
  const about = useLeaseCase(lease)
  const why = useReasons()
  const settled = useLeaseEvents(lease).data?.findLast(({ name }) => name === "Settled")
  const settledAt = settled && Number(settled.args.time)
  const reason = about ? why("countersign", { ...about, usage: proof.usage, settledAt }) : ""

  function download(signature: Hex) {
    const file = { lease: lease.id, epoch: proof.epoch, usage: proof.usage, signature }
    const url = URL.createObjectURL(new Blob([JSON.stringify(file, null, 2)], { type: "application/json" }))
    const link = document.createElement("a")
    link.href = url
    link.download = `countersigned-${lease.id.slice(2, 10)}-${proof.epoch}.json`
    link.click()
    setTimeout(() => URL.revokeObjectURL(url), 10_000)
  }

  return (
    <section aria-labelledby={id} className="stack-s">
      <h3 id={id}>{t.title}</h3>
      <p className="soft small">{t.about}</p>
      {same(lease.provider) ? (
        <Settle lease={lease} proof={proof} />
      ) : (
        <div className="row">
          <ActionButton reason={reason} busy={signing.isPending} onClick={() => signing.mutate()}>
            {t.sign}
          </ActionButton>
        </div>
      )}
      {signing.error && <Notice tone="bad">{explainError(signing.error).sentence}</Notice>}
      {signing.data && (
        <div className="stack-s" role="status">
          <p>{t.ready}</p>
          <div className="row">
            <code className={styles.signature}>{signing.data}</code>
            <Copy text={signing.data} what={t.signature} />
            <Button onClick={() => download(signing.data)}>{t.download}</Button>
          </div>
        </div>
      )}
    </section>
  )
}

/** For the provider, which alone may send it. */
function Settle({ lease, proof }: Props) {
  const t = useMessages(messages)
  const transact = useTransact()
  const [signature, setSignature] = useState("")
  const [busy, setBusy] = useState(false)
  const good = /^0x([0-9a-fA-F]{2})+$/.test(signature.trim())

  async function settle() {
    setBusy(true)
    try {
      const parameters = { terms: lease.terms, usage: proof.usage, signature: signature.trim() as Hex }
      await transact(t.settling(proof.epoch), (wallet) => settleSigned(wallet, parameters))
    } catch {
      // The transaction centre shows the failure.
    } finally {
      setBusy(false)
    }
  }

  return (
    <div className="stack-s">
      <Field label={t.paste} problem={signature && !good ? t.notSignature : null}>
        {(field) => (
          <textarea
            {...field}
            rows={3}
            spellCheck={false}
            value={signature}
            onChange={(event) => setSignature(event.target.value)}
          />
        )}
      </Field>
      <Button disabled={!good} busy={busy} onClick={settle}>
        {t.settle}
      </Button>
    </div>
  )
}

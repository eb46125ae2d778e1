// Grants access: the tenant signs, no transaction is sent, and the provider stores the signature.
import { useState } from "react"
import { isAddress } from "viem"
import { useConfig } from "wagmi"
import { getConnectorClient } from "wagmi/actions"
import type { GrantView, LeaseView, Scope } from "../../../api/types.ts"
import { signGrant } from "../../../chain/actions/signGrant.ts"
import type { Wallet } from "../../../chain/call.ts"
import { explainError } from "../../../chain/errors.ts"
import { useGrantActions } from "../../../features/queries/lease.ts"
import { defineMessages, useMessages } from "../../../i18n/language.ts"
import { Button } from "../../../ui/Button.tsx"
import { Choice, TextField } from "../../../ui/Field.tsx"
import { Notice } from "../../../ui/States.tsx"
import styles from "./Share.module.css"

const messages = defineMessages(
  {
    about:
      "Grant an address access until a time of your choice. You sign once; no transaction is sent. Revoking ends the access immediately, including open streams and shells.",
    grantee: "Address",
    bad: "That is not an address: 0x and 40 hex digits.",
    scope: "May see",
    scopes: {
      view: "View: usage, series, manifest",
      logs: "Logs, and everything in view",
      shell: "Shell: runs commands, and everything in logs",
    },
    for: "For",
    spans: {
      "3600": "1 hour",
      "28800": "8 hours",
      "86400": "1 day",
      "604800": "1 week",
      "2592000": "30 days",
    },
    sign: "Sign and share",
    shell:
      "A shell can do everything that your containers can: read secrets, change data. Grant it as carefully as a key.",
    done: "Shared.",
  },
  {
    about:
      "让某人在您指定的时刻之前查看内部。只需签名一次，不会向链上发送任何内容。撤销后永久失效，包括已打开的数据流与终端。",
    grantee: "地址",
    bad: "这不是地址：应为 0x 加 40 位十六进制数字。",
    scope: "可查看",
    scopes: {
      view: "查看：用量、曲线、清单",
      logs: "日志，并包含查看",
      shell: "终端：可在内部操作，并包含日志",
    },
    for: "有效期",
    spans: { "3600": "1 小时", "28800": "8 小时", "86400": "1 天", "604800": "1 周", "2592000": "30 天" },
    sign: "签名并共享",
    shell: "终端能做您的容器所能做的一切：读取密钥、修改数据。请像共享钥匙一样谨慎。",
    done: "已共享。",
  },
)

/** Clock skew: a grant issued in the provider's future would be refused. */
const EARLIER = 30

export function Share({ lease }: { lease: LeaseView }) {
  const t = useMessages(messages)
  const config = useConfig()
  const { share } = useGrantActions(lease)
  const [grantee, setGrantee] = useState("")
  const [scope, setScope] = useState<Scope>("view")
  const [span, setSpan] = useState<keyof typeof t.spans>("86400")
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<string | null>(null)
  const good = isAddress(grantee.trim(), { strict: false })

  async function sign() {
    if (!good) return
    setBusy(true)
    setProblem(null)
    try {
      const wallet = (await getConnectorClient(config, { chainId: config.chains[0].id })) as Wallet
      const issuedAt = Math.floor(Date.now() / 1000) - EARLIER
      const grant: GrantView = {
        lease: lease.id,
        grantee: grantee.trim() as GrantView["grantee"],
        scope,
        issuedAt,
        expiry: issuedAt + Number(span),
      }
      await share.mutateAsync({ grant, signature: await signGrant(wallet, grant) })
      setGrantee("")
    } catch (error) {
      setProblem(explainError(error).sentence)
    } finally {
      setBusy(false)
    }
  }

  return (
    <form
      className="stack-s"
      onSubmit={(event) => {
        event.preventDefault()
        void sign()
      }}
    >
      <p className="soft small">{t.about}</p>
      <div className={styles.fields}>
        <TextField
          label={t.grantee}
          value={grantee}
          onChange={setGrantee}
          placeholder="0x…"
          spellCheck={false}
          autoComplete="off"
          problem={grantee && !good ? t.bad : null}
        />
        <Choice
          label={t.scope}
          value={scope}
          onChange={setScope}
          options={(["view", "logs", "shell"] as const).map((value) => ({ value, label: t.scopes[value] }))}
        />
        <Choice
          label={t.for}
          value={span}
          onChange={setSpan}
          options={Object.entries(t.spans).map(([value, label]) => ({
            value: value as keyof typeof t.spans,
            label,
          }))}
        />
      </div>
      {scope === "shell" && <Notice>{t.shell}</Notice>}
      <div>
        <Button kind="primary" type="submit" disabled={!good} busy={busy}>
          {t.sign}
        </Button>
      </div>
      {problem && <Notice tone="bad">{problem}</Notice>}
      {share.isSuccess && !problem && <Notice tone="good">{t.done}</Notice>}
    </form>
  )
}

// One proof: its statement, its verification in this browser, and the tenant's countersignature.
import { useMutation } from "@tanstack/react-query"
import { useEffect, useRef } from "react"
import type { LeaseView, ProofView } from "../../../api/types.ts"
import { verify } from "../../../chain/verifyProof.ts"
import { Failure, Loaded } from "../../../features/errors/Failure.tsx"
import { useProof } from "../../../features/queries/market.ts"
import { defineMessages, useMessages } from "../../../i18n/language.ts"
import { Badge } from "../../../ui/Badge.tsx"
import { Button } from "../../../ui/Button.tsx"
import { Card } from "../../../ui/Card.tsx"
import { Checks } from "./Checks.tsx"
import { Countersign } from "./Countersign.tsx"
import styles from "./Proofs.module.css"
import { useVerificationReader } from "./useVerificationReader.ts"

const messages = defineMessages(
  {
    title: (epoch: number) => `Proof of epoch ${epoch}`,
    close: "Close",
    verify: "Verify in this browser",
    again: "Verify again",
    about:
      "Leaf and path are recomputed in this browser; root, payments and events are read from the chain. The provider is not trusted.",
    by: (name: string) => `Read through your wallet's own node (${name}).`,
    byConfigured: "Read through the configured node. Connect a wallet to use its node.",
    holds: "The proof holds",
    fails: "The proof does NOT hold",
  },
  {
    title: (epoch: number) => `周期 ${epoch} 的证明`,
    close: "关闭",
    verify: "在此浏览器中验证",
    again: "重新验证",
    about: "叶与路径在此重新计算；根、付款和事件从链上读取。不因提供方的说法而相信任何内容。",
    by: (name: string) => `通过您钱包自己的节点读取（${name}）。`,
    byConfigured: "通过配置的节点读取。连接钱包后将通过您自己的节点读取。",
    holds: "证明成立",
    fails: "证明不成立",
  },
)

interface Props {
  lease: LeaseView
  epoch: number
  onClose: () => void
}

export function Proof({ lease, epoch, onClose }: Props) {
  const t = useMessages(messages)
  const query = useProof(lease, epoch)
  const place = useRef<HTMLDivElement>(null)
  useEffect(() => {
    // In newer browsers it returns a promise, which React would take for a cleanup function.
    place.current?.scrollIntoView?.({ block: "nearest" })
  }, [])
  return (
    <div ref={place} className={styles.proof}>
      <Card
        title={t.title(epoch)}
        aside={
          <Button kind="quiet" onClick={onClose}>
            {t.close}
          </Button>
        }
      >
        <Loaded query={query} lines={6}>
          {(proof) => <Verifying lease={lease} proof={proof} />}
        </Loaded>
      </Card>
    </div>
  )
}

function Verifying({ lease, proof }: { lease: LeaseView; proof: ProofView }) {
  const t = useMessages(messages)
  const choose = useVerificationReader()
  const verification = useMutation({
    mutationFn: async () => {
      const { reader, wallet } = await choose()
      return { found: await verify(reader, lease, proof), wallet, proof }
    },
  })
  const { data } = verification
  return (
    <div className="stack">
      <div className="row">
        <Button kind="primary" busy={verification.isPending} onClick={() => verification.mutate()}>
          {data ? t.again : t.verify}
        </Button>
        <span role="status">
          {data && (
            <Badge tone={data.found.holds ? "good" : "bad"}>{data.found.holds ? t.holds : t.fails}</Badge>
          )}
        </span>
      </div>
      <p className="soft small">
        {t.about} {data && (data.wallet ? t.by(data.wallet) : t.byConfigured)}
      </p>
      {verification.error && <Failure error={verification.error} />}
      {data && <Checks lease={lease} proof={data.proof} found={data.found} />}
      <Countersign lease={lease} proof={proof} />
    </div>
  )
}

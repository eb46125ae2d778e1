import { useState } from "react"
import type { ProviderView } from "../../api/types.ts"
import { addBond } from "../../chain/actions/addBond.ts"
import { announceExit } from "../../chain/actions/announceExit.ts"
import { setAttributes } from "../../chain/actions/setAttributes.ts"
import { unregister } from "../../chain/actions/unregister.ts"
import { useReasons } from "../../chain/legal.ts"
import { useRuleContext } from "../../features/chain/useRuleContext.ts"
import { attributesOf } from "../../features/offers/attributes.ts"
import { ETH, parseAmount } from "../../i18n/format.ts"
import { useMessages } from "../../i18n/language.ts"
import { ActionButton, Button } from "../../ui/Button.tsx"
import { Card } from "../../ui/Card.tsx"
import { Dialog } from "../../ui/Dialog.tsx"
import { TextField } from "../../ui/Field.tsx"
import { messages } from "./messages.ts"
import styles from "./Provider.module.css"
import { useAction } from "./useAction.ts"

/** Settings that only the provider's own account may change; for others disabled with the reason. */
export function Registration({ provider }: { provider: ProviderView }) {
  const t = useMessages(messages)
  return (
    <Card title={t.account}>
      <div className="stack">
        <p className="soft small">{t.accountAbout}</p>
        <div className={styles.fields}>
          <Bond provider={provider} />
          <AttributesForm key={provider.attributes.join()} provider={provider} />
          <Exit provider={provider} />
        </div>
      </div>
    </Card>
  )
}

function Bond({ provider }: { provider: ProviderView }) {
  const t = useMessages(messages)
  const here = useRuleContext()
  const reasons = useReasons()
  const { act, busy } = useAction()
  const [text, setText] = useState("")
  const amount = parseAmount(text, ETH)
  const wrong = text !== "" && (amount === null || amount === 0n)
  const reason = here ? reasons("addBond", { ...here, provider }) : ""
  return (
    <div className="stack-s">
      <TextField
        label={t.bondAmount}
        inputMode="decimal"
        autoComplete="off"
        value={text}
        problem={wrong ? t.badAmount : null}
        onChange={setText}
      />
      <ActionButton
        reason={reason ?? (amount ? null : t.badAmount)}
        busy={busy}
        onClick={() =>
          void act(t.labels.addBond, (wallet) => addBond(wallet, { amount: amount! })).then(
            (added) => added && setText(""),
          )
        }
      >
        {t.addBond}
      </ActionButton>
    </div>
  )
}

function AttributesForm({ provider }: { provider: ProviderView }) {
  const t = useMessages(messages)
  const here = useRuleContext()
  const reasons = useReasons()
  const { act, busy } = useAction()
  const [text, setText] = useState(provider.attributes.join(", "))
  const attributes = attributesOf(text)
  const reason = here ? reasons("setAttributes", { ...here, provider }) : ""
  return (
    <div className="stack-s">
      <TextField
        label={t.attributes}
        hint={t.attributesHint}
        autoComplete="off"
        value={text}
        problem={attributes ? null : t.badAttributes}
        onChange={setText}
      />
      <ActionButton
        reason={reason ?? (attributes ? null : t.badAttributes)}
        busy={busy}
        onClick={() =>
          void act(t.labels.setAttributes, (wallet) => setAttributes(wallet, { attributes: attributes! }))
        }
      >
        {t.setAttributes}
      </ActionButton>
    </div>
  )
}

function Exit({ provider }: { provider: ProviderView }) {
  const t = useMessages(messages)
  const here = useRuleContext()
  const reasons = useReasons()
  const { act, busy } = useAction()
  const [asking, setAsking] = useState(false)
  const announced = provider.exitAt !== null
  const reason = here ? reasons(announced ? "unregister" : "announceExit", { ...here, provider }) : ""

  return (
    <div className="stack-s">
      <h3>{t.exit}</h3>
      <p className="soft small">{t.exitAbout}</p>
      {announced ? (
        <ActionButton reason={reason} busy={busy} onClick={() => void act(t.labels.unregister, unregister)}>
          {t.unregister}
        </ActionButton>
      ) : (
        <ActionButton kind="danger" reason={reason} busy={busy} onClick={() => setAsking(true)}>
          {t.announce}
        </ActionButton>
      )}
      <Dialog title={t.announce} about={t.exitAbout} open={asking} onOpenChange={setAsking}>
        <div className="row">
          <Button
            kind="danger"
            onClick={() => {
              setAsking(false)
              void act(t.labels.announceExit, announceExit)
            }}
          >
            {t.confirmExit}
          </Button>
          <Button onClick={() => setAsking(false)}>{t.cancel}</Button>
        </div>
      </Dialog>
    </div>
  )
}

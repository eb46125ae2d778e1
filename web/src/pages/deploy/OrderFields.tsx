import { useState } from "react"
import { zeroAddress } from "viem"
import { attributesOf } from "../../features/offers/attributes.ts"
import { setRequirements, useRequirements } from "../../features/offers/requirements.ts"
import { useMessages } from "../../i18n/language.ts"
import { Choice, TextField } from "../../ui/Field.tsx"
import { NumberField } from "../../ui/NumberField.tsx"
import styles from "./Deploy.module.css"
import { setDraft, useDraft } from "./draft.ts"
import { messages } from "./messages.ts"
import { currencyOf } from "./money.ts"

/** The fields of an order: currency, duration of bidding, required attributes. */
export function OrderFields() {
  const t = useMessages(messages)
  const { currency, bidding, acceptance } = useDraft()
  const wanted = useRequirements()
  const [token, setToken] = useState(currency === zeroAddress ? "" : currency)
  const [kind, setKind] = useState<"eth" | "token">(currency === zeroAddress ? "eth" : "token")
  const [attributes, setAttributes] = useState(wanted.attributes.join(", "))

  function choose(next: "eth" | "token") {
    setKind(next)
    setDraft({ currency: next === "eth" ? zeroAddress : (currencyOf(token) ?? zeroAddress) })
  }
  return (
    <div className={styles.two}>
      <Choice
        label={t.currency}
        value={kind}
        options={[
          { value: "eth", label: t.eth },
          { value: "token", label: t.token },
        ]}
        onChange={choose}
      />
      {kind === "token" && (
        <TextField
          label={t.tokenAddress}
          value={token}
          problem={currencyOf(token) ? null : t.tokenProblem}
          onChange={(text) => {
            setToken(text)
            setDraft({ currency: currencyOf(text) ?? zeroAddress })
          }}
        />
      )}
      <NumberField
        label={t.bidding}
        value={bidding}
        least={1}
        most={10_080}
        onChange={(minutes) => setDraft({ bidding: minutes })}
      />
      <NumberField
        label={t.acceptance}
        value={acceptance}
        least={1}
        most={10_080}
        onChange={(minutes) => setDraft({ acceptance: minutes })}
      />
      <TextField
        label={t.attributes}
        hint={t.attributesHint}
        value={attributes}
        problem={attributesOf(attributes) ? null : t.attributesProblem}
        onChange={(text) => {
          setAttributes(text)
          const list = attributesOf(text)
          if (list) setRequirements({ attributes: list })
        }}
      />
    </div>
  )
}

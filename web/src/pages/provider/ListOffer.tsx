import { useState } from "react"
import { type Address, isAddress, zeroAddress } from "viem"
import type { ProviderView } from "../../api/types.ts"
import { listOffer } from "../../chain/actions/listOffer.ts"
import { useUnit } from "../../chain/currency.ts"
import { useReasons } from "../../chain/legal.ts"
import { useRuleContext } from "../../features/chain/useRuleContext.ts"
import { messages as offerWords } from "../../features/offers/messages.ts"
import { ROWS } from "../../features/offers/PriceList.tsx"
import { useMessages } from "../../i18n/language.ts"
import { ActionButton } from "../../ui/Button.tsx"
import { Choice, TextField } from "../../ui/Field.tsx"
import { NumberField } from "../../ui/NumberField.tsx"
import { messages } from "./messages.ts"
import styles from "./Provider.module.css"
import { type PriceName, priceOf, pricesFrom } from "./prices.ts"
import { useAction } from "./useAction.ts"

/** A new price list. */
export function ListOffer({ provider }: { provider: ProviderView }) {
  const t = useMessages(messages)
  const m = useMessages(offerWords)
  const here = useRuleContext()
  const reasons = useReasons()
  const { act, busy } = useAction()
  const [kind, setKind] = useState<"eth" | "token">("eth")
  const [token, setToken] = useState("")
  const [texts, setTexts] = useState<Partial<Record<PriceName, string>>>({})
  const [networkKiBps, setNetworkKiBps] = useState(0)
  const currency = kind === "eth" ? zeroAddress : isAddress(token) ? (token as Address) : undefined
  const unit = useUnit(currency)
  const prices = pricesFrom(texts, networkKiBps, unit)
  const said = Object.values(texts).some((text) => text.trim() !== "")
  const refused = here ? reasons("listOffer", { ...here, provider }) : ""
  const reason = refused ?? (currency ? (prices ? (said ? null : t.nothingSaid) : t.badPrice) : t.badToken)

  async function list() {
    const listed = await act(t.labels.listOffer, (wallet) =>
      listOffer(wallet, { currency: currency!, prices: prices! }),
    )
    if (listed) setTexts({})
  }
  return (
    <details className={styles.more}>
      <summary>{t.list}</summary>
      <div className="stack">
        <p className="soft small">{t.listAbout}</p>
        <div className={styles.fields}>
          <Choice
            label={t.pricesIn}
            value={kind}
            options={[
              { value: "eth", label: t.eth },
              { value: "token", label: t.token },
            ]}
            onChange={setKind}
          />
          {kind === "token" && (
            <TextField
              label={t.tokenAddress}
              value={token}
              problem={currency ? null : t.badToken}
              onChange={setToken}
            />
          )}
          {ROWS.map(([name]) => (
            <TextField
              key={name}
              label={m.price[name]}
              inputMode="decimal"
              autoComplete="off"
              value={texts[name] ?? ""}
              problem={priceOf(name, texts[name] ?? "", unit) === null ? t.badPrice : null}
              onChange={(text) => setTexts({ ...texts, [name]: text })}
            />
          ))}
          <NumberField
            label={t.traffic}
            value={networkKiBps}
            least={0}
            most={2 ** 32 - 1}
            onChange={setNetworkKiBps}
          />
        </div>
        <div>
          <ActionButton kind="primary" reason={reason} busy={busy} onClick={() => void list()}>
            {t.list}
          </ActionButton>
        </div>
      </div>
    </details>
  )
}

import { useQuery } from "@tanstack/react-query"
import { memo } from "react"
import { type Address, zeroAddress } from "viem"
import { readContract } from "viem/actions"
import { useClient } from "wagmi"
import type { OwnView, ProviderView } from "../../api/types.ts"
import { market } from "../../chain/abi.ts"
import { ALL, withdrawEarnings } from "../../chain/actions/withdrawEarnings.ts"
import { marketOf } from "../../chain/call.ts"
import { useUnit } from "../../chain/currency.ts"
import { isSame, useReasons } from "../../chain/legal.ts"
import type { Reader } from "../../chain/reader.ts"
import { useRuleContext } from "../../features/chain/useRuleContext.ts"
import { useLeases } from "../../features/queries/market.ts"
import { useMessages } from "../../i18n/language.ts"
import { ActionButton } from "../../ui/Button.tsx"
import { Card } from "../../ui/Card.tsx"
import { Amount, Hash, Tx, When } from "../../ui/Values.tsx"
import { messages } from "./messages.ts"
import styles from "./Provider.module.css"
import { useAction } from "./useAction.ts"

interface Props {
  provider: ProviderView
  own: OwnView | undefined
}

/** The earnings in each currency, and what can be withdrawn now. */
export function Earnings({ provider, own }: Props) {
  const t = useMessages(messages)
  const leases = useLeases(true)
  const currencies = new Set<Address>([zeroAddress])
  for (const lease of leases.data ?? []) {
    if (isSame(lease.provider, provider.address)) currencies.add(lease.money.currency)
  }
  for (const { currency } of own?.earnings ?? []) currencies.add(currency)
  const unique = [...currencies].filter((a, index, all) => all.findIndex((b) => isSame(a, b)) === index)
  return (
    <Card title={t.earnings}>
      <div className="stack">
        <p className="soft small">{t.earningsAbout}</p>
        <ul className={styles.earnings}>
          {unique.map((currency) => (
            <Row
              key={currency}
              provider={provider}
              currency={currency}
              total={own?.earnings.find((each) => isSame(each.currency, currency))?.earned}
            />
          ))}
        </ul>
      </div>
    </Card>
  )
}

interface RowProps {
  provider: ProviderView
  currency: Address
  /** The all-time total; only the provider's own API has it. */
  total: string | undefined
}

function Row({ provider, currency, total }: RowProps) {
  const t = useMessages(messages)
  const unit = useUnit(currency)
  const here = useRuleContext()
  const reasons = useReasons()
  const { act, busy } = useAction()
  const reader = useClient() as Reader | undefined
  const { data: ready } = useQuery({
    queryKey: ["providers", provider.address, "earnings", currency],
    enabled: reader !== undefined,
    refetchInterval: 5_000,
    queryFn: () =>
      readContract(reader!, {
        address: marketOf(reader!),
        abi: market,
        functionName: "earnings",
        args: [provider.address, currency],
      }),
  })
  const mine = isSame(here?.me, provider.address)
  const reason = !here
    ? ""
    : mine || !here.me
      ? reasons("withdrawEarnings", { ...here, earnings: ready, unit })
      : reasons("addBond", { ...here, provider })
  return (
    <li>
      <dl>
        <div>
          <dt>{t.ready}</dt>
          <dd className={styles.ready}>{ready === undefined ? "–" : <Amount of={ready} unit={unit} />}</dd>
        </div>
        {total !== undefined && (
          <div>
            <dt>{t.earned}</dt>
            <dd>
              <Amount of={total} unit={unit} />
            </dd>
          </div>
        )}
      </dl>
      <ActionButton
        reason={reason}
        busy={busy}
        aria-label={t.withdrawOf(unit.symbol)}
        onClick={() =>
          void act(t.labels.withdrawEarnings, (wallet) =>
            withdrawEarnings(wallet, { currency, to: provider.address, amount: ALL }),
          )
        }
      >
        {t.withdraw}
      </ActionButton>
    </li>
  )
}

/** The latest claims and payouts. */
export const Ledger = memo(function Ledger({ claims, payouts }: Pick<OwnView, "claims" | "payouts">) {
  const t = useMessages(messages)
  return (
    <div className={styles.pair}>
      <Card title={t.claims} flush>
        {claims.length === 0 ? (
          <p className={styles.about}>{t.noClaims}</p>
        ) : (
          <div className={styles.long}>
            <table>
              <thead>
                <tr>
                  <th scope="col">{t.time}</th>
                  <th scope="col">{t.lease}</th>
                  <th scope="col" className="right">
                    {t.amount}
                  </th>
                  <th scope="col">{t.tx}</th>
                </tr>
              </thead>
              <tbody>
                {claims.map(({ time, lease, currency, amount, tx }) => (
                  <tr key={`${tx}${lease}`}>
                    <td>
                      <When of={time} />
                    </td>
                    <td>
                      <Hash of={lease} />
                    </td>
                    <td className="right">
                      <Paid amount={amount} currency={currency} />
                    </td>
                    <td>
                      <Tx of={tx} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Card>
      <Card title={t.payouts} flush>
        {payouts.length === 0 ? (
          <p className={styles.about}>{t.noPayouts}</p>
        ) : (
          <div className={styles.long}>
            <table>
              <thead>
                <tr>
                  <th scope="col">{t.time}</th>
                  <th scope="col" className="right">
                    {t.amount}
                  </th>
                  <th scope="col">{t.tx}</th>
                </tr>
              </thead>
              <tbody>
                {payouts.map(({ time, currency, amount, tx }) => (
                  <tr key={`${tx}${currency}`}>
                    <td>
                      <When of={time} />
                    </td>
                    <td className="right">
                      <Paid amount={amount} currency={currency} />
                    </td>
                    <td>
                      <Tx of={tx} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
      </Card>
    </div>
  )
})

function Paid({ amount, currency }: { amount: string; currency: Address }) {
  return <Amount of={amount} unit={useUnit(currency)} />
}

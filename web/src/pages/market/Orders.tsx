import { Link, useNavigate } from "@tanstack/react-router"
import type { ReactNode } from "react"
import { useConfig } from "../../api/config.ts"
import type { BidView, OrderView } from "../../api/types.ts"
import { useUnit } from "../../chain/currency.ts"
import { isSame, useReasons } from "../../chain/legal.ts"
import { useRuleContext } from "../../features/chain/useRuleContext.ts"
import { adoptOrder } from "../../features/deployments/deployments.ts"
import { Attributes } from "../../features/offers/ProviderFacts.tsx"
import { messages } from "../../features/orders/messages.ts"
import { amountOver, formatBytes, formatFigure, HOUR, shorten, type Unit } from "../../i18n/format.ts"
import { useMessages } from "../../i18n/language.ts"
import { Badge } from "../../ui/Badge.tsx"
import { ActionButton } from "../../ui/Button.tsx"
import { Empty } from "../../ui/States.tsx"
import { Address, Amount, Hash, When } from "../../ui/Values.tsx"
import styles from "./Orders.module.css"

export function Orders({ orders }: { orders: readonly OrderView[] }) {
  const t = useMessages(messages)
  if (orders.length === 0) {
    return (
      <Empty title={t.none}>
        {t.noneAbout} <Link to="/deploy">{t.ask}</Link>
      </Empty>
    )
  }
  return (
    <ul className={styles.list}>
      {orders.toReversed().map((order) => (
        <li key={order.id}>
          <Order order={order} />
        </li>
      ))}
    </ul>
  )
}

function Order({ order }: { order: OrderView }) {
  const t = useMessages(messages)
  const unit = useUnit(order.currency)
  const here = useRuleContext()
  const reasons = useReasons()
  const { chainId, market } = useConfig()
  const go = useNavigate()
  const now = here?.now ?? 0
  const mine = isSame(order.tenant, here?.me)
  const { shape, policy } = order
  function choose() {
    adoptOrder(order, chainId, market)
    void go({ to: "/deploy" })
  }
  const size = (mib: number) => formatBytes(mib * 2 ** 20)
  return (
    <article className={styles.order} aria-label={`${t.order} ${shorten(order.id)}`}>
      <header className={styles.head}>
        <h3 className={styles.title}>
          {t.order} <Hash of={order.id} />
        </h3>
        <Badge tone={order.bids.length > 0 ? "info" : "plain"}>{t.bids(order.bids.length)}</Badge>
        <span className={styles.tenant}>
          <Address of={order.tenant} you={mine} />
        </span>
      </header>
      <p className="small">
        {t.wants(order.replicas, policy.minReplicas, policy.maxReplicas)},{" "}
        {t.shape(
          formatFigure(shape.millicores / 1000),
          size(shape.memoryMiB),
          size(shape.diskMiB),
          shape.gpus,
        )}
      </p>
      <dl className={styles.terms}>
        <Term name={t.budget}>
          <Amount of={amountOver(BigInt(order.maxRate), HOUR)} unit={unit} />
        </Term>
        <Term name={t.deposit}>
          <Amount of={order.deposit} unit={unit} />
        </Term>
        <Term name={t.bidding}>
          <When of={order.bidUntil} /> {now >= order.bidUntil && <span className="soft">({t.over})</span>}
        </Term>
        <Term name={t.accepting}>
          <When of={order.acceptUntil} />{" "}
          {now > order.acceptUntil && <span className="soft">({t.over})</span>}
        </Term>
        {order.attributes.length > 0 && (
          <Term name={t.needs}>
            <Attributes of={order.attributes} />
          </Term>
        )}
      </dl>
      {order.bids.length > 0 && <Bids order={order} unit={unit} />}
      {order.decision.reason && <p className="soft small">{t.declines(order.decision.reason)}</p>}
      <div>
        <ActionButton reason={here ? reasons("accept", { ...here, order }) : ""} onClick={choose}>
          {t.choose}
          <span className="unseen">: {shorten(order.id)}</span>
        </ActionButton>
      </div>
    </article>
  )
}

function Term({ name, children }: { name: string; children: ReactNode }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{children}</dd>
    </div>
  )
}

const cheaper = (a: BidView, b: BidView) => (BigInt(a.rates.reserved) < BigInt(b.rates.reserved) ? -1 : 1)

/** Cheapest first. */
function Bids({ order, unit }: { order: OrderView; unit: Unit }) {
  const t = useMessages(messages)
  const hourly = (bid: BidView, replicas: number) =>
    amountOver(BigInt(bid.rates.reserved) * BigInt(replicas), HOUR)
  return (
    <div className="scroller">
      <table className={styles.bids}>
        <caption className="unseen">{t.bidsOf(shorten(order.id))}</caption>
        <thead>
          <tr>
            <th scope="col">{t.provider}</th>
            <th scope="col" className="right">
              {t.hour}
            </th>
            <th scope="col" className="right">
              {t.most}
            </th>
            <th scope="col">{t.expiry}</th>
          </tr>
        </thead>
        <tbody>
          {order.bids.toSorted(cheaper).map((bid) => (
            <tr key={bid.id}>
              <th scope="row">
                <Address of={bid.provider} />
              </th>
              <td className="right">
                <Amount of={hourly(bid, order.replicas)} unit={unit} />
              </td>
              <td className="right">
                <Amount of={hourly(bid, order.policy.maxReplicas)} unit={unit} />
              </td>
              <td>
                <When of={bid.expiry} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}

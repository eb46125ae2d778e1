import { memo } from "react"
import type { OwnView } from "../../api/types.ts"
import { useMessages } from "../../i18n/language.ts"
import { Card } from "../../ui/Card.tsx"
import { Hash, Tx, When } from "../../ui/Values.tsx"
import { messages } from "./messages.ts"
import styles from "./Provider.module.css"

/** The latest roots, and the gas of posting each. */
export const Roots = memo(function Roots({ roots }: Pick<OwnView, "roots">) {
  const t = useMessages(messages)
  return (
    <Card title={t.roots} flush>
      <p className={styles.about}>{roots.length === 0 ? t.noRoots : t.rootsAbout}</p>
      {roots.length > 0 && (
        <div className={styles.long}>
          <table>
            <thead>
              <tr>
                <th scope="col" className="right">
                  {t.epoch}
                </th>
                <th scope="col">{t.posted}</th>
                <th scope="col" className="right">
                  {t.statements}
                </th>
                <th scope="col" className="right">
                  {t.gas}
                </th>
                <th scope="col">{t.root}</th>
                <th scope="col">{t.tx}</th>
              </tr>
            </thead>
            <tbody>
              {roots.map(({ epoch, postedAt, leaves, gas, root, tx }) => (
                <tr key={epoch}>
                  <td className="right">{epoch.toLocaleString("en-US")}</td>
                  <td>
                    <When of={postedAt} />
                  </td>
                  <td className="right">{leaves.toLocaleString("en-US")}</td>
                  <td className="right">{gas?.toLocaleString("en-US") ?? "–"}</td>
                  <td>
                    <Hash of={root} />
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
  )
})

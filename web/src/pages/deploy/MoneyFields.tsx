import { formatUnits } from "viem"
import { roundUp, type Unit } from "../../i18n/format.ts"
import { useMessages } from "../../i18n/language.ts"
import { Button } from "../../ui/Button.tsx"
import { TextField } from "../../ui/Field.tsx"
import { Amount } from "../../ui/Values.tsx"
import styles from "./Deploy.module.css"
import { setDraft } from "./draft.ts"
import { messages } from "./messages.ts"

const DAYS = [1n, 7n, 30n]

interface Props {
  unit: Unit
  /** As in the fields. */
  deposit: string
  budget: string
  depositProblem: string | null
  budgetProblem: string | null
  /** The cost of a day at the highest count, base units; 0: unknown. */
  day: bigint
  /** The wallet's; undefined: no wallet, or not read yet. */
  balance: bigint | undefined
}

/** Deposit and budget. */
export function MoneyFields({ unit, deposit, budget, depositProblem, budgetProblem, day, balance }: Props) {
  const t = useMessages(messages)
  return (
    <fieldset className={styles.fieldset}>
      <legend>{t.money}</legend>
      <div className={styles.two}>
        <TextField
          label={`${t.deposit} (${unit.symbol})`}
          hint={
            <>
              {t.depositHint}
              {balance !== undefined && (
                <>
                  {" "}
                  {t.balance} <Amount of={balance} unit={unit} />.
                </>
              )}
            </>
          }
          problem={depositProblem}
          inputMode="decimal"
          autoComplete="off"
          value={deposit}
          onChange={(text) => setDraft({ deposit: text })}
        />
        <TextField
          label={`${t.budget} (${unit.symbol})`}
          hint={t.budgetHint}
          problem={budgetProblem}
          inputMode="decimal"
          autoComplete="off"
          value={budget}
          onChange={(text) => setDraft({ budget: text })}
        />
      </div>
      {day > 0n && (
        <fieldset className={styles.proposals}>
          <legend className="unseen">{t.proposals}</legend>
          {DAYS.map((days) => (
            <Button
              key={days}
              onClick={() => setDraft({ deposit: formatUnits(roundUp(day * days), unit.decimals) })}
            >
              {t.days(Number(days))}
            </Button>
          ))}
        </fieldset>
      )}
    </fieldset>
  )
}

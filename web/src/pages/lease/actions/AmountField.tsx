// A field for an amount, with buttons for common amounts.

import { parseAmount, type Unit } from "../../../i18n/format.ts"
import { defineMessages, useMessages } from "../../../i18n/language.ts"
import { Button } from "../../../ui/Button.tsx"
import { TextField } from "../../../ui/Field.tsx"
import styles from "./Actions.module.css"

const messages = defineMessages(
  {
    amount: (symbol: string) => `Amount, ${symbol}`,
    none: (decimals: number) => `That is not an amount: enter digits, with at most ${decimals} decimals.`,
  },
  {
    amount: (symbol: string) => `金额，${symbol}`,
    none: (decimals: number) => `这不是有效金额：请输入数字，小数最多 ${decimals} 位。`,
  },
)

/** All digits of an amount, in input format. */
export function typed(amount: bigint, { decimals }: Unit): string {
  const digits = amount.toString().padStart(decimals + 1, "0")
  const whole = digits.slice(0, digits.length - decimals)
  const fraction = digits.slice(digits.length - decimals).replace(/0+$/, "")
  return fraction && decimals > 0 ? `${whole}.${fraction}` : whole
}

interface Props {
  unit: Unit
  text: string
  onText: (text: string) => void
  quick: readonly { label: string; amount: bigint }[]
}

export function AmountField({ unit, text, onText, quick }: Props) {
  const t = useMessages(messages)
  const bad = text !== "" && parseAmount(text, unit) === null
  return (
    <div className="stack-s">
      <TextField
        label={t.amount(unit.symbol)}
        inputMode="decimal"
        autoComplete="off"
        value={text}
        onChange={onText}
        problem={bad ? t.none(unit.decimals) : null}
      />
      <div className={styles.quick}>
        {quick
          .filter(({ amount }) => amount > 0n)
          .map(({ label, amount }) => (
            <Button key={label} onClick={() => onText(typed(amount, unit))}>
              {label}
            </Button>
          ))}
      </div>
    </div>
  )
}

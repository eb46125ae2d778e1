import { useEffect, useId, useState } from "react"
import styles from "./Field.module.css"

interface Props {
  label: string
  hint?: string
  unit?: string
  value: number
  least: number
  most: number
  onChange: (value: number) => void
}

/** An integer within bounds; out-of-range input is not applied. */
export function NumberField({ label, hint, unit, value, least, most, onChange }: Props) {
  const id = useId()
  const [typed, setTyped] = useState(String(value))
  useEffect(() => setTyped((text) => (Number(text) === value ? text : String(value))), [value])
  const number = Number(typed)
  const wrong = typed.trim() === "" || !Number.isInteger(number) || number < least || number > most

  return (
    <div className={styles.field}>
      <label htmlFor={id}>
        {label}
        {unit && <span className="soft"> ({unit})</span>}
      </label>
      <input
        id={id}
        className={styles.control}
        type="number"
        min={least}
        max={most}
        step={1}
        value={typed}
        aria-invalid={wrong || undefined}
        aria-describedby={hint ? `${id}-hint` : undefined}
        onChange={(event) => {
          setTyped(event.target.value)
          const next = Number(event.target.value)
          if (event.target.value.trim() !== "" && Number.isInteger(next) && next >= least && next <= most)
            onChange(next)
        }}
        onBlur={() => setTyped(String(value))}
      />
      {hint && (
        <span id={`${id}-hint`} className={styles.hint}>
          {hint}
        </span>
      )}
    </div>
  )
}

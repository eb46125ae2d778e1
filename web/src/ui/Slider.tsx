import { useEffect, useId, useState } from "react"
import styles from "./Slider.module.css"

interface Props {
  label: string
  /** Beside the number: `MiB`. */
  unit: string
  value: number
  /** Where the slider can stand, ascending. Any whole number from `least` to `most` can be typed. */
  stops: readonly number[]
  least?: number
  most: number
  /** What the number is shown divided by: 1000 for millicores shown as cores. */
  scale?: number
  hint?: string
  onChange: (value: number) => void
}

/** A number by a slider, and exactly by typing. Both are one control to a keyboard: the arrows move the slider. */
export function Slider({ label, unit, value, stops, least = 0, most, scale = 1, hint, onChange }: Props) {
  const id = useId()
  const shown = String(value / scale)
  const [typed, setTyped] = useState(shown)
  // What comes from elsewhere replaces what was typed; what is being typed stays as it is.
  useEffect(
    () => setTyped((text) => (Number(text) === value / scale ? text : String(value / scale))),
    [value, scale],
  )
  const above = stops.findIndex((stop) => stop >= value)
  const at = above < 0 ? stops.length - 1 : above

  function type(text: string) {
    setTyped(text)
    const number = Math.round(Number(text) * scale)
    if (text.trim() !== "" && number >= least && number <= most) onChange(number)
  }

  return (
    <div className={styles.slider}>
      <div className={styles.head}>
        <label htmlFor={id}>{label}</label>
        <span className={styles.exact}>
          <input
            id={id}
            className={styles.number}
            inputMode="decimal"
            autoComplete="off"
            value={typed}
            aria-describedby={`${id}-unit`}
            onChange={(event) => type(event.target.value)}
            onBlur={() => setTyped(shown)}
          />
          <span id={`${id}-unit`} className={styles.unit}>
            {unit}
          </span>
        </span>
      </div>
      <input
        type="range"
        className={styles.range}
        aria-label={label}
        aria-valuetext={`${shown} ${unit}`}
        min={0}
        max={stops.length - 1}
        value={at}
        onChange={(event) => onChange(stops[Number(event.target.value)]!)}
      />
      {hint && <span className={styles.hint}>{hint}</span>}
    </div>
  )
}

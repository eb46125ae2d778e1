import { useEffect, useId, useState } from "react"
import styles from "./Slider.module.css"

interface Props {
  label: string
  /** Beside the number: `MiB`. */
  unit: string
  value: number
  /** The slider's stops, ascending. Any integer from `least` to `most` can be typed. */
  stops: readonly number[]
  least?: number
  most: number
  /** Divisor for display: 1000 shows millicores as cores. */
  scale?: number
  hint?: string
  onChange: (value: number) => void
}

/** A number set by a slider, or typed exactly. */
export function Slider({ label, unit, value, stops, least = 0, most, scale = 1, hint, onChange }: Props) {
  const id = useId()
  const shown = String(value / scale)
  const [typed, setTyped] = useState(shown)
  // A new value from outside replaces the input, but not while the user types the same value.
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

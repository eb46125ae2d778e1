import { type InputHTMLAttributes, type ReactNode, useId } from "react"
import styles from "./Field.module.css"

interface FieldProps {
  label: ReactNode
  /** Always shown under the field. */
  hint?: ReactNode
  /** Why the input is invalid; null when it is valid. */
  problem?: ReactNode
  children: (field: {
    id: string
    "aria-describedby"?: string
    "aria-invalid"?: true
    className: string
  }) => ReactNode
}

/** A label, its control, a hint and the validation error. */
export function Field({ label, hint, problem, children }: FieldProps) {
  const id = useId()
  const described = [hint && `${id}-hint`, problem && `${id}-problem`].filter(Boolean).join(" ")
  return (
    <div className={styles.field}>
      <label htmlFor={id}>{label}</label>
      {children({
        id,
        "aria-describedby": described || undefined,
        "aria-invalid": problem ? true : undefined,
        className: styles.control!,
      })}
      {hint && (
        <span id={`${id}-hint`} className={styles.hint}>
          {hint}
        </span>
      )}
      {problem && (
        <span id={`${id}-problem`} className={styles.problem} role="alert">
          {problem}
        </span>
      )}
    </div>
  )
}

type TextProps = Omit<InputHTMLAttributes<HTMLInputElement>, "onChange"> &
  Omit<FieldProps, "children"> & { onChange: (text: string) => void }

/** A text input, or a number input with `type="number"`. */
export function TextField({ label, hint, problem, onChange, ...rest }: TextProps) {
  return (
    <Field label={label} hint={hint} problem={problem}>
      {(field) => <input {...rest} {...field} onChange={(event) => onChange(event.target.value)} />}
    </Field>
  )
}

interface ChoiceProps<T extends string> extends Omit<FieldProps, "children"> {
  value: T
  options: readonly { value: T; label: string }[]
  onChange: (value: T) => void
}

export function Choice<T extends string>({ value, options, onChange, ...rest }: ChoiceProps<T>) {
  return (
    <Field {...rest}>
      {(field) => (
        <select {...field} value={value} onChange={(event) => onChange(event.target.value as T)}>
          {options.map((option) => (
            <option key={option.value} value={option.value}>
              {option.label}
            </option>
          ))}
        </select>
      )}
    </Field>
  )
}

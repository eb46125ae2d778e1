import { type ErrorComponentProps, Link } from "@tanstack/react-router"
import { Failure } from "../features/errors/Failure.tsx"
import { defineMessages, useMessages } from "../i18n/language.ts"

const messages = defineMessages(
  { title: "Page not found", back: "Back to the market" },
  { title: "没有这个页面", back: "返回市场" },
)

export function NotFound() {
  const t = useMessages(messages)
  return (
    <>
      <h1>{t.title}</h1>
      <p>
        <Link to="/">{t.back}</Link>
      </p>
    </>
  )
}

/** A page that threw, or whose code could not be loaded. */
export function PageError({ error, reset }: ErrorComponentProps) {
  return <Failure error={error} retry={reset} />
}

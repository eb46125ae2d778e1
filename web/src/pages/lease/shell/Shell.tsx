// A shell in a replica, for the tenant and holders of a shell grant.
import { useEffect, useRef, useState, useSyncExternalStore } from "react"
import { tokenOf } from "../../../api/tokens.ts"
import { getTheme, subscribeTheme } from "../../../browser/theme.ts"
import { useLeaseSession } from "../../../features/queries/lease.ts"
import { defineMessages, useMessages } from "../../../i18n/language.ts"
import { Badge, type Tone } from "../../../ui/Badge.tsx"
import { ActionButton } from "../../../ui/Button.tsx"
import { Card } from "../../../ui/Card.tsx"
import { Choice, TextField } from "../../../ui/Field.tsx"
import { Notice } from "../../../ui/States.tsx"
import { SignInGate } from "../SignInGate.tsx"
import type { TabProps } from "../tabProps.ts"
import styles from "./Shell.module.css"
import { openShell, type ShellEnd, type ShellState, type Shell as Socket } from "./socket.ts"
import { openTerminal, type Screen, themeOf } from "./terminal.ts"

const messages = defineMessages(
  {
    title: "Shell",
    what: "A shell in one of the lease's containers, under the container's own user and limits.",
    place: "Container",
    command: "Command",
    commandHint: "/bin/sh by default",
    open: "Open shell",
    close: "Close",
    none: "The lease has no running container.",
    terminal: "Terminal",
    keys: "Inside the terminal, Tab goes to the shell. Ctrl+Shift+Escape or the mouse leaves it.",
    reader: "Screen reader mode",
    states: {
      connecting: "Connecting",
      open: "Open",
      ended: "Ended",
      lost: "Lost",
      refused: "Refused",
    },
    exit: (code: number) => `It ended with exit code ${code}.`,
    ended: (reason: string) => `The provider ended it: ${reason}.`,
    lost: "The connection was lost, and its processes have ended. Open the shell again.",
    refused:
      "The provider refused. Your grant may not include `shell`, the image may not have this command, or too many shells are open.",
  },
  {
    title: "终端",
    what: "进入租约的某个容器，以该容器自身的用户和限制运行。",
    place: "容器",
    command: "命令",
    commandHint: "默认为 /bin/sh",
    open: "打开终端",
    close: "关闭",
    none: "租约没有正在运行的容器。",
    terminal: "终端",
    keys: "在终端内 Tab 键归 shell 使用。按 Ctrl+Shift+Escape 或使用鼠标可离开终端。",
    reader: "屏幕阅读器模式",
    states: {
      connecting: "连接中",
      open: "已打开",
      ended: "已结束",
      lost: "已断开",
      refused: "被拒绝",
    },
    exit: (code: number) => `已结束，退出码 ${code}。`,
    ended: (reason: string) => `提供方已将其结束：${reason}。`,
    lost: "连接已断开，其中运行的程序已结束。请重新打开。",
    refused: "提供方拒绝了请求。您的授权可能不包含 `shell`，镜像中可能没有该命令，或打开的终端过多。",
  },
)

const TONES: Record<ShellState, Tone> = {
  connecting: "plain",
  open: "good",
  ended: "plain",
  lost: "bad",
  refused: "bad",
}

export default function Shell({ lease }: TabProps) {
  const t = useMessages(messages)
  return (
    <SignInGate lease={lease} what={t.what}>
      <Session lease={lease} />
    </SignInGate>
  )
}

interface Run {
  place: string
  command: string
  /** Identifies a run. */
  number: number
}

function Session({ lease }: TabProps) {
  const t = useMessages(messages)
  const running = lease.containers.filter(({ state }) => state === "running")
  const places = running.map(({ service, replica }) => `${service}/${replica}`)
  const [place, setPlace] = useState("")
  const [command, setCommand] = useState("")
  const [reader, setReader] = useState(false)
  const [run, setRun] = useState<Run | null>(null)
  const [state, setState] = useState<ShellState>("connecting")
  const [end, setEnd] = useState<ShellEnd | null>(null)
  const chosen = places.includes(place) ? place : (places[0] ?? "")
  const on = run !== null && end === null

  function begin() {
    setEnd(null)
    setState("connecting")
    setRun({ place: chosen, command, number: (run?.number ?? 0) + 1 })
  }

  return (
    <Card
      title={t.title}
      aside={
        run && (
          <span role="status">
            <Badge tone={TONES[state]}>{t.states[state]}</Badge>
          </span>
        )
      }
    >
      <div className="stack">
        <form
          className={styles.form}
          onSubmit={(event) => {
            event.preventDefault()
            if (!on && chosen) begin()
          }}
        >
          <Choice
            label={t.place}
            value={chosen}
            onChange={setPlace}
            options={places.map((value) => ({ value, label: value }))}
          />
          <TextField
            label={t.command}
            placeholder="/bin/sh"
            title={t.commandHint}
            value={command}
            spellCheck={false}
            autoCapitalize="off"
            onChange={setCommand}
          />
          {on ? (
            <ActionButton reason={null} onClick={() => setRun(null)}>
              {t.close}
            </ActionButton>
          ) : (
            <ActionButton kind="primary" type="submit" reason={chosen ? null : t.none}>
              {t.open}
            </ActionButton>
          )}
        </form>
        <label className={styles.check}>
          <input type="checkbox" checked={reader} disabled={on} onChange={() => setReader(!reader)} />{" "}
          {t.reader}
        </label>
        {end && <Notice tone={end.state === "ended" ? "info" : "bad"}>{sentenceOf(end, t)}</Notice>}
        {run && (
          <>
            <p className="soft small">{t.keys}</p>
            <Screened
              key={run.number}
              lease={lease}
              run={run}
              reader={reader}
              onState={setState}
              onEnd={(end) => {
                setState(end.state)
                setEnd(end)
              }}
            />
          </>
        )}
      </div>
    </Card>
  )
}

function sentenceOf(end: ShellEnd, t: (typeof messages)["en"]): string {
  if (end.exit !== undefined) return t.exit(end.exit)
  if (end.reason !== undefined) return t.ended(end.reason)
  return end.state === "refused" ? t.refused : end.state === "lost" ? t.lost : t.exit(0)
}

interface ScreenedProps extends TabProps {
  run: Run
  reader: boolean
  onState: (state: ShellState) => void
  onEnd: (end: ShellEnd) => void
}

function Screened({ lease, run, reader, onState, onEnd }: ScreenedProps) {
  const t = useMessages(messages)
  const { base } = useLeaseSession(lease)
  const place = useRef<HTMLDivElement>(null)
  const screen = useRef<Screen | null>(null)
  const theme = useSyncExternalStore(subscribeTheme, getTheme)
  const callbacks = useRef({ onState, onEnd })
  callbacks.current = { onState, onEnd }
  const { id } = lease

  useEffect(() => {
    if (!place.current || base === null) return
    const shown = openTerminal(place.current, { screenReader: reader })
    screen.current = shown
    const { terminal } = shown
    // Immediately, otherwise the next key press would activate the button again.
    terminal.focus()
    let stopped = false
    const [service, replica] = run.place.split("/")
    const socket: Socket = openShell({
      base,
      lease: id,
      service,
      replica,
      command: run.command,
      cols: terminal.cols,
      rows: terminal.rows,
      token: tokenOf(base),
      onOpen: () => {
        if (stopped) return
        callbacks.current.onState("open")
        socket.resize(terminal.cols, terminal.rows)
      },
      onData: (bytes) => terminal.write(bytes),
      onEnd: (end) => {
        if (!stopped) callbacks.current.onEnd(end)
      },
    })
    terminal.onData((data) => socket.send(data))
    terminal.onBinary((data) => socket.send(Uint8Array.from(data, (each) => each.charCodeAt(0))))
    terminal.onResize(({ cols, rows }) => socket.resize(cols, rows))
    // Lets keyboard users leave: Tab itself goes to the shell.
    terminal.attachCustomKeyEventHandler((event) => {
      if (!(event.key === "Escape" && event.ctrlKey && event.shiftKey)) return true
      event.preventDefault()
      terminal.blur()
      place.current?.focus()
      return false
    })
    const watch = new ResizeObserver(() => shown.fit())
    watch.observe(place.current)
    return () => {
      stopped = true
      watch.disconnect()
      socket.close()
      shown.dispose()
      screen.current = null
    }
  }, [base, id, run, reader])
  // The colours change with the theme.
  useEffect(() => {
    if (screen.current) screen.current.terminal.options.theme = themeOf()
  }, [theme])

  return <section ref={place} className={styles.screen} aria-label={t.terminal} tabIndex={-1} />
}

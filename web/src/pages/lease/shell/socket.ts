// The shell's WebSocket: binary frames are bytes both ways, text frames are JSON control.

export type ShellState = "connecting" | "open" | "ended" | "lost" | "refused"

export interface ShellEnd {
  state: Exclude<ShellState, "connecting" | "open">
  /** The exit code of the command. */
  exit?: number
  /** Why the provider ended it. */
  reason?: string
}

export interface Shell {
  send: (data: string | Uint8Array<ArrayBuffer>) => void
  resize: (cols: number, rows: number) => void
  close: () => void
}

export interface ShellOptions {
  /** The provider's endpoint; empty for the page's own. */
  base: string
  lease: string
  service?: string
  replica?: string
  command?: string
  cols: number
  rows: number
  /** Bearer token of a session with a provider of another origin. */
  token?: string
  onOpen: () => void
  onData: (bytes: Uint8Array) => void
  onEnd: (end: ShellEnd) => void
}

/** The URL of the WebSocket. */
export function shellUrl({ base, lease, service, replica, command, cols, rows }: ShellOptions): string {
  const url = new URL(`${base}/v1/leases/${lease}/shell`, window.location.href)
  url.protocol = url.protocol === "https:" ? "wss:" : "ws:"
  if (service) url.searchParams.set("service", service)
  if (replica) url.searchParams.set("replica", replica)
  for (const word of command?.trim().split(/\s+/).filter(Boolean) ?? []) {
    url.searchParams.append("command", word)
  }
  url.searchParams.set("cols", String(cols))
  url.searchParams.set("rows", String(rows))
  return url.href
}

export function openShell(options: ShellOptions): Shell {
  const { token, onOpen, onData, onEnd } = options
  // Browsers cannot set headers on a WebSocket: the token is sent as a subprotocol.
  const protocols = token ? ["tidemark", `bearer.${token}`] : ["tidemark"]
  const socket = new WebSocket(shellUrl(options), protocols)
  socket.binaryType = "arraybuffer"
  const encoder = new TextEncoder()
  let opened = false
  let end: ShellEnd | null = null

  socket.onopen = () => {
    opened = true
    onOpen()
  }
  socket.onmessage = ({ data }) => {
    if (data instanceof ArrayBuffer) return onData(new Uint8Array(data))
    const control = JSON.parse(String(data)) as { exit?: number; ended?: string }
    if (control.exit !== undefined) end = { state: "ended", exit: control.exit }
    if (control.ended !== undefined) end = { state: "ended", reason: control.ended }
  }
  socket.onclose = () => onEnd(end ?? { state: opened ? "lost" : "refused" })

  return {
    send(data) {
      if (socket.readyState === WebSocket.OPEN) {
        socket.send(typeof data === "string" ? encoder.encode(data) : data)
      }
    },
    resize(cols, rows) {
      if (socket.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ resize: { cols, rows } }))
    },
    close() {
      end ??= { state: "ended" }
      socket.close()
    },
  }
}

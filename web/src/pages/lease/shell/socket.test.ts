import { afterEach, beforeEach, describe, expect, it, vi } from "vitest"
import { openShell, type ShellEnd, shellUrl } from "./socket.ts"

class Socket {
  static readonly OPEN = 1
  static made: Socket[] = []
  binaryType = ""
  readyState = 1
  sent: unknown[] = []
  onopen?: () => void
  onmessage?: (event: { data: unknown }) => void
  onclose?: () => void
  readonly url: string
  readonly protocols: string[]
  constructor(url: string, protocols: string[]) {
    this.url = url
    this.protocols = protocols
    Socket.made.push(this)
  }
  send(data: unknown) {
    this.sent.push(data)
  }
  close() {
    this.onclose?.()
  }
}

const ends: ShellEnd[] = []
const bytes: number[][] = []
const open = (more = {}) =>
  openShell({
    base: "",
    lease: "0xaa",
    cols: 80,
    rows: 24,
    onOpen: () => {},
    onData: (data) => bytes.push([...data]),
    onEnd: (end) => ends.push(end),
    ...more,
  })

describe("a shell's socket", () => {
  beforeEach(() => {
    Socket.made = []
    ends.length = 0
    bytes.length = 0
    vi.stubGlobal("WebSocket", Socket)
  })
  afterEach(() => vi.unstubAllGlobals())

  it("goes to the lease's provider, with the token where there is one", () => {
    open({ base: "https://one.example", service: "web", replica: "1", command: "ls -l", token: "abc" })
    expect(Socket.made[0]!.url).toBe(
      "wss://one.example/v1/leases/0xaa/shell?service=web&replica=1&command=ls&command=-l&cols=80&rows=24",
    )
    expect(Socket.made[0]!.protocols).toEqual(["tidemark", "bearer.abc"])
    const { href } = window.location
    expect(shellUrl({ base: "", lease: "0xaa", cols: 1, rows: 2 } as never)).toBe(
      `${href.replace("http", "ws")}v1/leases/0xaa/shell?cols=1&rows=2`,
    )
  })

  it("sends bytes as bytes and sizes as control", () => {
    const shell = open()
    shell.send("é")
    shell.resize(100, 30)
    const [typed, control] = Socket.made[0]!.sent
    expect([...(typed as Uint8Array)]).toEqual([0xc3, 0xa9])
    expect(control).toBe('{"resize":{"cols":100,"rows":30}}')
  })

  it("forwards bytes, and reports how it ended", () => {
    open()
    const [socket] = Socket.made
    socket!.onopen?.()
    socket!.onmessage?.({ data: new Uint8Array([104, 105]).buffer })
    socket!.onmessage?.({ data: '{"exit":3}' })
    socket!.onclose?.()
    expect(bytes).toEqual([[104, 105]])
    expect(ends).toEqual([{ state: "ended", exit: 3 }])
  })

  it("distinguishes refused, lost and ended connections", () => {
    open()
    Socket.made[0]!.onclose?.()
    open()
    Socket.made[1]!.onopen?.()
    Socket.made[1]!.onclose?.()
    open()
    Socket.made[2]!.onmessage?.({ data: '{"ended":"the grant has ended"}' })
    Socket.made[2]!.onclose?.()
    expect(ends).toEqual([
      { state: "refused" },
      { state: "lost" },
      { state: "ended", reason: "the grant has ended" },
    ])
  })
})

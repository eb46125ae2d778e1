// A TCP proxy in front of a provider's API, for stories about outages: closed, its port refuses connections; open, it
// forwards everything.
import { createServer, connect as dial, type Server, type Socket } from "node:net"

export class Door {
  readonly #to: URL
  readonly #sockets = new Set<Socket>()
  #server: Server | undefined
  #port = 0

  private constructor(to: URL) {
    this.#to = to
  }

  static async before(url: string): Promise<Door> {
    const door = new Door(new URL(url))
    await door.open()
    return door
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}`
  }

  async open() {
    const server = createServer((near) => {
      const far = dial(Number(this.#to.port), this.#to.hostname)
      for (const [one, other] of [
        [near, far],
        [far, near],
      ] as const) {
        this.#sockets.add(one)
        one.pipe(other)
        one.on("error", () => other.destroy())
        one.on("close", () => {
          this.#sockets.delete(one)
          other.destroy()
        })
      }
    })
    await new Promise<void>((done, failed) => {
      server.once("error", failed)
      server.listen(this.#port, "127.0.0.1", done)
    })
    const address = server.address()
    if (address && typeof address === "object") this.#port = address.port
    this.#server = server
  }

  async shut() {
    const closed = new Promise((done) => this.#server?.close(done))
    for (const socket of this.#sockets) socket.destroy()
    await closed
  }
}

// A whole market on this machine, as `make up` starts it: `tidemark up` in a process of its own. The story reads
// only the one line of JSON that it prints.
import { type ChildProcess, spawn } from "node:child_process"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { createInterface } from "node:readline"
import { setTimeout as sleep } from "node:timers/promises"
import type { Address } from "viem"

export const repository = resolve(import.meta.dirname, "../..")

export interface Up {
  rpcUrl: string
  apiUrl: string
  deployment: { chainId: number; market: Address; block: number }
}

export class Devnet {
  readonly up: Up
  #process: ChildProcess
  #folder: string

  private constructor(up: Up, process: ChildProcess, folder: string) {
    this.up = up
    this.#process = process
    this.#folder = folder
  }

  static async start(patienceMs = 180_000): Promise<Devnet> {
    const folder = await mkdtemp(join(tmpdir(), "tidemark-outsider-"))
    const target = resolve(repository, process.env.CARGO_TARGET_DIR ?? "target")
    const ports = ["--port", "0", "--listen", "127.0.0.1:0", "--folder", folder]
    const child = spawn(join(target, "debug/tidemark"), ["up", "--json", ...ports], {
      cwd: repository,
      stdio: ["ignore", "pipe", "pipe"],
    })
    const said: string[] = []
    createInterface({ input: child.stderr }).on("line", (line) => said.push(line))
    try {
      const line = await firstLine(child, patienceMs)
      return new Devnet(JSON.parse(line), child, folder)
    } catch (error) {
      await end(child)
      await rm(folder, { recursive: true, force: true })
      throw new Error(`tidemark up did not start: ${(error as Error).message}\n${said.slice(-40).join("\n")}`)
    }
  }

  // Stops it and waits until it has ended; the exit code says whether it could clean up after itself.
  async stop(): Promise<number | null> {
    const code = await end(this.#process)
    await rm(this.#folder, { recursive: true, force: true })
    return code
  }
}

function firstLine(child: ChildProcess, patienceMs: number): Promise<string> {
  return new Promise((told, failed) => {
    const late = setTimeout(() => failed(new Error(`it said nothing in ${patienceMs / 1000} s`)), patienceMs)
    const settle = (then: () => void) => {
      clearTimeout(late)
      then()
    }
    createInterface({ input: child.stdout! }).once("line", (line) => settle(() => told(line)))
    child.once("error", (error) => settle(() => failed(error)))
    child.once("exit", (code, signal) => settle(() => failed(new Error(`it ended with ${code ?? signal}`))))
  })
}

async function end(child: ChildProcess): Promise<number | null> {
  if (child.exitCode === null && child.signalCode === null && child.pid !== undefined) {
    const ended = new Promise((done) => child.once("exit", done))
    child.kill("SIGTERM")
    const stopped = await Promise.race([ended.then(() => true), sleep(60_000, false, { ref: false })])
    if (!stopped) {
      child.kill("SIGKILL")
      await ended
    }
  }
  return child.exitCode
}

// Polls until there is an answer. What `probe` throws counts as no answer, and is in the message at the end.
export async function until<T>(
  what: string,
  patienceMs: number,
  probe: () => Promise<T | undefined | false>,
): Promise<T> {
  const deadline = Date.now() + patienceMs
  let last = "nothing yet"
  for (;;) {
    try {
      const answer = await probe()
      if (answer !== undefined && answer !== false) return answer
    } catch (error) {
      last = (error as Error).message
    }
    if (Date.now() > deadline) throw new Error(`${what} did not happen within ${patienceMs / 1000} s: ${last}`)
    await sleep(250)
  }
}

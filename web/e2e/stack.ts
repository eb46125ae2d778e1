// A whole market on this machine, as `make up` starts it: `tidemark up` as a process, with the embedded page. No mocks.
import { type ChildProcess, execFile, spawn } from "node:child_process"
import { mkdtemp, rm } from "node:fs/promises"
import { tmpdir } from "node:os"
import { join, resolve } from "node:path"
import { createInterface } from "node:readline"
import { setTimeout as sleep } from "node:timers/promises"
import { promisify } from "node:util"
import {
  type Address,
  type Chain,
  createPublicClient,
  createTestClient,
  defineChain,
  type Hex,
  http,
  type PublicClient,
  type TestClient,
} from "viem"
import type { HDAccount } from "viem/accounts"
import { market } from "../src/chain/abi.ts"
import { actors, keyOf } from "./actors.ts"

export const repository = resolve(import.meta.dirname, "../..")
const target = resolve(repository, process.env.CARGO_TARGET_DIR ?? "target")
const program = join(target, process.env.TIDEMARK_PROFILE ?? "debug", "tidemark")

/** The line of JSON that `tidemark up` prints. */
interface Up {
  rpcUrl: string
  wsUrl: string
  apiUrl: string
  deployment: { chainId: number; market: Address; block: number }
  deploymentFile: string
  token: Address
  lease: Hex | null
}

export class Stack {
  readonly up: Up
  readonly chain: Chain
  readonly reader: PublicClient
  /** Anvil's own RPC methods: mining, reorgs, time travel. */
  readonly anvil: TestClient
  readonly #process: ChildProcess
  readonly #folder: string

  private constructor(up: Up, process: ChildProcess, folder: string) {
    this.up = up
    this.#process = process
    this.#folder = folder
    this.chain = defineChain({
      id: up.deployment.chainId,
      name: "devnet",
      nativeCurrency: { name: "Ether", symbol: "ETH", decimals: 18 },
      rpcUrls: { default: { http: [up.rpcUrl] } },
    })
    const transport = http(up.rpcUrl)
    this.reader = createPublicClient({ chain: this.chain, transport, pollingInterval: 200, cacheTime: 0 })
    this.anvil = createTestClient({ chain: this.chain, transport, mode: "anvil" })
  }

  /** @param more Flags of `tidemark up`, such as `--no-sample`. */
  static async start(more: string[] = [], patienceMs = 120_000): Promise<Stack> {
    const folder = await mkdtemp(join(tmpdir(), "tidemark-web-"))
    const ports = ["--port", "0", "--listen", "127.0.0.1:0", "--folder", join(folder, "devnet")]
    const child = spawn(program, ["up", "--json", "--no-tide", ...ports, ...more], {
      cwd: repository,
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, TIDEMARK_LISTEN: undefined, TIDEMARK_DEV_KEY: undefined },
    })
    const said: string[] = []
    createInterface({ input: child.stderr }).on("line", (line) => said.push(line))
    try {
      return new Stack(JSON.parse(await firstLine(child, patienceMs)), child, folder)
    } catch (error) {
      await end(child)
      await rm(folder, { recursive: true, force: true })
      throw new Error(`tidemark up did not start: ${(error as Error).message}\n${said.slice(-40).join("\n")}`)
    }
  }

  /** The origin of the page and its API. */
  get url(): string {
    return this.up.apiUrl
  }

  get market(): { address: Address; abi: typeof market } {
    return { address: this.up.deployment.market, abi: market }
  }

  /** A public answer of the API. */
  async get<T>(path: string): Promise<T> {
    const answer = await fetch(this.url + path, { signal: AbortSignal.timeout(10_000) })
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`)
    return (await answer.json()) as T
  }

  /** Runs the command line as an actor and returns its JSON: for a story's preparation. */
  async tidemark<T>(actor: HDAccount, ...words: string[]): Promise<T> {
    const env = {
      ...process.env,
      TIDEMARK_RPC_URL: this.up.wsUrl,
      TIDEMARK_DEPLOYMENT: this.up.deploymentFile,
      TIDEMARK_DEV_KEY: keyOf(actor),
    }
    const { stdout } = await promisify(execFile)(program, [...words, "--json"], { cwd: repository, env })
    return JSON.parse(stdout.trim().split("\n").at(-1) ?? "null") as T
  }

  /** A running lease of the tenant. @param more Further flags. */
  async deploy(file: string, ...more: string[]): Promise<Hex> {
    const usual = {
      "--cpus": "0.25",
      "--memory": "64",
      "--disk": "64",
      "--max": "3",
      "--max-rate": "1/h",
      "--deposit": "0.05",
    }
    const flags = Object.entries(usual).filter(([flag]) => !more.includes(flag))
    const { lease } = await this.tidemark<{ lease: Hex }>(
      actors.tenant,
      "deploy",
      file,
      ...flags.flat(),
      ...more,
    )
    return lease
  }

  /** Suspends the provider's process, while the chain goes on, until `wake`. */
  sleep() {
    this.#process.kill("SIGSTOP")
  }

  wake() {
    this.#process.kill("SIGCONT")
  }

  async stop(): Promise<void> {
    this.wake()
    await end(this.#process)
    await rm(this.#folder, { recursive: true, force: true })
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

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null || child.pid === undefined) return
  const ended = new Promise((done) => child.once("exit", done))
  child.kill("SIGTERM")
  if ((await Promise.race([ended, sleep(30_000, "late", { ref: false })])) === "late") {
    child.kill("SIGKILL")
    await ended
  }
}

/** Polls until there is an answer. An error of `probe` counts as no answer, and is included in the final message. */
export async function until<T>(
  what: string,
  patienceMs: number,
  probe: () => Promise<T | undefined | null | false>,
): Promise<T> {
  const deadline = Date.now() + patienceMs
  let last = "nothing yet"
  for (;;) {
    try {
      const answer = await probe()
      if (answer !== undefined && answer !== null && answer !== false) return answer
    } catch (error) {
      last = (error as Error).message
    }
    if (Date.now() > deadline)
      throw new Error(`${what} did not happen within ${patienceMs / 1000} s: ${last}`)
    await sleep(200)
  }
}

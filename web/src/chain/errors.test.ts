import { readFileSync } from "node:fs"
import {
  ContractFunctionExecutionError,
  createClient,
  custom,
  encodeErrorResult,
  type Hex,
  HttpRequestError,
  UserRejectedRequestError,
} from "viem"
import { call, readContract } from "viem/actions"
import { afterEach, beforeAll, describe, expect, it } from "vitest"
import { ADDRESS, HASH, MARKET, OTHER } from "../../test/wallet.ts"
import { ApiError, Unreachable } from "../api/client.ts"
import type { Unit } from "../i18n/format.ts"
import { setLanguage } from "../i18n/language.ts"
import { erc20, market } from "./abi.ts"
import { ForeignSignature } from "./actions/signAction.ts"
import { customError, explainError, loadErrorMessages } from "./errors.ts"

const USD = { symbol: "USDC", decimals: 6 }
const errors = [...market, ...erc20].filter(({ type }) => type === "error")

/** Explains the error of a call that reverted with these bytes. */
const reverted = (data: Hex, unit?: Unit) =>
  explainError(Object.assign(new Error("execution reverted"), { code: 3, data }), unit)

function encoded(errorName: string, args: readonly unknown[]): Hex {
  const panic = { type: "error", name: "Panic", inputs: [{ name: "code", type: "uint256" }] }
  return encodeErrorResult({ abi: [...market, ...erc20, panic], errorName, args } as never)
}

/** Arguments of the right types. */
function sample(inputs: readonly { type: string }[]): unknown[] {
  return inputs.map(({ type }, index) => {
    if (type === "address") return index === 0 ? ADDRESS : OTHER
    if (type === "bytes32") return HASH
    if (type === "string") return "why"
    return type === "uint8" || type === "uint32" ? 1 : BigInt(1_700_000_000 + index)
  })
}

/** What a call throws when the node or the wallet answers with this error. */
async function thrownBy(answer: object): Promise<unknown> {
  const request = async () => {
    throw Object.assign(new Error("refused"), answer)
  }
  const client = createClient({ transport: custom({ request }, { retryCount: 0 }) })
  return call(client, { to: MARKET, data: "0x12345678" }).catch((error) => error)
}

afterEach(() => setLanguage("en"))

// Until the messages are loaded, an error is shown by its name.
beforeAll(async () => {
  const early = reverted(encoded("BadPath", []))
  expect(early).toMatchObject({ name: "BadPath", sentence: "The market refused it: BadPath." })
  await loadErrorMessages()
})

describe("custom errors", () => {
  it.each(["en", "zh"] as const)("all have messages in %s", (language) => {
    setLanguage(language)
    for (const { name, inputs } of errors) {
      const refusal = reverted(encoded(name, sample(inputs)), USD)
      expect(refusal.name).toBe(name)
      expect(refusal.sentence, name).toMatch(language === "zh" ? /[\u4e00-\u9fff].*。$/ : /^[A-Z0-9].*\.$/)
      expect(refusal.sentence + refusal.remedy, name).not.toMatch(/undefined|NaN|\[object/)
    }
  })

  it("are those of the manual", () => {
    const manual = readFileSync("../solidity/ERRORS.md", "utf8")
    const headings = [...manual.matchAll(/^### (\w+)\(/gm)].map(([, name]) => name!)
    expect(headings.length).toBeGreaterThan(80)
    for (const name of headings) {
      const known = errors.find((error) => error.name === name)
      const data = name === "Panic" ? encoded("Panic", [17n]) : encoded(name, sample(known!.inputs))
      expect(reverted(data).sentence, name).not.toContain("The market refused it")
    }
  })

  it("format amounts in their unit, rates per hour, shares in percent", () => {
    expect(reverted(encoded("InsufficientFunds", [1_000_000n, 3_500_000n]), USD)).toMatchObject({
      sentence: "1 USDC are available, but 3.5 USDC are required.",
      remedy: expect.stringContaining("Add 2.5 USDC"),
    })
    expect(reverted(encoded("InsufficientFunds", [5n, 7n])).sentence).toContain("7 base units")
    expect(reverted(encoded("WrongValue", [0n, 10n ** 17n])).sentence).toContain("0.1 ETH")
    expect(reverted(encoded("RateTooHigh", [10n ** 18n, 10n ** 15n]), USD).sentence).toContain("3,600 USDC/h")
    expect(reverted(encoded("DemandTooLow", [4_250n, 8_000n])).sentence).toContain("42.5 %")
    expect(reverted(encoded("RulingAwaited", [1_700_000_000n])).sentence).toContain("2023")
  })

  it("say which limit of a bound account is exceeded by what", () => {
    const required = (limit: number) =>
      reverted(encoded("ConsentRequired", [ADDRESS, limit, 2n * 10n ** 6n, 10n ** 6n]), USD)
    expect(required(1).sentence).toContain("one call may transfer 1 USDC")
    expect(required(2).sentence).toContain("makes it 2 USDC")
    expect(required(3).sentence).toContain("every change")
    expect(required(1).remedy).toContain("Propose")
  })

  it("include a contract's revert reason, and Solidity's panics", () => {
    const told = encodeErrorResult({
      abi: [{ type: "error", name: "Error", inputs: [{ name: "reason", type: "string" }] }],
      errorName: "Error",
      args: ["token is paused"],
    })
    expect(reverted(told).sentence).toBe("A contract refused: token is paused")
    expect(reverted("0x").name).toBe("reverted")
  })
})

describe("wrapped errors", () => {
  const data = encoded("LeaseIsClosed", [HASH])
  it.each([
    ["a node's", { code: 3, message: "execution reverted", data }],
    [
      "MetaMask's",
      {
        code: -32603,
        message: "Internal JSON-RPC error.",
        data: { code: 3, message: "execution reverted", data },
      },
    ],
    ["an older MetaMask's", { code: -32603, data: { originalError: { code: 3, data } } }],
    ["ethers'", { code: "CALL_EXCEPTION", error: { code: -32000, error: { data } } }],
    ["a body of text", { code: -32000, error: { body: JSON.stringify({ error: { code: 3, data } }) } }],
    ["Parity's", { code: -32015, data: `Reverted ${data}` }],
    ["a message alone", { code: -32000, message: `execution reverted: custom error ${data}` }],
  ])("%s is unwrapped", async (_, answer) => {
    const error = await thrownBy(answer)
    expect(customError(error)).toEqual({ name: "LeaseIsClosed", arguments: [HASH] })
    expect(explainError(error).sentence).toBe("The lease is closed.")
  })

  it("include what viem decoded itself", async () => {
    const request = async () => {
      throw Object.assign(new Error("execution reverted"), { code: 3, data })
    }
    const client = createClient({ transport: custom({ request }, { retryCount: 0 }) })
    const error = await readContract(client, {
      address: MARKET,
      abi: market,
      functionName: "intakeOpen",
    }).catch((e) => e)
    expect(error).toBeInstanceOf(ContractFunctionExecutionError)
    expect(explainError(error).name).toBe("LeaseIsClosed")
  })

  it("are not confused with addresses and hashes", async () => {
    const error = await thrownBy({ code: -32000, message: `no account ${ADDRESS} in ${HASH}` })
    expect(customError(error)).toBeNull()
  })

  it("end at cyclic references", () => {
    const ring: Record<string, unknown> = { message: "round" }
    ring.cause = ring
    expect(explainError(ring)).toMatchObject({ name: "unknown", sentence: "round" })
  })
})

describe("wallets, nodes and providers", () => {
  it.each([
    ["rejected", new UserRejectedRequestError(new Error("no"))],
    ["rejected", { code: 4001, message: "MetaMask Tx Signature: User denied transaction signature." }],
    ["rejected", { code: 5000, message: "User rejected." }],
    ["unfunded", { code: -32000, message: "insufficient funds for gas * price + value" }],
    ["nonce", { code: -32000, message: "nonce too low: next nonce 4, tx nonce 3" }],
    ["underpriced", { code: -32000, message: "replacement transaction underpriced" }],
    ["unreachable", new HttpRequestError({ url: "http://node", details: "fetch failed" })],
    ["unreachable", new TypeError("Failed to fetch")],
    ["chain", { code: 4902, message: "Unrecognized chain ID" }],
    ["busy", { code: -32002, message: "Request already pending" }],
    ["account", { code: 4100, message: "not authorized" }],
    ["incapable", { code: -32601, message: "the method does not exist" }],
    ["foreign", new ForeignSignature()],
  ])("%s", (name, error) => {
    const refusal = explainError(error)
    expect(refusal.name).toBe(name)
    expect(refusal.sentence).toMatch(/\.$/)
  })

  it("shows a provider's own sentence, with a remedy", () => {
    expect(explainError(new ApiError(401, "unauthorized", "This needs a session."))).toMatchObject({
      name: "unauthorized",
      sentence: "This needs a session.",
      remedy: "Sign in with the wallet first.",
    })
    expect(explainError(new ApiError(404, "not_found", "no such lease")).remedy).toBe("")
    expect(explainError(new Unreachable("x"))).toMatchObject({ name: "unreachable" })
  })

  it("shows an unknown error's own message", () => {
    expect(explainError(new Error("odd"))).toMatchObject({ name: "unknown", sentence: "odd" })
    expect(explainError("odd").sentence).toBe("odd")
    expect(explainError(undefined).sentence).toBe("undefined")
  })
})

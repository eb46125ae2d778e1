// @vitest-environment node
import {
  decodeFunctionData,
  domainSeparator,
  encodeAbiParameters,
  encodeFunctionResult,
  type Hex,
  toFunctionSelector,
  zeroAddress,
} from "viem"
import { privateKeyToAccount } from "viem/accounts"
import { describe, expect, it } from "vitest"
import { ADDRESS, CHAIN_ID, HASH, MARKET, OTHER, recorder, TOKEN } from "../../../test/wallet.ts"
import { erc20, market } from "../abi.ts"
import { PERMIT } from "../typedData.ts"
import { approve } from "./approve.ts"
import { pay } from "./pay.ts"
import { topUpCall } from "./topUp.ts"
import { NoPermit, withPermit } from "./withPermit.ts"

const key = privateKeyToAccount("0x7c852118294e51e653712a81e05800f419141751be58f605c371e15141b007a6")
const call = topUpCall({ currency: TOKEN, lease: HASH, amount: 5n })
const domain = { name: "Dollar", version: "2", chainId: CHAIN_ID, verifyingContract: TOKEN }
/** An hour after the recorder's block. */
const DEADLINE = 1_700_000_000n + 3_600n

const word = (value: bigint) => encodeAbiParameters([{ type: "uint256" }], [value])
const reads = (allowance: bigint): Record<Hex, Hex> => ({
  [toFunctionSelector("allowance(address,address)")]: word(allowance),
  [toFunctionSelector("nonces(address)")]: word(7n),
  [toFunctionSelector("name()")]: encodeFunctionResult({
    abi: erc20,
    functionName: "name",
    result: "Dollar",
  }),
  [toFunctionSelector("DOMAIN_SEPARATOR()")]: domainSeparator({ domain }),
})
const permitted = (nonce: bigint) =>
  key.signTypedData({
    domain,
    types: PERMIT,
    primaryType: "Permit",
    message: { owner: ADDRESS, spender: MARKET, value: 5n, nonce, deadline: DEADLINE },
  })

describe("withPermit", () => {
  it("finds the token's domain, signs, and wraps the call", async () => {
    const { wallet, sent, signed } = recorder({ reads: reads(0n), signature: await permitted(7n) })
    await withPermit(wallet, { currency: TOKEN, amount: 5n, call })
    expect(signed[0]).toMatchObject({
      domain: { name: "Dollar", version: "2", verifyingContract: TOKEN.toLowerCase() },
      message: {
        owner: ADDRESS.toLowerCase(),
        spender: MARKET,
        value: "5",
        nonce: "7",
        deadline: String(DEADLINE),
      },
    })
    const { functionName, args } = decodeFunctionData({ abi: market, data: sent[0]!.data })
    expect(functionName).toBe("withPermit")
    expect(args!.slice(0, 3)).toEqual([TOKEN, 5n, DEADLINE])
    expect([27, 28]).toContain(args![3])
    expect(args![6]).toBe(call.data)
  })

  it("sends nothing that another key signed", async () => {
    const { wallet, sent } = recorder({ reads: reads(0n), signature: await permitted(8n) })
    await expect(withPermit(wallet, { currency: TOKEN, amount: 5n, call })).rejects.toThrow()
    expect(sent).toEqual([])
  })

  it("asks for no signature when the domain cannot be known", async () => {
    const strange = { ...reads(0n), [toFunctionSelector("DOMAIN_SEPARATOR()")]: HASH }
    const { wallet, signed } = recorder({ reads: strange })
    await expect(withPermit(wallet, { currency: TOKEN, amount: 5n, call })).rejects.toThrow(NoPermit)
    expect(signed).toEqual([])
  })

  it("asks a contract's wallet for none", async () => {
    const { wallet, signed } = recorder({ reads: reads(0n), code: "0x6001" })
    await expect(withPermit(wallet, { currency: TOKEN, amount: 5n, call })).rejects.toThrow(NoPermit)
    expect(signed).toEqual([])
  })
})

describe("pay", () => {
  it("sends the chain's coin straight", async () => {
    const { wallet, sent, signed } = recorder()
    const coin = topUpCall({ currency: zeroAddress, lease: HASH, amount: 5n })
    await pay(wallet, { currency: zeroAddress, amount: 5n, call: coin })
    expect(sent).toMatchObject([{ to: MARKET, data: coin.data, value: 5n }])
    expect(signed).toEqual([])
  })

  it("asks for no permission that is there already", async () => {
    const { wallet, sent, signed } = recorder({ reads: reads(5n) })
    await pay(wallet, { currency: TOKEN, amount: 5n, call })
    expect(sent).toMatchObject([{ to: MARKET, data: call.data, value: 0n }])
    expect(signed).toEqual([])
  })

  it("signs a permit where the allowance is too small", async () => {
    const { wallet, sent } = recorder({ reads: reads(4n), signature: await permitted(7n) })
    await pay(wallet, { currency: TOKEN, amount: 5n, call })
    expect(sent).toHaveLength(1)
    expect(decodeFunctionData({ abi: market, data: sent[0]!.data }).functionName).toBe("withPermit")
  })

  it("approves first where the token has no permit", async () => {
    const plain = { [toFunctionSelector("allowance(address,address)")]: word(0n) }
    const { wallet, sent, signed } = recorder({ reads: plain })
    await pay(wallet, { currency: TOKEN, amount: 5n, call })
    expect(signed).toEqual([])
    expect(sent.map(({ to }) => to)).toEqual([TOKEN, MARKET])
    expect(decodeFunctionData({ abi: erc20, data: sent[0]!.data }).functionName).toBe("approve")
    expect(sent[1]!.data).toBe(call.data)
  })
})

describe("approve", () => {
  it("lets the market take the amount and no more", async () => {
    const { wallet, sent } = recorder()
    await approve(wallet, { token: OTHER, amount: 9n })
    expect(sent[0]).toMatchObject({ to: OTHER, value: 0n })
    const { functionName, args } = decodeFunctionData({ abi: erc20, data: sent[0]!.data })
    expect([functionName, String(args![0]).toLowerCase(), args![1]]).toEqual(["approve", MARKET, 9n])
  })
})

// @vitest-environment node
import { encodeFunctionResult, type Hex, maxUint256, toFunctionSelector, zeroAddress } from "viem"
import { describe, expect, it } from "vitest"
import { reads } from "../../test/chain.ts"
import { AUCTION, BID, ORDER, POLICY, SHAPE, TERMS } from "../../test/market.ts"
import { ADDRESS, HASH, OTHER, recorder, TOKEN } from "../../test/wallet.ts"
import { erc20 } from "./abi.ts"
import { acceptCall } from "./actions/accept.ts"
import { addBondCall } from "./actions/addBond.ts"
import { bindCall } from "./actions/bind.ts"
import { cancelOrderCall } from "./actions/cancelOrder.ts"
import { closeCall } from "./actions/close.ts"
import { disputeCall } from "./actions/dispute.ts"
import { endDisputeCall } from "./actions/endDispute.ts"
import { moveToBidCall } from "./actions/moveToBid.ts"
import { moveToOfferCall } from "./actions/moveToOffer.ts"
import { openOrderCall } from "./actions/openOrder.ts"
import { refundCall } from "./actions/refund.ts"
import { ruleCall } from "./actions/rule.ts"
import { scaleCall } from "./actions/scale.ts"
import { setIntakeCall } from "./actions/setIntake.ts"
import { setPolicyCall } from "./actions/setPolicy.ts"
import { takeCall } from "./actions/take.ts"
import { topUpCall } from "./actions/topUp.ts"
import { unregisterCall } from "./actions/unregister.ts"
import { withdrawCall } from "./actions/withdraw.ts"
import { withdrawEarningsCall } from "./actions/withdrawEarnings.ts"
import { withPermitCall } from "./actions/withPermit.ts"
import type { Call } from "./call.ts"
import { type DecodedCall, decodeCall } from "./decodeCall.ts"
import type { Reader } from "./reader.ts"

const offer = {
  ...{ provider: OTHER, open: true, currency: TOKEN },
  prices: {
    ...{ millicore: 1n, memoryMiB: 1n, diskMiB: 1n, gpu: 1n, cpuSecond: 1n, memoryMiBSecond: 1n },
    ...{ networkMiB: 1n, networkKiBps: 1 },
  },
}
const reader = recorder({
  reads: {
    ...reads({ offerOf: offer }),
    [toFunctionSelector("symbol()")]: encodeFunctionResult({
      abi: erc20,
      functionName: "symbol",
      result: "USDC",
    }),
    [toFunctionSelector("decimals()")]: encodeFunctionResult({
      abi: erc20,
      functionName: "decimals",
      result: 6,
    }),
  },
}).wallet as unknown as Reader

const decode = (call: Call, value = call.value) => decodeCall(reader, ADDRESS, call.data, value)
/** A detail by its English label. */
function detail(of: DecodedCall, label: string) {
  const found = of.details.find((one) => one.label.en === label)
  if (!found) throw new Error(`no ${label} in ${of.details.map((one) => one.label.en).join(", ")}`)
  return found
}
const RESERVED = 1_118_055_555_555_555_555_939n
const acceptance = { order: AUCTION, bid: BID }

describe("a decoded call", () => {
  it.each([
    ["take", takeCall({ offer: 1, currency: TOKEN, order: ORDER, deposit: 5n }), "Open a lease from offer 1"],
    ["openOrder", openOrderCall({ order: AUCTION, deposit: 5n }), "Open an order"],
    ["cancelOrder", cancelOrderCall({ order: AUCTION }), "Cancel an order"],
    ["accept", acceptCall({ acceptances: [acceptance, acceptance] }), "Accept 2 bids, all or none"],
    ["scale", scaleCall({ terms: TERMS, replicas: 2 }), "Set a lease to 2 replicas"],
    ["setPolicy", setPolicyCall({ terms: TERMS, policy: POLICY }), "Change a lease's policy"],
    ["topUp", topUpCall({ currency: TOKEN, lease: HASH, amount: 5n }), "Add money"],
    ["withdraw", withdrawCall({ terms: TERMS, amount: 5n }), "Withdraw money from"],
    ["close", closeCall({ terms: TERMS }), "Close a lease"],
    ["refund", refundCall({ terms: TERMS }), "Refund a closed lease"],
    ["endDispute", endDisputeCall({ terms: TERMS }), "End a dispute"],
    [
      "withdrawEarnings",
      withdrawEarningsCall({ currency: TOKEN, to: OTHER, amount: 5n }),
      "Withdraw earnings",
    ],
    ["unregister", unregisterCall(), "Leave the market"],
    ["moveToOffer", moveToOfferCall({ terms: TERMS, offer: 4, maxRate: 7n }), "Move a lease to offer 4"],
    ["moveToBid", moveToBidCall({ terms: TERMS, order: AUCTION, bid: BID }), "another provider's bid"],
    ["dispute", disputeCall({ terms: TERMS, evidence: HASH, deposit: 1n }), "Dispute a lease"],
    ["rule", ruleCall({ terms: TERMS, forTenant: true, slash: 5n }), "for the tenant"],
    ["rule", ruleCall({ terms: TERMS, forTenant: false, slash: 0n }), "for the provider"],
    ["setIntake", setIntakeCall({ open: false }), "Stop the market's intake"],
    ["setIntake", setIntakeCall({ open: true }), "Reopen"],
    ["bind", bindCall({ approvers: [OTHER], threshold: 1, limits: [] }), "1 of 1 approvers"],
    ["bind", bindCall({ approvers: [], threshold: 0, limits: [] }), "Unbind the account"],
    ["addBond", addBondCall({ amount: 5n }), "Call addBond"],
  ] as const)("%s", async (verb, call, says) => {
    const decoded = await decode(call)
    expect(decoded.verb).toBe(verb)
    expect(decoded.says.en).toContain(says)
    expect(decoded.says.zh).toMatch(/[\u4e00-\u9fff]/)
    for (const { label } of decoded.details) expect(label.zh).toMatch(/[\u4e00-\u9fff]/)
  })

  it("shows an unknown call by its hash", async () => {
    const decoded = await decodeCall(reader, ADDRESS, "0xdeadbeef", 0n)
    expect(decoded).toMatchObject({ verb: null, effects: [] })
    expect(decoded.says.en).toContain("a function that the market does not have")
    expect(detail(decoded, "Hash of its data").kind).toBe("hash")
  })

  it("decodes the call inside a permit", async () => {
    const permit = { currency: TOKEN, amount: 5n, deadline: 1n, signature: `0x${"11".repeat(64)}1b` as Hex }
    const decoded = await decode(
      withPermitCall(permit, topUpCall({ currency: TOKEN, lease: HASH, amount: 5n })),
    )
    expect(decoded.verb).toBe("topUp")
  })

  it("shows the value sent with the call", async () => {
    const decoded = await decode(topUpCall({ currency: zeroAddress, lease: HASH, amount: 5n }))
    expect(detail(decoded, "Sent with the call")).toMatchObject({ amount: 5n, unit: { symbol: "ETH" } })
  })
})

describe("parameters", () => {
  it("have the unit of the offer's own currency", async () => {
    const decoded = await decode(takeCall({ offer: 1, currency: zeroAddress, order: ORDER, deposit: 5n }))
    expect(detail(decoded, "Deposit")).toMatchObject({ amount: 5n, unit: { symbol: "USDC", decimals: 6 } })
    expect(detail(decoded, "Provider")).toMatchObject({ address: OTHER })
    expect(detail(decoded, "Each replica gets")).toMatchObject({
      text: { en: expect.stringContaining("0.5 cores") },
    })
    expect(detail(decoded, "Policy")).toMatchObject({ text: { en: "1 to 3 replicas" } })
  })

  it("name the lease by the id that its terms hash to, and a foreign tenant", async () => {
    const own = await decode(scaleCall({ terms: TERMS, replicas: 2 }))
    expect(detail(own, "Lease").kind).toBe("lease")
    expect(() => detail(own, "Tenant")).toThrow("no Tenant")
    const foreign = await decodeCall(reader, OTHER, scaleCall({ terms: TERMS, replicas: 2 }).data, 0n)
    expect(detail(foreign, "Tenant")).toMatchObject({ address: ADDRESS })
  })

  it("mention GPUs only where there are some", async () => {
    const shaped = (gpus: number) => ({ ...AUCTION, order: { ...ORDER, shape: { ...SHAPE, gpus } } })
    const text = async (gpus: number) => {
      const found = detail(
        await decode(openOrderCall({ order: shaped(gpus), deposit: 1n })),
        "Each replica gets",
      )
      return found.kind === "text" ? found.text.en : ""
    }
    expect(await text(0)).not.toContain("GPU")
    expect(await text(2)).toContain("2 GPUs")
  })
})

describe("effects on limits", () => {
  const effects = async (call: Call) => (await decode(call)).effects
  it("are the deposit and the highest rate", async () => {
    expect(await effects(takeCall({ offer: 1, currency: TOKEN, order: ORDER, deposit: 5n }))).toMatchObject([
      { currency: TOKEN, rate: ORDER.maxRate, into: 5n, out: 0n },
    ])
    expect(await effects(openOrderCall({ order: AUCTION, deposit: 6n }))).toMatchObject([
      { currency: zeroAddress, rate: ORDER.maxRate, into: 6n },
    ])
    expect(await effects(topUpCall({ currency: TOKEN, lease: HASH, amount: 5n }))).toMatchObject([
      { rate: 0n, into: 5n },
    ])
  })

  it("are the rate at the count, or at the maximum count", async () => {
    expect(await effects(scaleCall({ terms: TERMS, replicas: 2 }))).toMatchObject([{ rate: RESERVED * 2n }])
    expect(await effects(setPolicyCall({ terms: TERMS, policy: POLICY }))).toMatchObject([
      { rate: RESERVED * 3n },
    ])
    expect(await effects(acceptCall({ acceptances: [acceptance] }))).toMatchObject([{ rate: RESERVED * 3n }])
    expect(await effects(moveToOfferCall({ terms: TERMS, offer: 1, maxRate: 7n }))).toMatchObject([
      { rate: 7n },
    ])
  })

  it("are withdrawals to others, but not to the account itself", async () => {
    expect(await effects(withdrawCall({ terms: TERMS, amount: 5n }))).toMatchObject([{ into: 0n, out: 5n }])
    expect(await effects(withdrawEarningsCall({ currency: TOKEN, to: OTHER, amount: 5n }))).toMatchObject([
      { out: 5n },
    ])
    expect(await effects(withdrawEarningsCall({ currency: TOKEN, to: ADDRESS, amount: 5n }))).toEqual([])
    const all = await decode(withdrawEarningsCall({ currency: TOKEN, to: OTHER, amount: maxUint256 }))
    expect(all.says.en).toBe("Withdraw all earnings in USDC")
  })

  it("are a change of the binding itself", async () => {
    expect((await decode(bindCall({ approvers: [], threshold: 0, limits: [] }))).binds).toBe(true)
    expect((await decode(closeCall({ terms: TERMS }))).binds).toBe(false)
  })
})

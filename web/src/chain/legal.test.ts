// @vitest-environment node
import { zeroAddress } from "viem"
import { describe, expect, it } from "vitest"
import { BID_VIEW, POLICY, RATES, SHAPE, TERMS, USAGE } from "../../test/market.ts"
import { ADDRESS, HASH, OTHER } from "../../test/wallet.ts"
import type { OfferView, OrderView, ProviderView } from "../api/types.ts"
import { market } from "./abi.ts"
import {
  type LeaseCase,
  mostSlash,
  type ProposalCase,
  type ProviderCase,
  RULES,
  type RuleContext,
  type Rules,
  requiredBond,
} from "./legal.ts"

const TENANT = ADDRESS
const PROVIDER = OTHER
const STRANGER = "0x9965507D1a55bcC2695C58ba16FB37d819B0A4dc" as const
const ARBITERS = "0x976EA74026E726554dB657fA54763abd0C3a0aa9" as const
const NOW = 1_700_000_000

const here: RuleContext = {
  me: TENANT,
  now: NOW,
  intakeOpen: true,
  parameters: { arbiters: ARBITERS, noticePeriod: "30", claimWindow: "3600", fraudShare: "5000" },
}
const lease: LeaseCase["lease"] = {
  ...{ id: HASH, tenant: TENANT, provider: PROVIDER, offer: 1, status: "active" },
  replicas: { wanted: 1, running: 1, healthy: 1, min: 1, max: 3 },
  money: {
    ...{ currency: zeroAddress, deposited: "100", paid: "0", returned: "0" },
    ...{ balance: "1000000000000", owed: "10", rate: RATES.reserved, runway: 5 },
  },
  ...{ openedAt: 1, openedBlock: 1, closedAt: null, disputedUntil: null },
  terms: TERMS,
  policy: POLICY,
}
const closed: LeaseCase["lease"] = { ...lease, status: "closed" }
const disputed: LeaseCase["lease"] = { ...lease, disputedUntil: NOW + 100 }
const provider: ProviderView = {
  ...{ address: PROVIDER, registered: true, endpoint: "", bond: "1000", capacity: SHAPE, held: SHAPE },
  ...{ attributes: [], exitAt: null, silence: null, provenEpochs: 1, epochs: 1, faults: [] },
}
const order: OrderView = {
  ...{ id: HASH, tenant: TENANT, currency: zeroAddress, deposit: "1", open: true, shape: SHAPE, replicas: 1 },
  ...{
    policy: POLICY,
    maxRate: "1",
    manifestHash: HASH,
    salt: "1",
    attributes: [],
    bidUntil: NOW,
    acceptUntil: NOW + 10,
  },
  ...{ openedAt: 1, openedBlock: 1, closedAt: null, bids: [] },
  decision: { standing: "open", reason: null, bid: null, lease: null, decidedAtMs: null, reserved: false },
}
const offer: OfferView = {
  ...{ id: 1, provider: PROVIDER, open: true, currency: zeroAddress },
  prices: {
    ...{ millicore: "1", memoryMiB: "1", diskMiB: "1", gpu: "1", cpuSecond: "1", memoryMiBSecond: "1" },
    ...{ networkMiB: "1", networkKiBps: 1 },
  },
}
const proposal: ProposalCase = {
  ...here,
  ...{
    account: TENANT,
    expiry: NOW + 100,
    sound: true,
    version: 2n,
    taken: false,
    consented: [],
    revoked: [],
  },
  binding: { approvers: [OTHER, STRANGER], threshold: 1, version: 2n },
}

/** A rule's reason in English, null for none; the Chinese text has to exist as well. */
function why<V extends keyof Rules>(verb: V, c: Parameters<Rules[V]["why"]>[0]): string | null {
  const reason = (RULES[verb].why as (c: unknown) => { en: string; zh: string } | null)(c)
  if (reason) expect(reason.zh).toMatch(/[\u4e00-\u9fff]/)
  return reason?.en ?? null
}
const of = (more: Partial<LeaseCase> = {}): LeaseCase => ({ ...here, lease, ...more })

describe("every rule", () => {
  it("names a function of the market, or a provider's path", () => {
    const functions = market.flatMap((item) => (item.type === "function" ? [item.name as string] : []))
    for (const { enforcedBy } of Object.values(RULES)) {
      const [, name] = /^\w+\.(\w+)$/.exec(enforcedBy) ?? []
      expect(enforcedBy.startsWith("POST /v1/") || functions.includes(name!), enforcedBy).toBe(true)
    }
  })

  it("asks for a wallet first", () => {
    const nobody = {
      ...of({ me: undefined, provider }),
      order,
      offer,
      open: true,
      ...proposal,
      me: undefined,
    }
    for (const verb of Object.keys(RULES) as (keyof Rules)[]) {
      expect(why(verb, nobody as never), verb).toBe("Connect a wallet first.")
    }
  })
})

describe("a lease's tenant", () => {
  it.each(["scale", "setPolicy", "withdraw", "moveToOffer", "moveToBid"] as const)(
    "alone may %s, while the lease is open",
    (verb) => {
      expect(why(verb, of())).toBeNull()
      expect(why(verb, of({ me: STRANGER }))).toContain("Only the lease's tenant")
      expect(why(verb, of({ me: PROVIDER }))).toContain("Only the lease's tenant")
      expect(why(verb, of({ lease: closed }))).toBe("The lease is closed.")
    },
  )

  it("scales within the policy's bounds, as far as the money keeps the notice", () => {
    expect(why("scale", of({ replicas: 2 }))).toBeNull()
    expect(why("scale", of({ replicas: 4 }))).toContain("1 to 3")
    expect(why("scale", of({ replicas: 0 }))).toContain("1 to 3")
    expect(why("scale", of({ replicas: 1 }))).toContain("already")
    const poor = { ...lease, money: { ...lease.money, balance: "67083333343" } }
    // 2 × 1118055555.56 × 30 s, rounded up, plus 10 owed, is one more than the balance.
    expect(why("scale", of({ lease: poor, replicas: 2 }))).toContain("top up 0.000000000000000001 ETH")
    const two = { ...poor, replicas: { ...poor.replicas, wanted: 2 } }
    expect(why("scale", of({ lease: two, replicas: 1 }))).toBeNull()
  })

  it("sets a sound policy that allows the current count", () => {
    expect(why("setPolicy", of({ policy: POLICY }))).toBeNull()
    expect(why("setPolicy", of({ policy: { ...POLICY, down: 60 } }))).toContain("inconsistent")
    expect(why("setPolicy", of({ policy: { ...POLICY, step: 0 } }))).toContain("inconsistent")
    expect(why("setPolicy", of({ policy: { ...POLICY, minReplicas: 2 } }))).toContain("current 1")
  })

  it("withdraws what is free", () => {
    expect(why("withdraw", of({ withdrawable: 5n, amount: 5n }))).toBeNull()
    expect(why("withdraw", of({ withdrawable: 5n, amount: 6n }))).toContain(
      "At most 0.000000000000000005 ETH",
    )
    expect(why("withdraw", of({ withdrawable: 0n }))).toContain("nothing")
    expect(why("withdraw", of({ amount: 0n }))).toContain("above zero")
  })

  it("moves only while intake is open", () => {
    expect(why("moveToOffer", of({ intakeOpen: false }))).toContain("intake")
    expect(why("moveToBid", of({ intakeOpen: false }))).toContain("intake")
  })

  it("countersigns statements that are not settled, lapsed or frozen", () => {
    const usage = { ...USAGE, time: NOW - 10 }
    expect(why("countersign", of({ usage, settledAt: NOW - 20 }))).toBeNull()
    expect(why("countersign", of({ me: PROVIDER }))).toContain("tenant")
    expect(why("countersign", of({ lease: disputed }))).toContain("payments are frozen")
    expect(why("countersign", of({ usage, settledAt: NOW - 10 }))).toContain("already settled")
    expect(why("countersign", of({ usage: { ...usage, time: NOW - 3_601 } }))).toContain("claim window")
  })

  it("shares until a future time", () => {
    expect(why("share", of({ expiry: NOW + 1 }))).toBeNull()
    expect(why("share", of({ expiry: NOW }))).toContain("future")
    expect(why("share", of({ me: PROVIDER }))).toContain("tenant")
  })

  it("disputes once, while something may be owed", () => {
    expect(why("dispute", of({ provider }))).toBeNull()
    expect(why("dispute", of({ me: PROVIDER }))).toContain("tenant")
    expect(why("dispute", of({ lease: disputed }))).toContain("already in dispute")
    expect(why("dispute", of({ provider: { ...provider, registered: false } }))).toContain("left")
    expect(why("dispute", of({ again: NOW + 1 }))).toContain("disputed before")
    expect(why("dispute", of({ again: NOW }))).toBeNull()
    expect(why("dispute", of({ lease: closed }))).toBeNull()
    expect(why("dispute", of({ lease: { ...closed, money: { ...closed.money, owed: "0" } } }))).toContain(
      "no payment is outstanding",
    )
  })
})

describe("anyone", () => {
  it("tops up", () => {
    expect(why("topUp", of({ me: STRANGER, amount: 1n }))).toBeNull()
    expect(why("topUp", of({ lease: closed, amount: 1n }))).toBeNull()
    expect(why("topUp", of({ amount: 0n }))).toContain("above zero")
  })

  it("refunds a closed lease", () => {
    expect(why("refund", of({ me: STRANGER, lease: closed }))).toBeNull()
    expect(why("refund", of())).toContain("still open")
    expect(why("refund", of({ lease: { ...closed, money: { ...closed.money, balance: "10" } } }))).toContain(
      "nothing",
    )
  })

  it("ends a dispute after its deadline", () => {
    expect(why("endDispute", of())).toContain("not in dispute")
    expect(why("endDispute", of({ lease: disputed }))).toContain("may rule until")
    expect(why("endDispute", of({ me: STRANGER, lease: { ...disputed, disputedUntil: NOW } }))).toBeNull()
  })

  it("takes an open offer, and opens an order, while intake is open", () => {
    expect(why("take", { ...here, offer })).toBeNull()
    expect(why("take", { ...here, offer: { ...offer, open: false } })).toContain("withdrawn")
    expect(why("take", { ...here, offer, intakeOpen: false })).toContain("intake")
    expect(why("openOrder", here)).toBeNull()
    expect(why("openOrder", { ...here, intakeOpen: false })).toContain("intake")
  })
})

describe("closing", () => {
  it("is open to the tenant at any time, to the provider after its notice or when the funds are exhausted", () => {
    expect(why("close", of())).toBeNull()
    expect(why("close", of({ me: STRANGER }))).toContain("tenant or provider")
    expect(why("close", of({ lease: closed }))).toContain("closed")
    expect(why("close", of({ me: PROVIDER }))).toContain("give notice first")
    expect(why("close", of({ me: PROVIDER, noticeEnds: NOW + 1 }))).toContain("notice runs until")
    expect(why("close", of({ me: PROVIDER, noticeEnds: NOW }))).toBeNull()
    const out = { ...lease, money: { ...lease.money, balance: "0", owed: "33541666667" } }
    expect(why("close", of({ me: PROVIDER, lease: out }))).toBeNull()
  })

  it("is announced by the provider", () => {
    expect(why("giveNotice", of({ me: PROVIDER }))).toBeNull()
    expect(why("giveNotice", of())).toContain("Only the lease's provider")
    expect(why("giveNotice", of({ me: PROVIDER, lease: closed }))).toContain("closed")
  })
})

describe("orders", () => {
  it("are cancelled by their tenant while they are open", () => {
    expect(why("cancelOrder", { ...here, order })).toBeNull()
    expect(why("cancelOrder", { ...here, order, me: STRANGER })).toContain("order's tenant")
    expect(why("cancelOrder", { ...here, order: { ...order, open: false } })).toContain("no longer open")
  })

  it("are accepted in time, with an unexpired bid", () => {
    const bid = { ...BID_VIEW, expiry: NOW }
    expect(why("accept", { ...here, order, bid })).toBeNull()
    expect(why("accept", { ...here, order, bid, me: STRANGER })).toContain("order's tenant")
    expect(why("accept", { ...here, order, bid: { ...bid, expiry: NOW - 1 } })).toContain("The bid expired")
    expect(why("accept", { ...here, order: { ...order, acceptUntil: NOW - 1 } })).toContain(
      "could be accepted",
    )
    expect(why("accept", { ...here, order: { ...order, open: false } })).toContain("no longer open")
    expect(why("accept", { ...here, order, intakeOpen: false })).toContain("intake")
  })
})

describe("providers", () => {
  const own: ProviderCase = { ...here, me: PROVIDER, provider }
  it.each(["addBond", "setAttributes", "listOffer", "announceExit"] as const)(
    "%s for themselves, once registered",
    (verb) => {
      expect(why(verb, own)).toBeNull()
      expect(why(verb, { ...own, me: STRANGER })).toContain("provider's own")
      expect(why(verb, { ...own, provider: { ...provider, registered: false } })).toContain("not registered")
    },
  )

  it("withdraw their own open offers", () => {
    expect(why("withdrawOffer", { ...here, me: PROVIDER, offer })).toBeNull()
    expect(why("withdrawOffer", { ...here, offer })).toContain("listed the offer")
    expect(why("withdrawOffer", { ...here, me: PROVIDER, offer: { ...offer, open: false } })).toContain(
      "withdrawn",
    )
  })

  it("leave without capacity in use, after the delay", () => {
    const idle = { ...provider, held: { ...SHAPE, millicores: 0 } }
    expect(why("unregister", own)).toContain("hold capacity")
    expect(why("unregister", { ...own, provider: idle })).toContain("Announce")
    expect(why("unregister", { ...own, provider: { ...idle, exitAt: NOW + 1 } })).toContain("exit delay")
    expect(why("unregister", { ...own, provider: { ...idle, exitAt: NOW } })).toBeNull()
  })

  it("withdraw what they earned", () => {
    expect(why("withdrawEarnings", { ...here, earnings: 5n, amount: 5n })).toBeNull()
    expect(why("withdrawEarnings", { ...here, earnings: 0n })).toContain("nothing")
    expect(why("withdrawEarnings", { ...here, earnings: 5n, amount: 6n })).toContain("earnings are")
    expect(why("withdrawEarnings", { ...here, earnings: 5n, amount: 0n })).toContain("above zero")
  })
})

describe("consents", () => {
  const approver = { ...proposal, me: OTHER }
  it.each(["sign", "consent"] as const)("%s: an approver, once, before the action expires", (verb) => {
    expect(why(verb, approver)).toBeNull()
    expect(why(verb, proposal)).toContain("not an approver")
    expect(why(verb, { ...approver, consented: [OTHER] })).toContain("already consented")
    expect(why(verb, { ...approver, revoked: [OTHER] })).toContain("permanently")
    expect(why(verb, { ...approver, taken: true })).toContain("already been executed")
    expect(why(verb, { ...approver, now: NOW + 101 })).toContain("It expired at")
    expect(why(verb, { ...approver, now: NOW + 100 })).toBeNull()
    expect(why(verb, { ...approver, version: 1n })).toContain("binding has changed")
    expect(why(verb, { ...approver, binding: null })).toContain("not bound")
    expect(why(verb, { ...approver, sound: false })).toContain("digest")
  })

  it("are revoked by an approver, permanently", () => {
    expect(why("revoke", approver)).toBeNull()
    expect(why("revoke", { ...approver, now: NOW + 101 })).toBeNull()
    expect(why("revoke", proposal)).toContain("not an approver")
    expect(why("revoke", { ...approver, revoked: [OTHER] })).toContain("permanently")
    expect(why("revoke", { ...approver, taken: true })).toContain("already been executed")
    expect(why("revoke", { ...approver, version: 1n })).toContain("binding has changed")
    expect(why("revoke", { ...approver, binding: null })).toContain("not bound")
    expect(why("revoke", { ...approver, sound: false })).toContain("digest")
  })

  it("are sent by the account when there are enough", () => {
    expect(why("approved", { ...proposal, consented: [OTHER] })).toBeNull()
    expect(why("approved", proposal)).toContain("needs 1 consents and has 0")
    expect(why("approved", { ...proposal, consented: [OTHER], me: STRANGER })).toContain("account itself")
    const ruling = { ...proposal, account: ARBITERS, consented: [OTHER], me: STRANGER }
    expect(why("approved", ruling)).toBeNull()
  })
})

describe("arbiters", () => {
  const ruling = of({ me: ARBITERS, lease: disputed, provider, forTenant: true })
  it("rule a dispute before its deadline, with at most the fraud share of the bond", () => {
    expect(mostSlash(1000n, here.parameters)).toBe(500n)
    expect(why("rule", { ...ruling, slash: 500n })).toBeNull()
    expect(why("rule", { ...ruling, slash: 501n })).toContain("at most")
    expect(why("rule", { ...ruling, forTenant: false, slash: 1n })).toContain("takes nothing")
    expect(why("rule", { ...ruling, me: TENANT })).toContain("Only the arbiters")
    expect(why("rule", { ...ruling, now: NOW + 100 })).toContain("deadline was")
    expect(why("rule", { ...ruling, lease })).toContain("not in dispute")
  })

  it("know the bond that a capacity needs", () => {
    const parameters = { minBond: "1000000000000000000", bondPerCore: "10000000000000000" }
    // 4 cores and 4,096 MiB, which count as 1.024 further cores, as a devnet's provider has.
    const capacity = { millicores: 4000, memoryMiB: 4096, diskMiB: 16_384, gpus: 0 }
    expect(requiredBond(capacity, parameters)).toBe(1_050_240_000_000_000_000n)
    expect(requiredBond({ ...capacity, gpus: 1 }, parameters)).toBe(1_130_240_000_000_000_000n)
  })

  it("stop and reopen intake", () => {
    expect(why("setIntake", { ...here, me: ARBITERS, open: false })).toBeNull()
    expect(why("setIntake", { ...here, me: ARBITERS, open: true })).toContain("already open")
    expect(why("setIntake", { ...here, me: ARBITERS, open: false, intakeOpen: false })).toContain(
      "already stopped",
    )
    expect(why("setIntake", { ...here, open: false })).toContain("Only the arbiters")
  })
})

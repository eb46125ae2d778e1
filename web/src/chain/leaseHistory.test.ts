import { describe, expect, it } from "vitest"
import { event, leaseView, lifeEvents, OPENED, USAGE } from "../../test/lease.ts"
import { ETH } from "../i18n/format.ts"
import { market } from "./abi.ts"
import { sentences } from "./eventMessages.ts"
import { replayEvents } from "./leaseHistory.ts"

describe("the history of a lease", () => {
  it("has the lease's money after each event", () => {
    const { entries: moments } = replayEvents(lifeEvents(), leaseView().terms)
    expect(moments.map(({ account: books }) => books.balance)).toEqual([
      90000n,
      90000n,
      90000n,
      89958n,
      99958n,
    ])
    expect(moments.at(-1)).toMatchObject({ deposited: 100_000n, returned: 0n, replicas: 2 })
    expect(moments.at(-1)!.account).toMatchObject({ paid: 42n, settledAt: OPENED + 10, since: OPENED + 12 })
  })

  it("distinguishes the provider's steps from the tenant's", () => {
    const { steps } = replayEvents(
      [...lifeEvents(), event("LeaseScaled", OPENED + 40, { replicas: 3 })],
      leaseView().terms,
    )
    expect(steps).toMatchObject([
      { from: 1, to: 2, proven: { epoch: 3, usage: { utilization: USAGE.utilization } } },
      { from: 2, to: 3, proven: null },
    ])
  })

  it("ends with its closing", () => {
    const closed = [
      ...lifeEvents(),
      event("LeaseClosed", OPENED + 50, {}),
      event("Refunded", OPENED + 50, { amount: "9" }),
    ]
    const life = replayEvents(closed, leaseView().terms)
    expect(life.closedAt).toBe(OPENED + 50)
    expect(life.entries.at(-1)).toMatchObject({ replicas: 0, returned: 9n, account: { rate: 0n } })
  })
})

describe("event messages", () => {
  const LEASED = market.filter(
    (item) => item.type === "event" && item.inputs.some(({ name }) => name === "lease" || name === "from"),
  )

  it.each(LEASED.map((item) => ("name" in item ? item.name : "")))("%s has one in both languages", (name) => {
    expect(sentences.en[name] ?? (name === "ToppedUp" ? null : undefined)).toBeTypeOf("function")
    expect(sentences.zh[name]).toBeTypeOf("function")
  })

  it("contain the event's values", () => {
    const [opened, , proven, settled] = lifeEvents()
    expect(sentences.en.LeaseOpened!(opened!, ETH)).toContain("1 replica,")
    expect(sentences.en.StepProven!(proven!, ETH)).toContain("epoch 3: 85 % utilization")
    expect(sentences.zh.Settled!(settled!, ETH)).toContain("0.000000000000000042 ETH")
  })

  it("never throw", () => {
    const all = {
      ...leaseView(),
      usage: USAGE,
      policy: leaseView().policy,
      amount: "1",
      time: "1",
      until: "2",
    }
    for (const language of [sentences.en, sentences.zh]) {
      for (const [name, sentence] of Object.entries(language)) {
        expect(sentence(event(name, 1, all), ETH)).toMatch(/\S/)
      }
    }
  })
})

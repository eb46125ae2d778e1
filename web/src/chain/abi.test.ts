import { execFileSync } from "node:child_process"
import { expect, it } from "vitest"

it("the ABI is that of the contracts", () => {
  expect(() => execFileSync("node", ["scripts/abi.mjs", "--check"], { stdio: "pipe" })).not.toThrow()
})

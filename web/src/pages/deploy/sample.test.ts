import { readFileSync } from "node:fs"
import { expect, it } from "vitest"
import { SAMPLE } from "./sample.ts"

it("is the repository's sample", () => {
  expect(SAMPLE).toBe(readFileSync("../sample/compose.yaml", "utf8"))
})

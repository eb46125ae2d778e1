// @vitest-environment node
import { readFileSync } from "node:fs"
import { describe, expect, it } from "vitest"
import { GENERATED, generate, readDescription } from "../../openapi/generate.mjs"

const committed = readFileSync(GENERATED, "utf8")

describe("the generated types of the API", () => {
  it("are those of orchestrator/openapi.json; otherwise run `npm run api`", async () => {
    expect(await generate(readDescription())).toBe(committed)
  })

  it("change when a field of the description changes", async () => {
    const description = readDescription()
    description.components.schemas.HeadView!.properties.number = { type: "string" }
    const generated = await generate(description)
    expect(generated).not.toBe(committed)
    expect(generated).toContain("            number: string;\n")
  })
})

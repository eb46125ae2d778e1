// Generates src/api/__generated__/openapi.ts from orchestrator/openapi.json, the orchestrator's committed API
// description.
//   npm run api
// src/api/openapi.test.ts compares the result with the committed file.
import { readFileSync, writeFileSync } from "node:fs"
import { pathToFileURL } from "node:url"
import openapiTS, { astToString } from "openapi-typescript"
import ts from "typescript"

const here = (path) => new URL(path, import.meta.url)
export const DESCRIPTION = here("../../orchestrator/openapi.json")
export const GENERATED = here("../src/api/__generated__/openapi.ts")

const HEADER = "// Generated from orchestrator/openapi.json by `npm run api`; do not edit.\n"

/** Strings of these formats are typed as 0x hex, like viem's. */
const HEX_FORMATS = ["address", "hex"]
const hex = () =>
  ts.factory.createTemplateLiteralType(ts.factory.createTemplateHead("0x"), [
    ts.factory.createTemplateLiteralTypeSpan(
      ts.factory.createKeywordTypeNode(ts.SyntaxKind.StringKeyword),
      ts.factory.createTemplateTail(""),
    ),
  ])

/** Returns the TypeScript of an OpenAPI description. */
export async function generate(description) {
  const nodes = await openapiTS(description, {
    transform: ({ type, format }) => (type === "string" && HEX_FORMATS.includes(format) ? hex() : undefined),
  })
  return HEADER + astToString(nodes)
}

export const readDescription = () => JSON.parse(readFileSync(DESCRIPTION, "utf8"))

if (import.meta.url === pathToFileURL(process.argv[1] ?? "").href) {
  writeFileSync(GENERATED, await generate(readDescription()))
}

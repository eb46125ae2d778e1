// Makes src/api/__generated__/openapi.ts from orchestrator/openapi.json, which the orchestrator's own description is compared
// with by a test in Rust.
//
//   npm run api      writes it; src/api/openapi.test.ts compares what is committed
import { readFileSync, writeFileSync } from "node:fs"
import { pathToFileURL } from "node:url"
import openapiTS, { astToString } from "openapi-typescript"
import ts from "typescript"

const here = (path) => new URL(path, import.meta.url)
export const DESCRIPTION = here("../../orchestrator/openapi.json")
export const GENERATED = here("../src/api/__generated__/openapi.ts")

const HEADER = "// Generated from orchestrator/openapi.json by `npm run api`; do not edit.\n"

/** Strings of these formats are 0x hex, in viem's type of them. */
const HEX_FORMATS = ["address", "hex"]
const hex = () =>
  ts.factory.createTemplateLiteralType(ts.factory.createTemplateHead("0x"), [
    ts.factory.createTemplateLiteralTypeSpan(
      ts.factory.createKeywordTypeNode(ts.SyntaxKind.StringKeyword),
      ts.factory.createTemplateTail(""),
    ),
  ])

/** The TypeScript of an OpenAPI description. */
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

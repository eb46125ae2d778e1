// Generates src/chain/abi.ts from the contracts' ABI: TypeScript infers names and types only from a constant, not from
// JSON. With `--check` it compares instead, and fails when the file is stale.
import { readFileSync, writeFileSync } from "node:fs"

const here = (path) => new URL(path, import.meta.url)
const { abi } = JSON.parse(readFileSync(here("../../solidity/abi/Market.json"), "utf8"))
const token = JSON.parse(readFileSync(here("../../solidity/abi/TestToken.json"), "utf8")).abi
const names = [
  "allowance",
  "approve",
  "balanceOf",
  "decimals",
  "eip712Domain",
  "name",
  "nonces",
  "permit",
  "symbol",
]
const erc20 = token.filter((item) => item.type === "error" || names.includes(item.name))

const slim = (item) => JSON.stringify(item, (key, value) => (key === "internalType" ? undefined : value))
const constant = (name, items) =>
  `export const ${name} = [\n${items
    .filter((item) => item.type !== "constructor")
    .map((item) => `  ${slim(item)},\n`)
    .join("")}] as const\n`
const text = `// Generated from solidity/abi by \`npm run abi\`; do not edit.\n${constant("market", abi)}\n${constant("erc20", erc20)}`

const file = here("../src/chain/abi.ts")
if (process.argv.includes("--check")) {
  if (readFileSync(file, "utf8") !== text) throw new Error("src/chain/abi.ts is stale: run `npm run abi`")
} else {
  writeFileSync(file, text)
}

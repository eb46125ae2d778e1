// @vitest-environment node
// The layers of src/ are held by Biome's rules in biome.json. Each rule is tested by a planted violation, in a copy of the
// configuration over a few small files.
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"

const WEB = join(import.meta.dirname, "..")
const PAGES = readdirSync(join(WEB, "src/pages"), { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)

/** The layers that each layer may import. */
const MAY_IMPORT: Record<string, string[]> = {
  browser: [],
  i18n: ["browser"],
  api: ["browser", "i18n"],
  ui: ["browser", "i18n"],
  chain: ["browser", "i18n", "api"],
  transactions: ["browser", "i18n", "api", "ui", "chain"],
  features: ["browser", "i18n", "api", "ui", "chain", "transactions"],
  pages: ["browser", "i18n", "api", "ui", "chain", "transactions", "features"],
}
const LAYERS = Object.keys(MAY_IMPORT)

let folder: string
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "layers-"))
  const config = JSON.parse(readFileSync(join(WEB, "biome.json"), "utf8"))
  // Only the rules about imports.
  const { noImportCycles } = config.linter.rules.suspicious
  writeFile("biome.json", {
    files: { includes: ["src/**"] },
    linter: { rules: { preset: "none", suspicious: { noImportCycles } } },
    overrides: config.overrides,
  })
})
afterEach(() => rmSync(folder, { recursive: true }))

function writeFile(path: string, content: string | object) {
  const file = join(folder, path)
  mkdirSync(dirname(file), { recursive: true })
  writeFileSync(file, typeof content === "string" ? content : JSON.stringify(content))
}

/** The violations that Biome reports, as `file: rule`. */
function broken(): string[] {
  const args = ["lint", "--reporter=json", "--max-diagnostics=none", "--config-path", folder, folder]
  let output: string
  try {
    output = execFileSync(join(WEB, "node_modules/.bin/biome"), args, {
      cwd: folder,
      stdio: "pipe",
    }).toString()
  } catch (error) {
    output = String((error as { stdout: Buffer }).stdout)
  }
  const { diagnostics } = JSON.parse(output) as {
    diagnostics: { category: string; location: { path: string | { file: string } } }[]
  }
  return diagnostics.map(({ category, location: { path } }) => {
    const file = typeof path === "string" ? path : path.file
    return `${file.slice(file.indexOf("src/"))}: ${category}`
  })
}

/** Where a layer's planted file is placed; pages have a folder each. */
const home = (layer: string) => (layer === "pages" ? "pages/market" : layer)

describe("the layers of src/", () => {
  it("are the folders that there are", () => {
    const folders = readdirSync(join(WEB, "src"), { withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== "styles")
      .map(({ name }) => name)
    expect(folders.sort()).toEqual(LAYERS.toSorted())
  })

  it("let each layer import those below it, and no other", () => {
    const planted: string[] = []
    for (const layer of LAYERS) {
      for (const other of LAYERS.filter((each) => each !== layer)) {
        const up = layer === "pages" ? "../.." : ".."
        const file = `src/${home(layer)}/imports-${other}.ts`
        writeFile(file, `import { a } from "${up}/${home(other)}/target.ts"\nexport const b = a\n`)
        if (!MAY_IMPORT[layer]!.includes(other)) planted.push(`${file}: lint/style/noRestrictedImports`)
      }
      writeFile(`src/${home(layer)}/target.ts`, "export const a = 1\n")
    }
    expect(broken().sort()).toEqual(planted.sort())
  })

  it("let no page import another page", () => {
    const planted: string[] = []
    for (const page of PAGES) {
      writeFile(`src/pages/${page}/target.ts`, "export const a = 1\n")
      for (const other of PAGES.filter((each) => each !== page)) {
        const file = `src/pages/${page}/imports-${other}.ts`
        writeFile(file, `import { a } from "../${other}/target.ts"\nexport const b = a\n`)
        planted.push(`${file}: lint/style/noRestrictedImports`)
      }
    }
    expect(broken().sort()).toEqual(planted.sort())
  })

  it("keep the chain's libraries out of api and ui", () => {
    for (const layer of ["api", "ui"]) {
      writeFile(`src/${layer}/a.ts`, `import { useClient } from "wagmi"\nexport const b = useClient\n`)
    }
    expect(broken().sort()).toEqual([
      "src/api/a.ts: lint/style/noRestrictedImports",
      "src/ui/a.ts: lint/style/noRestrictedImports",
    ])
  })

  it("let no two files import each other, not even types", () => {
    writeFile("src/ui/a.ts", `import type { B } from "./b.ts"\nexport type A = B | 1\n`)
    writeFile("src/ui/b.ts", `import type { A } from "./a.ts"\nexport type B = A | 2\n`)
    expect(broken().sort()).toEqual([
      "src/ui/a.ts: lint/suspicious/noImportCycles",
      "src/ui/b.ts: lint/suspicious/noImportCycles",
    ])
  })
})

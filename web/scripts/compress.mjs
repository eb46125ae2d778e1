// Writes a brotli copy of every text file of the build, for servers that serve precompressed files.
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { brotliCompressSync, constants } from "node:zlib"

const dist = new URL("../dist/", import.meta.url)
for (const name of readdirSync(dist, { recursive: true })) {
  if (!/\.(js|css|svg|json|txt)$/.test(name)) continue
  const text = readFileSync(new URL(name, dist))
  const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: text.length }
  writeFileSync(new URL(`${name}.br`, dist), brotliCompressSync(text, { params }))
}

// Terminal escape sequences in logs: colours become classes; other control characters become visible characters or are
// removed.

export interface Run {
  text: string
  /** 0–15 of the terminal's palette; null: the default colour. */
  color: number | null
  bold: boolean
}

// Escape sequences: CSI, OSC and other strings up to their terminator, and two-character escapes. An unterminated
// sequence extends to the end of the line.
const ESCAPE =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
  /(?:\x1b\[|\x9b)([\x30-\x3f]*)[\x20-\x2f]*([\x40-\x7e]|$)|\x1b[\]PX^_][^\x07\x1b\x9c]*(?:\x07|\x1b\\|\x9c|$)|\x1b[\x20-\x2f]*[\x30-\x7e]?/g
/** Control characters except tab, and bidirectional marks. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what is looked for
const CONTROL = /[\x00-\x08\x0a-\x1f\x7f-\x9f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069\u2028\u2029]/g

function visible(control: string): string {
  const code = control.charCodeAt(0)
  // A carriage return at the end belongs to the line break.
  if (code === 0x0d) return ""
  if (code < 0x20) return String.fromCharCode(0x2400 + code)
  if (code === 0x7f) return "\u2421"
  return "\ufffd"
}

const clean = (text: string) => text.replace(CONTROL, visible)

/** A line, split into runs of one style. */
export function runsOf(line: string): Run[] {
  if (!line.includes("\x1b") && !line.includes("\x9b"))
    return [{ text: clean(line), color: null, bold: false }]
  const runs: Run[] = []
  let color: number | null = null
  let bold = false
  let last = 0
  const add = (text: string) => {
    if (text) runs.push({ text: clean(text), color, bold })
  }
  for (const match of line.matchAll(ESCAPE)) {
    add(line.slice(last, match.index))
    last = match.index + match[0].length
    if (match[2] !== "m") continue
    const codes = (match[1] || "0").split(/[;:]/).map(Number)
    for (let index = 0; index < codes.length; index += 1) {
      const code = codes[index]!
      if (code === 0) {
        color = null
        bold = false
      } else if (code === 1) bold = true
      else if (code === 22) bold = false
      else if (code === 39) color = null
      else if (code >= 30 && code <= 37) color = code - 30
      else if (code >= 90 && code <= 97) color = code - 82
      else if (code === 38 || code === 48) {
        const palette = codes[index + 1] === 5
        if (code === 38) color = palette && codes[index + 2]! < 16 ? codes[index + 2]! : null
        index += palette ? 2 : 4
      }
    }
  }
  add(line.slice(last))
  return runs.length > 0 ? runs : [{ text: "", color: null, bold: false }]
}

/** The line's plain text, for search, copy and download. */
export function plainOf(line: string): string {
  return runsOf(line)
    .map(({ text }) => text)
    .join("")
}

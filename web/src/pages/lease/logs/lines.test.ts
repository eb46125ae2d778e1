import { describe, expect, it } from "vitest"
import type { LogLine } from "../../../api/types.ts"
import { plainOf, runsOf } from "./ansi.ts"
import { LogBuffer, Resume, toText } from "./logBuffer.ts"
import { highlight, patternOf, Search } from "./search.ts"

const line = (text: string, atMs = 0): LogLine => ({
  atMs,
  service: "front",
  replica: 0,
  stream: "stdout",
  line: text,
})

describe("the buffer", () => {
  it("keeps the newest lines and their numbers", () => {
    const buffer = new LogBuffer(3)
    for (const text of ["a", "b", "c", "d", "e"]) buffer.push(line(text))
    expect([...buffer].map(({ line, number }) => [line, number])).toEqual([
      ["c", 2],
      ["d", 3],
      ["e", 4],
    ])
    expect(buffer.first).toBe(2)
  })

  it("is downloaded with time, place and stream", () => {
    expect(toText([{ ...line("hello", 1_000), stream: "stderr" }])).toBe(
      "1970-01-01T00:00:01.000Z front/0 stderr hello\n",
    )
  })
})

describe("a stream that resumes", () => {
  it("shows no line twice, and loses none of the same millisecond", () => {
    const resume = new Resume()
    const shown: string[] = []
    const send = (text: string, atMs: number) => resume.take(line(text, atMs)) && shown.push(text)
    send("a", 1)
    send("b", 2)
    send("b", 2)
    resume.again()
    send("b", 2)
    send("b", 2)
    send("b", 2)
    send("c", 2)
    send("d", 3)
    expect(shown).toEqual(["a", "b", "b", "b", "c", "d"])
  })

  it("takes lines of several replicas that come a little out of order", () => {
    const resume = new Resume()
    expect([5, 4, 6, 5].map((atMs) => resume.take(line("x", atMs)))).toEqual([true, true, true, true])
  })
})

describe("terminal escape sequences", () => {
  it("colours by classes", () => {
    expect(runsOf("\x1b[1;31mred\x1b[0m plain \x1b[94mblue\x1b[39m")).toEqual([
      { text: "red", color: 1, bold: true },
      { text: " plain ", color: null, bold: false },
      { text: "blue", color: 12, bold: false },
    ])
    expect(runsOf("\x1b[38;5;3ma\x1b[38;2;1;2;3mb").map(({ color }) => color)).toEqual([3, null])
  })

  it.each([
    ["a title is not set", "\x1b]0;owned\x07text", "text"],
    ["nor a link made", "\x1b]8;;http://evil\x1b\\text\x1b]8;;\x1b\\", "text"],
    ["nor the cursor moved", "\x1b[2J\x1b[1;1Htext", "text"],
    ["an escape that does not end takes its line", "text\x1b]0;never", "text"],
    ["what is left is shown as a sign", "a\x00b\x08c\x7f", "a␀b␈c␡"],
    ["text is not turned around", "a\u202eb\u2066", "a\ufffdb\ufffd"],
    ["a carriage return is the line's end", "text\r", "text"],
    ["tabs and other languages stay", "\t中文 🌊", "\t中文 🌊"],
    ["markup is text", "<img src=x onerror=alert(1)>", "<img src=x onerror=alert(1)>"],
  ])("%s", (_, text, shown) => {
    expect(plainOf(text)).toBe(shown)
  })
})

describe("the search", () => {
  it("is literal unless it is a regular expression", () => {
    expect(patternOf("a.b(", false).regex?.test("xA.B(")).toBe(true)
    expect(patternOf("a.b", true).regex?.test("axb")).toBe(true)
    expect(patternOf("a(", true)).toMatchObject({ regex: null })
    expect(patternOf("a(", true).problem).toMatch(/./)
  })

  it("scans each line once, and drops lines with the buffer", () => {
    const buffer = new LogBuffer(3)
    const search = new Search(patternOf("err", false).regex!)
    buffer.push(line("error 1"))
    buffer.push(line("fine"))
    expect(search.update(buffer)).toEqual([0])
    buffer.push(line("\x1b[31merr\x1b[0m 2"))
    expect(search.update(buffer)).toEqual([0, 2])
    buffer.push(line("err 3"))
    expect(search.update(buffer)).toEqual([2, 3])
  })

  it("marks across colours and keeps the text whole", () => {
    const runs = runsOf("ab\x1b[31mcd\x1b[0mef")
    const pieces = highlight(runs, patternOf("bcde", false).regex)
    expect(pieces.map(({ text, marked, color }) => [text, marked, color])).toEqual([
      ["a", false, null],
      ["b", true, null],
      ["cd", true, 1],
      ["e", true, null],
      ["f", false, null],
    ])
    expect(highlight(runs, patternOf("x*", true).regex).map(({ text }) => text)).toEqual(["ab", "cd", "ef"])
  })

  it("reads a hundred thousand lines in well under a second", () => {
    const buffer = new LogBuffer()
    for (let index = 0; index < 100_000; index += 1) buffer.push(line(`GET /things/${index} 200 in 12 ms`))
    const begin = performance.now()
    const hits = new Search(patternOf("things/99", false).regex!).update(buffer)
    expect(hits).toHaveLength(1_111)
    expect(performance.now() - begin).toBeLessThan(1_000)
  })
})

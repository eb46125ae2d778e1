// Prints figures to standard output as JSON lines, and failed measurements to standard error.
import type { FullResult, Reporter, TestCase, TestResult } from "@playwright/test/reporter"

export default class Figures implements Reporter {
  onTestBegin(test: TestCase) {
    process.stderr.write(`bench: ${test.title}\n`)
  }

  onTestEnd(test: TestCase, result: TestResult) {
    for (const { type, description } of result.annotations) {
      if (type === "figure") process.stdout.write(`${description}\n`)
    }
    for (const { message } of result.errors) process.stderr.write(`bench: ${test.title}: ${message}\n`)
  }

  onError(error: { message?: string }) {
    process.stderr.write(`bench: ${error.message}\n`)
  }

  onEnd({ status }: FullResult) {
    if (status !== "passed") process.stderr.write(`bench: the figures of the page ended as ${status}\n`)
  }

  printsToStdio() {
    return true
  }
}

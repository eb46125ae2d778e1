import { afterEach, beforeEach, expect, it, vi } from "vitest"
import { retryImport } from "./retryImport.ts"

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

it("retries a failed import", async () => {
  const load = vi.fn<() => Promise<string>>()
  load.mockRejectedValueOnce(new TypeError("network changed")).mockRejectedValueOnce(new TypeError("again"))
  load.mockResolvedValue("page")
  const loaded = retryImport(load)()
  await vi.runAllTimersAsync()
  await expect(loaded).resolves.toBe("page")
  expect(load).toHaveBeenCalledTimes(3)
})

it("rejects with the last error", async () => {
  const loaded = retryImport(() => Promise.reject(new TypeError("away")))()
  const refused = expect(loaded).rejects.toThrow("away")
  await vi.runAllTimersAsync()
  await refused
})

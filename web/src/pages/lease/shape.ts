import type { ShapeView } from "../../api/views.ts"
import { formatBytes } from "../../words/units.ts"

const MIB = 2 ** 20

/** `0.25 CPU · 128 MiB · 256 MiB disk`: the units are the same words in both languages. */
export function shapeText({ millicores, memoryMiB, diskMiB, gpus }: ShapeView): string {
  const parts = [`${millicores / 1000} CPU`, formatBytes(memoryMiB * MIB)]
  if (diskMiB > 0) parts.push(`${formatBytes(diskMiB * MIB)} disk`)
  if (gpus > 0) parts.push(`${gpus} GPU`)
  return parts.join(" · ")
}

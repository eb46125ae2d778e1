import type { ShapeView } from "../../api/types.ts"
import { formatBytes } from "../../i18n/format.ts"
import { currentMessages, defineMessages } from "../../i18n/language.ts"

const messages = defineMessages({ disk: "disk" }, { disk: "磁盘" })
const MIB = 2 ** 20

/** `0.25 CPU · 128 MiB · 256 MiB disk`. */
export function shapeText({ millicores, memoryMiB, diskMiB, gpus }: ShapeView): string {
  const parts = [`${millicores / 1000} CPU`, formatBytes(memoryMiB * MIB)]
  if (diskMiB > 0) parts.push(`${formatBytes(diskMiB * MIB)} ${currentMessages(messages).disk}`)
  if (gpus > 0) parts.push(`${gpus} GPU`)
  return parts.join(" · ")
}

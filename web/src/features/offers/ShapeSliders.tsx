import type { ShapeView } from "../../api/types.ts"
import { formatBytes } from "../../i18n/format.ts"
import { defineMessages, useMessages } from "../../i18n/language.ts"
import { Slider } from "../../ui/Slider.tsx"

const messages = defineMessages(
  { cpu: "CPU", memory: "Memory", disk: "Disk", gpus: "GPUs", cores: "cores", cards: "cards" },
  { cpu: "CPU", memory: "内存", disk: "磁盘", gpus: "GPU", cores: "核", cards: "块" },
)

const CPU = [
  50, 100, 150, 200, 250, 500, 750, 1000, 1500, 2000, 3000, 4000, 6000, 8000, 12_000, 16_000, 24_000, 32_000,
  48_000, 64_000,
]
const powers = (from: number, to: number) =>
  Array.from({ length: Math.log2(to / from) * 2 + 1 }, (_, step) =>
    Math.round(from * 2 ** Math.floor(step / 2) * (step % 2 ? 1.5 : 1)),
  )
const MEMORY = powers(32, 262_144)
const DISK = [0, ...powers(64, 1_048_576)]
const GPUS = [0, 1, 2, 3, 4, 6, 8]
const MOST = 2 ** 32 - 1

/** From a GiB on, the size is also shown in GiB. */
const large = (mib: number) => (mib >= 1024 ? `= ${formatBytes(mib * 2 ** 20)}` : undefined)

interface Props {
  shape: ShapeView
  onChange: (shape: ShapeView) => void
}

/** The shape of one replica. */
export function ShapeSliders({ shape, onChange }: Props) {
  const t = useMessages(messages)
  const set = (part: Partial<ShapeView>) => onChange({ ...shape, ...part })
  return (
    <div className="stack">
      <Slider
        label={t.cpu}
        unit={t.cores}
        value={shape.millicores}
        stops={CPU}
        least={1}
        most={MOST}
        scale={1000}
        onChange={(millicores) => set({ millicores })}
      />
      <Slider
        label={t.memory}
        unit="MiB"
        value={shape.memoryMiB}
        stops={MEMORY}
        least={1}
        most={MOST}
        hint={large(shape.memoryMiB)}
        onChange={(memoryMiB) => set({ memoryMiB })}
      />
      <Slider
        label={t.disk}
        unit="MiB"
        value={shape.diskMiB}
        stops={DISK}
        most={MOST}
        hint={large(shape.diskMiB)}
        onChange={(diskMiB) => set({ diskMiB })}
      />
      <Slider
        label={t.gpus}
        unit={t.cards}
        value={shape.gpus}
        stops={GPUS}
        most={65_535}
        onChange={(gpus) => set({ gpus })}
      />
    </div>
  )
}

// What is known about a provider: capacity in use, proven epochs, faults.
import type { CapacityView, ProviderView } from "../../api/types.ts"
import { formatFigure } from "../../i18n/format.ts"
import { useMessages } from "../../i18n/language.ts"
import { Badge } from "../../ui/Badge.tsx"
import { Bar } from "../../ui/Bar.tsx"
import { messages } from "./messages.ts"

/** `99.2 %`; below 100 % as long as one is missing. */
export function shareOf(part: number, whole: number): string {
  const share = Math.floor((part / whole) * 1000) / 10
  return `${part === whole ? 100 : Math.min(share, 99.9)} %`
}

export function Capacity({ capacity, held }: { capacity: CapacityView; held: CapacityView }) {
  const t = useMessages(messages)
  const size = (part: number, whole: number) =>
    whole >= 1024
      ? `${t.of(formatFigure(part / 1024), formatFigure(whole / 1024))} GiB`
      : `${t.of(String(part), String(whole))} MiB`
  return (
    <div className="stack-s">
      <Bar
        label={t.kinds.cpu}
        part={held.millicores}
        whole={capacity.millicores}
        says={`${t.of(t.cores(held.millicores), t.cores(capacity.millicores))} ${t.coreUnit}`}
      />
      <Bar
        label={t.kinds.memory}
        part={held.memoryMiB}
        whole={capacity.memoryMiB}
        says={size(held.memoryMiB, capacity.memoryMiB)}
      />
      <Bar
        label={t.kinds.disk}
        part={held.diskMiB}
        whole={capacity.diskMiB}
        says={size(held.diskMiB, capacity.diskMiB)}
      />
      {capacity.gpus > 0 && (
        <Bar
          label={t.kinds.gpus}
          part={held.gpus}
          whole={capacity.gpus}
          says={t.of(String(held.gpus), String(capacity.gpus))}
        />
      )}
    </div>
  )
}

/** Uptime as the share of proven epochs. */
export function Uptime({ provider }: { provider: ProviderView }) {
  const t = useMessages(messages)
  const { provenEpochs, epochs } = provider
  if (epochs > 0) return <span>{t.provenShare(shareOf(provenEpochs, epochs), epochs)}</span>
  return <span>{provenEpochs > 0 ? t.roots(provenEpochs) : t.noEpochs}</span>
}

/** The provider's state as recorded on chain. */
export function ProviderStatus({ provider }: { provider: ProviderView }) {
  const t = useMessages(messages)
  if (!provider.registered) return <Badge tone="bad">{t.gone}</Badge>
  if (provider.silence) return <Badge tone="bad">{t.silent[provider.silence]}</Badge>
  if (provider.exitAt !== null) return <Badge tone="warn">{t.leaving}</Badge>
  return null
}

export function Attributes({ of }: { of: readonly string[] }) {
  return of.map((attribute) => <Badge key={attribute}>{attribute}</Badge>)
}

// A day of one-second samples in typed arrays, downsampled to the plot's pixels before drawing.

/** The latest samples of several columns with common times, in a ring buffer: a day takes a few megabytes. */
export class Series<C extends string> {
  readonly columns: readonly C[]
  readonly capacity: number
  /** Unix seconds. */
  readonly times: Float64Array
  /** NaN for no value. */
  readonly values: Record<C, Float32Array>
  private start = 0
  length = 0
  /** Incremented with each change. */
  version = 0

  constructor(columns: readonly C[], capacity = 86_400) {
    this.columns = columns
    this.capacity = capacity
    this.times = new Float64Array(capacity)
    const arrays = columns.map((column) => [column, new Float32Array(capacity)])
    this.values = Object.fromEntries(arrays) as Record<C, Float32Array>
  }

  /** The array index of the n-th oldest sample. */
  at(index: number): number {
    const place = this.start + index
    return place < this.capacity ? place : place - this.capacity
  }

  timeAt(index: number): number {
    return this.times[this.at(index)]!
  }

  /** Adds a sample. Drops one that is not newer than the latest, as a resumed stream may repeat some. */
  push(time: number, sample: Partial<Record<C, number | null>>) {
    if (this.length > 0 && time <= this.timeAt(this.length - 1)) return
    const full = this.length === this.capacity
    const place = this.at(full ? 0 : this.length)
    if (full) this.start = this.at(1)
    else this.length += 1
    this.times[place] = time
    for (const column of this.columns) this.values[column][place] = sample[column] ?? Number.NaN
    this.version += 1
  }

  clear() {
    this.start = 0
    this.length = 0
    this.version += 1
  }

  /** The first sample at or after a time. */
  indexOf(time: number): number {
    let low = 0
    let high = this.length
    while (low < high) {
      const middle = (low + high) >> 1
      if (this.timeAt(middle) < time) low = middle + 1
      else high = middle
    }
    return low
  }
}

/** Ascending times, and one value per time; null for none. */
export interface Reduced {
  times: number[]
  values: (number | null)[][]
}

/**
 * At most two points per pixel and column, the minimum and the maximum, so that spikes stay visible.
 * @param from Unix seconds. @param pixels The plot's width.
 */
export function reduce<C extends string>(
  series: Series<C>,
  columns: readonly C[],
  from: number,
  to: number,
  pixels: number,
): Reduced {
  const first = series.indexOf(from)
  const end = series.indexOf(to + 1e-6)
  const count = end - first
  const times: number[] = []
  const values: (number | null)[][] = columns.map(() => [])
  if (count <= pixels * 2) {
    for (let index = first; index < end; index += 1) {
      const place = series.at(index)
      times.push(series.times[place]!)
      columns.forEach((column, line) => {
        const value = series.values[column][place]!
        values[line]!.push(Number.isNaN(value) ? null : value)
      })
    }
    return { times, values }
  }
  const width = (to - from) / pixels
  let index = first
  for (let pixel = 0; pixel < pixels && index < end; pixel += 1) {
    const until = pixel === pixels - 1 ? end : Math.min(end, series.indexOf(from + (pixel + 1) * width))
    if (until <= index) continue
    times.push(series.timeAt(index), Math.max(series.timeAt(until - 1), series.timeAt(index) + 1e-3))
    columns.forEach((column, line) => {
      const array = series.values[column]
      let low = Number.POSITIVE_INFINITY
      let high = Number.NEGATIVE_INFINITY
      for (let each = index; each < until; each += 1) {
        const value = array[series.at(each)]!
        if (value < low) low = value
        if (value > high) high = value
      }
      const none = low > high
      values[line]!.push(none ? null : low, none ? null : high)
    })
    index = until
  }
  return { times, values }
}

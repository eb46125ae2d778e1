// The page's icons, drawn as lines in the text colour, independent of fonts.

const PATHS = {
  check: "M3 8.5 6.5 12 13 4.5",
  close: "M3.5 3.5l9 9M12.5 3.5l-9 9",
  copy: "M5.5 5.5v-3h8v8h-3M2.5 5.5h8v8h-8z",
  menu: "M2 4h12M2 8h12M2 12h12",
  moon: "M13 9.500A5.500 5.500 0 1 1 6.500 3a4.500 4.500 0 0 0 6.500 6.500z",
  sun: "M8 5a3 3 0 1 0 0 6 3 3 0 0 0 0-6zM8 1v1.500M8 13.500V15M1 8h1.500M13.500 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1",
  transactions: "M5 2.500v11M2 5.500l3-3 3 3M11 13.500v-11M8 10.500l3 3 3-3",
} as const

export type IconName = keyof typeof PATHS

/** Decorative: screen readers skip it. */
export function Icon({ name }: { name: IconName }) {
  return (
    <svg width="1em" height="1em" viewBox="0 0 16 16" fill="none" stroke="currentColor" aria-hidden="true">
      <path d={PATHS[name]} strokeWidth="1.500" strokeLinecap="round" strokeLinejoin="round" />
    </svg>
  )
}

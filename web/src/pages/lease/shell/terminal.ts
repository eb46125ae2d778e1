// The terminal. xterm.js creates <style> elements, which need the nonce of the Content-Security-Policy. Its option for
// another document covers two of the three, so `open` sets the nonce on each as it is created.
import { FitAddon } from "@xterm/addon-fit"
import { type ITheme, Terminal } from "@xterm/xterm"
import "@xterm/xterm/css/xterm.css"

/** Runs code that creates style elements, and sets the nonce on each. They keep it when their text changes. */
export function withNonce<T>(nonce: string, make: () => T): T {
  const create = document.createElement.bind(document)
  // An own property shadows the prototype's while this runs.
  document.createElement = ((name: string, options?: ElementCreationOptions) => {
    const element = create(name, options)
    if (name === "style") element.nonce = nonce
    return element
  }) as Document["createElement"]
  try {
    return make()
  } finally {
    delete (document as Partial<Document>).createElement
  }
}

function nonceOf(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ""
}

/** The page's colours in the current theme. */
export function themeOf(): ITheme {
  const style = getComputedStyle(document.documentElement)
  const token = (name: string) => style.getPropertyValue(name).trim()
  const soft = token("--ink-soft")
  const blue = token("--series-3")
  return {
    background: token("--sunken"),
    foreground: token("--ink"),
    cursor: token("--accent"),
    cursorAccent: token("--sunken"),
    selectionBackground: token("--accent"),
    selectionForeground: token("--on-accent"),
    black: soft,
    brightBlack: soft,
    red: token("--bad"),
    brightRed: token("--bad"),
    green: token("--good"),
    brightGreen: token("--good"),
    yellow: token("--warn"),
    brightYellow: token("--warn"),
    blue,
    brightBlue: blue,
    magenta: token("--series-2"),
    brightMagenta: token("--series-2"),
    cyan: token("--accent"),
    brightCyan: token("--accent"),
    white: token("--ink"),
    brightWhite: token("--ink"),
  }
}

export interface Screen {
  terminal: Terminal
  /** Fits the terminal to its container. */
  fit: () => void
  dispose: () => void
}

export function openTerminal(place: HTMLElement, { screenReader = false } = {}): Screen {
  const terminal = new Terminal({
    fontFamily: getComputedStyle(document.documentElement).getPropertyValue("--mono"),
    fontSize: 13,
    cursorBlink: !matchMedia("(prefers-reduced-motion: reduce)").matches,
    scrollback: 10_000,
    screenReaderMode: screenReader,
    minimumContrastRatio: 4.5,
    theme: themeOf(),
    // Links in the output are plain text and do not open.
    linkHandler: { activate: () => {}, allowNonHttpProtocols: false },
  })
  const fit = new FitAddon()
  terminal.loadAddon(fit)
  withNonce(nonceOf(), () => terminal.open(place))
  fit.fit()
  return { terminal, fit: () => fit.fit(), dispose: () => terminal.dispose() }
}

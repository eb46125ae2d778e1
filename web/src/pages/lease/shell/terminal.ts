// A terminal in the page. xterm.js writes <style> elements, which the Content-Security-Policy takes only with the page's
// nonce: while it opens, each gets it.
import { FitAddon } from "@xterm/addon-fit"
import { type ITheme, Terminal } from "@xterm/xterm"
import "@xterm/xterm/css/xterm.css"

/**
 * Opens a terminal whose style elements all carry the nonce. xterm's `documentOverride` reaches only some of them: it makes
 * its scrollbar's with the page's own document. All are made while it opens.
 */
export function openWithNonce(terminal: Pick<Terminal, "open">, place: HTMLElement, nonce: string) {
  const create = document.createElement.bind(document)
  document.createElement = ((name: string, options?: ElementCreationOptions) => {
    const element = create(name, options)
    if (name === "style") element.nonce = nonce
    return element
  }) as typeof document.createElement
  try {
    terminal.open(place)
  } finally {
    Reflect.deleteProperty(document, "createElement")
  }
}

function nonceOf(): string {
  return document.querySelector<HTMLMetaElement>('meta[property="csp-nonce"]')?.nonce ?? ""
}

/** The page's colours, as they are now. */
export function themeOf(): ITheme {
  const style = getComputedStyle(document.documentElement)
  const token = (name: string) => style.getPropertyValue(name).trim()
  const soft = token("--ink-soft")
  const blue = token("--series-3")
  return {
    background: token("--sunken"),
    foreground: token("--ink"),
    cursor: token("--tide"),
    cursorAccent: token("--sunken"),
    selectionBackground: token("--tide"),
    selectionForeground: token("--on-tide"),
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
    cyan: token("--tide"),
    brightCyan: token("--tide"),
    white: token("--ink"),
    brightWhite: token("--ink"),
  }
}

export interface Screen {
  terminal: Terminal
  /** Fits the terminal to its place. */
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
    // A link that a program prints is text: nothing opens by a click.
    linkHandler: { activate: () => {}, allowNonHttpProtocols: false },
  })
  const fit = new FitAddon()
  terminal.loadAddon(fit)
  openWithNonce(terminal, place, nonceOf())
  fit.fit()
  return { terminal, fit: () => fit.fit(), dispose: () => terminal.dispose() }
}

// A terminal in the page. xterm.js writes <style> elements, which the Content-Security-Policy takes only with the page's
// nonce: it is given a document that puts the nonce on each.
import { FitAddon } from "@xterm/addon-fit"
import { type ITheme, Terminal } from "@xterm/xterm"
import "@xterm/xterm/css/xterm.css"

/** The document itself, but for the styles that it makes. */
export function documentWithNonce(nonce: string): Document {
  return new Proxy(document, {
    get(target, key) {
      if (key === "createElement") {
        return (name: string, options?: ElementCreationOptions) => {
          const element = target.createElement(name, options)
          if (name === "style") element.nonce = nonce
          return element
        }
      }
      const value = Reflect.get(target, key, target)
      return typeof value === "function" ? value.bind(target) : value
    },
  })
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
    documentOverride: documentWithNonce(nonceOf()),
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
  terminal.open(place)
  fit.fit()
  return { terminal, fit: () => fit.fit(), dispose: () => terminal.dispose() }
}

// The layout around every page: navigation, connection state, wallet.
import { Link, Outlet, useRouterState } from "@tanstack/react-router"
import { useEffect, useRef, useState, useSyncExternalStore } from "react"
import styles from "./App.module.css"
import { useEventStream, useStreamState } from "./api/eventStream.ts"
import { getTheme, setTheme, subscribeTheme } from "./browser/theme.ts"
import { Connect, WrongChain } from "./features/wallet/Connect.tsx"
import { defineMessages, setLanguage, useLanguage, useMessages } from "./i18n/language.ts"
import { TransactionCenter } from "./transactions/TransactionCenter.tsx"
import { Badge } from "./ui/Badge.tsx"
import { Button } from "./ui/Button.tsx"
import { Icon } from "./ui/Icon.tsx"
import { Notice } from "./ui/States.tsx"

const messages = defineMessages(
  {
    skip: "Skip to content",
    menu: "Menu",
    pages: "Pages",
    places: {
      "/": "Market",
      "/deploy": "Deploy",
      "/leases": "Leases",
      "/approvals": "Approvals",
      "/provider": "Provider",
      "/arbiter": "Arbiter",
    },
    language: "中文",
    dark: "Dark theme",
    light: "Light theme",
    feed: { connecting: "Connecting", live: "Live", stale: "Stale", down: "Offline" },
    block: (block: number) => `block ${block}`,
    down: "The provider does not answer. Data on chain is read from the chain, with a delay of a few seconds; data that only the provider has is missing.",
  },
  {
    skip: "跳到内容",
    menu: "菜单",
    pages: "页面",
    places: {
      "/": "市场",
      "/deploy": "部署",
      "/leases": "租约",
      "/approvals": "审批",
      "/provider": "提供方",
      "/arbiter": "仲裁",
    },
    language: "English",
    dark: "深色主题",
    light: "浅色主题",
    feed: { connecting: "连接中", live: "实时", stale: "已过时", down: "离线" },
    block: (block: number) => `区块 ${block}`,
    down: "提供方没有响应。链上已知的信息直接从链上读取，可能有几秒延迟；只有提供方知道的信息暂缺。",
  },
)

const PLACES = ["/", "/deploy", "/leases", "/approvals", "/provider", "/arbiter"] as const

export function App() {
  const t = useMessages(messages)
  const language = useLanguage()
  const path = useRouterState({ select: (state) => state.location.pathname })
  const [menu, setMenu] = useState(false)
  const main = useRef<HTMLElement>(null)
  const place = PLACES.findLast((place) => path.startsWith(place)) ?? "/"
  const state = useStreamState()

  // After a navigation the new page is scrolled to its top and receives the focus.
  const shown = useRef(path)
  useEffect(() => {
    document.title = `${t.places[place]} · Tidemark`
    if (shown.current === path) return
    shown.current = path
    setMenu(false)
    main.current?.focus({ preventScroll: true })
  }, [path, place, t])

  return (
    <div className={styles.app}>
      <a href="#content" className={styles.skip}>
        {t.skip}
      </a>
      <header className={styles.header}>
        <Button
          kind="quiet"
          className={styles.menu}
          aria-expanded={menu}
          aria-controls="pages"
          aria-label={t.menu}
          onClick={() => setMenu(!menu)}
        >
          <Icon name="menu" />
        </Button>
        <Link to="/" className={styles.brand}>
          <img src="/tidemark.svg" alt="" width={24} height={24} />
          <span>Tidemark</span>
        </Link>
        <Liveness />
        <div className={styles.tools}>
          <Button
            kind="quiet"
            className={styles.wide}
            lang={language === "en" ? "zh-CN" : "en"}
            onClick={() => setLanguage(language === "en" ? "zh" : "en")}
          >
            {t.language}
          </Button>
          <ThemeSwitch />
          <TransactionCenter />
          <Connect />
        </div>
      </header>
      <nav id="pages" className={styles.nav} data-open={menu} aria-label={t.pages}>
        <ul className={styles.places}>
          {PLACES.map((place) => (
            <li key={place}>
              <Link
                to={place}
                className={styles.place}
                activeOptions={{ exact: place === "/" }}
                activeProps={{ "aria-current": "page" }}
              >
                {t.places[place]}
              </Link>
            </li>
          ))}
          <li className={styles.narrow}>
            <Button kind="quiet" onClick={() => setLanguage(language === "en" ? "zh" : "en")}>
              {t.language}
            </Button>
          </li>
        </ul>
      </nav>
      <main id="content" ref={main} tabIndex={-1} className={styles.main}>
        <WrongChain />
        {state === "down" && <Notice>{t.down}</Notice>}
        <Outlet />
      </main>
    </div>
  )
}

function Liveness() {
  const t = useMessages(messages)
  const { state, head } = useEventStream()
  const tone = state === "live" ? "good" : state === "connecting" ? "plain" : "warn"
  return (
    <span className={styles.live} role="status" title={head ? t.block(head.number) : undefined}>
      <Badge tone={tone}>{t.feed[state]}</Badge>
      {head && <span className={`num ${styles.block}`}>{head.number.toLocaleString("en-US")}</span>}
    </span>
  )
}

function ThemeSwitch() {
  const t = useMessages(messages)
  const dark = useSyncExternalStore(subscribeTheme, getTheme) === "dark"
  return (
    <Button
      kind="quiet"
      aria-label={dark ? t.light : t.dark}
      title={dark ? t.light : t.dark}
      onClick={() => setTheme(dark ? "light" : "dark")}
    >
      <Icon name={dark ? "sun" : "moon"} />
    </Button>
  )
}

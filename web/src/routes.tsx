// The routes. A page's code is loaded at the first visit.
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router"
import { App } from "./App.tsx"
import { retryImport } from "./browser/retryImport.ts"
import { NotFound, PageError } from "./pages/NotFound.tsx"

const root = createRootRoute({ component: App, notFoundComponent: NotFound, errorComponent: PageError })
const under = () => root

const tree = root.addChildren([
  createRoute({
    getParentRoute: under,
    path: "/",
    component: lazyRouteComponent(
      retryImport(() => import("./pages/market/Market.tsx")),
      "Market",
    ),
  }),
  createRoute({
    getParentRoute: under,
    path: "/deploy",
    // `?offer=3`: chosen on the market page.
    validateSearch: (search): { offer?: number } => ({ offer: Number(search.offer) || undefined }),
    component: lazyRouteComponent(
      retryImport(() => import("./pages/deploy/Deploy.tsx")),
      "Deploy",
    ),
  }),
  createRoute({
    getParentRoute: under,
    path: "/leases",
    component: lazyRouteComponent(
      retryImport(() => import("./pages/leases/Leases.tsx")),
      "Leases",
    ),
  }),
  createRoute({
    getParentRoute: under,
    path: "/leases/$lease",
    validateSearch: (search): { tab?: string; epoch?: number } => ({
      tab: typeof search.tab === "string" ? search.tab : undefined,
      epoch: Number(search.epoch) || undefined,
    }),
    component: lazyRouteComponent(
      retryImport(() => import("./pages/lease/Lease.tsx")),
      "Lease",
    ),
  }),
  createRoute({
    getParentRoute: under,
    path: "/approvals",
    component: lazyRouteComponent(
      retryImport(() => import("./pages/approvals/Approvals.tsx")),
      "Approvals",
    ),
  }),
  createRoute({
    getParentRoute: under,
    path: "/provider",
    // `?address=0x…`: another provider than the page's own.
    validateSearch: (search): { address?: string } => ({
      address: typeof search.address === "string" ? search.address : undefined,
    }),
    component: lazyRouteComponent(
      retryImport(() => import("./pages/provider/Provider.tsx")),
      "Provider",
    ),
  }),
  createRoute({
    getParentRoute: under,
    path: "/arbiter",
    component: lazyRouteComponent(
      retryImport(() => import("./pages/arbiter/Arbiter.tsx")),
      "Arbiter",
    ),
  }),
])

export function makeRouter() {
  return createRouter({ routeTree: tree, defaultPreload: "intent", defaultErrorComponent: PageError })
}

/** Prefetches the remaining pages, so that they open even while the server is down. */
export function fetchPages(router: ReturnType<typeof makeRouter>) {
  for (const { options } of Object.values(router.routesById)) {
    const page = options.component as { preload?: () => Promise<void> } | undefined
    void page?.preload?.().catch(() => {})
  }
}

declare module "@tanstack/react-router" {
  interface Register {
    router: ReturnType<typeof makeRouter>
  }
}

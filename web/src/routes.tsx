// Where each page lies. A page's code is fetched when it is first gone to.
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from "@tanstack/react-router"
import { App } from "./App.tsx"
import { later } from "./browser/retryImport.ts"
import { Lost, Wreck } from "./pages/NotFound.tsx"

const root = createRootRoute({ component: App, notFoundComponent: Lost, errorComponent: Wreck })
const under = () => root

const tree = root.addChildren([
  createRoute({
    getParentRoute: under,
    path: "/",
    component: lazyRouteComponent(
      later(() => import("./pages/market/Market.tsx")),
      "Market",
    ),
  }),
  createRoute({
    getParentRoute: under,
    path: "/deploy",
    // `?offer=3` when one came from the market.
    validateSearch: (search): { offer?: number } => ({ offer: Number(search.offer) || undefined }),
    component: lazyRouteComponent(
      later(() => import("./pages/deploy/Deploy.tsx")),
      "Deploy",
    ),
  }),
  createRoute({
    getParentRoute: under,
    path: "/leases",
    component: lazyRouteComponent(
      later(() => import("./pages/leases/Leases.tsx")),
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
      later(() => import("./pages/lease/Lease.tsx")),
      "Lease",
    ),
  }),
  createRoute({
    getParentRoute: under,
    path: "/approvals",
    component: lazyRouteComponent(
      later(() => import("./pages/approvals/Approvals.tsx")),
      "Approvals",
    ),
  }),
  createRoute({
    getParentRoute: under,
    path: "/provider",
    // `?address=0x…` for another than the page's own.
    validateSearch: (search): { address?: string } => ({
      address: typeof search.address === "string" ? search.address : undefined,
    }),
    component: lazyRouteComponent(
      later(() => import("./pages/provider/Provider.tsx")),
      "Provider",
    ),
  }),
  createRoute({
    getParentRoute: under,
    path: "/arbiter",
    component: lazyRouteComponent(
      later(() => import("./pages/arbiter/Arbiter.tsx")),
      "Arbiter",
    ),
  }),
])

export function makeRouter() {
  return createRouter({ routeTree: tree, defaultPreload: "intent", defaultErrorComponent: Wreck })
}

/** Fetches what was not gone to yet, so that one can still go there when whoever served the page is away. */
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

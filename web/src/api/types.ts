// Names for the shapes of a provider's API. The shapes themselves are generated from its OpenAPI description (`npm run api`).
//
// Units: addresses, hashes and ids are 0x hex; money is a decimal string of base units; rates are base units × 1e12 a second;
// times are Unix seconds of the chain unless a name says otherwise.
import type { components } from "./__generated__/openapi.ts"

type Schemas = components["schemas"]

export type Address = Schemas["Address"]
export type Hex = Schemas["Hex"]

// The market
export type PageConfig = Schemas["PageConfig"]
export type MarketView = Schemas["MarketView"]
export type HeadView = Schemas["HeadView"]
export type EventView = Schemas["EventView"]
export type ErrorView = Schemas["ErrorView"]

// Supply and demand
export type CapacityView = Schemas["CapacityView"]
export type PricesView = Schemas["PricesView"]
export type OfferView = Schemas["OfferView"]
export type FaultView = Schemas["FaultView"]
export type ProviderView = Schemas["ProviderView"]
export type OrderView = Schemas["OrderView"]
export type BidView = Schemas["BidView"]

// Leases
export type ShapeView = Schemas["ShapeArgument"]
export type RatesView = Schemas["RatesArgument"]
export type TermsView = Schemas["TermsArgument"]
export type PolicyView = Schemas["PolicyView"]
export type MoneyView = Schemas["MoneyView"]
export type LeaseSummary = Schemas["LeaseSummary"]
export type LeaseView = Schemas["LeaseView"]
export type ContainerView = Schemas["ContainerView"]
export type StepView = Schemas["StageProgressView"]
export type Stage = Schemas["Stage"]
export type ManifestCheckView = Schemas["ManifestCheckView"]

// Proofs and scaling
export type UsageArgument = Schemas["StatementArgument"]
export type ProofSummary = Schemas["ProofSummary"]
export type ProofView = Schemas["ProofView"]
export type SeenView = Schemas["ObservationView"]
export type RulingView = Schemas["ScalingDecisionView"]
export type ScalingView = Schemas["ScalingView"]

// Inside a lease, for its tenant and those with a grant
export type SeriesView = Schemas["UsageSeriesView"]
export type LiveView = Schemas["LiveUsageView"]
export type LogLine = Schemas["LogLineView"]
export type Scope = Schemas["Scope"]
export type GrantView = Schemas["GrantView"]
export type AccessView = Schemas["AccessView"]

// Sessions and proposals
export type NonceView = Schemas["NonceView"]
export type SessionView = Schemas["SessionView"]
export type ProposalView = Schemas["ProposalView"]

// A provider's own state
export type RunView = Schemas["RunView"]
export type OwnView = Schemas["ProviderAccountView"]
export type AlarmView = Schemas["AlarmView"]

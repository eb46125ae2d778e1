import { type Proposal, toFile } from "../../chain/proposals.ts"

/** Downloads the proposal as a file that the command line reads. */
export function save(proposal: Proposal) {
  const url = URL.createObjectURL(new Blob([toFile(proposal)], { type: "application/json" }))
  const link = document.createElement("a")
  link.href = url
  link.download = `action-${proposal.digest.slice(2, 10)}.json`
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 1_000)
}

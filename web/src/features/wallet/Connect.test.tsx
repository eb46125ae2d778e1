import { screen } from "@testing-library/react"
import userEvent from "@testing-library/user-event"
import { describe, expect, it } from "vitest"
import { show } from "../../../test/page.tsx"
import { ADDRESS, CHAIN_ID } from "../../../test/wallet.ts"
import { setLanguage } from "../../i18n/language.ts"
import { Connect, WrongChain } from "./Connect.tsx"

describe("connecting a wallet", () => {
  it("offers the wallets by name, and shows the account", async () => {
    const request = async ({ method }: { method: string }) => (/ccounts$/.test(method) ? [ADDRESS] : null)
    await show(<Connect />, { chain: request as never })
    await userEvent.click(await screen.findByRole("button", { name: "Connect wallet" }))
    await userEvent.click(screen.getByRole("button", { name: "Test wallet" }))
    await userEvent.click(await screen.findByRole("button", { name: "Account 0x90F7…b906" }))
    await userEvent.click(screen.getByRole("menuitem", { name: "Disconnect" }))
    await screen.findByRole("button", { name: "Connect wallet" })
  })

  it("shows a rejection, and can be retried", async () => {
    const refuse = async () => {
      throw Object.assign(new Error("no"), { code: 4001 })
    }
    await show(<Connect />, { chain: refuse as never })
    await userEvent.click(await screen.findByRole("button", { name: "Connect wallet" }))
    await userEvent.click(screen.getByRole("button", { name: "Test wallet" }))
    await screen.findByText(/rejected the request/)
    expect(screen.getByRole("button", { name: "Test wallet" })).toBeEnabled()
  })

  it("speaks Chinese", async () => {
    setLanguage("zh")
    await show(<Connect />)
    await screen.findByRole("button", { name: "连接钱包" })
    setLanguage("en")
  })
})

describe("a wallet on another chain", () => {
  it("is shown with its id, the market's name, and a button to switch", async () => {
    let chainId = 1
    const request = async ({ method }: { method: string }) => {
      if (method === "eth_chainId") return `0x${chainId.toString(16)}`
      if (method === "wallet_switchEthereumChain") chainId = CHAIN_ID
      return null
    }
    await show(<WrongChain />, { account: ADDRESS, chain: request as never })
    await screen.findByText("Your wallet is on chain 1; this market is on Testnet.")
    await userEvent.click(screen.getByRole("button", { name: "Switch to Testnet" }))
    expect(chainId).toBe(CHAIN_ID)
  })

  it("is not mentioned on the right one", async () => {
    await show(<WrongChain />, { account: ADDRESS })
    expect(screen.queryByRole("status")).not.toBeInTheDocument()
  })
})

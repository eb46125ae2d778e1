import { defineMessages } from "../../i18n/language.ts"

const count = (of: number) => of.toLocaleString("en-US")

export const messages = defineMessages(
  {
    title: "Open orders",
    about:
      "A tenant opens an order, providers place public bids, and the tenant accepts one. A bid is binding until it expires.",
    none: "No open orders",
    noneAbout: "Instead of taking an offer, you can ask for bids.",
    ask: "Ask for bids",
    order: "Order",
    wants: (replicas: number, min: number, max: number) =>
      min === max
        ? `${count(replicas)} ${replicas === 1 ? "replica" : "replicas"}`
        : `${count(replicas)} replicas, ${count(min)} to ${count(max)}`,
    shape: (cores: string, memory: string, disk: string, gpus: number) =>
      `${cores} cores, ${memory} memory, ${disk} disk${gpus > 0 ? `, ${gpus} ${gpus === 1 ? "GPU" : "GPUs"}` : ""} each`,
    budget: "Budget per hour",
    deposit: "Deposit",
    bidding: "Bids until",
    accepting: "Accept until",
    over: "over",
    needs: "Needs",
    bids: (bids: number) => (bids === 0 ? "No bid yet" : `${count(bids)} ${bids === 1 ? "bid" : "bids"}`),
    bidsOf: (order: string) => `Bids on order ${order}`,
    provider: "Provider",
    hour: "Initial cost per hour",
    most: "Maximum per hour",
    expiry: "Valid until",
    choose: "Choose a bid",
    declines: (reason: string) => `The provider of this page does not bid: ${reason}`,
  },
  {
    title: "进行中的订单",
    about: "租户提出需求，提供方公开出价，租户接受其一。出价在到期前对提供方有约束力。",
    none: "暂无订单",
    noneAbout: "除了直接接受报价，您也可以征求出价。",
    ask: "征求出价",
    order: "订单",
    wants: (replicas: number, min: number, max: number) =>
      min === max ? `${count(replicas)} 个副本` : `${count(replicas)} 个副本，${count(min)} 至 ${count(max)}`,
    shape: (cores: string, memory: string, disk: string, gpus: number) =>
      `每个 ${cores} 核、${memory} 内存、${disk} 磁盘${gpus > 0 ? `、${gpus} 块 GPU` : ""}`,
    budget: "每小时预算",
    deposit: "存款",
    bidding: "出价截止",
    accepting: "接受截止",
    over: "已截止",
    needs: "要求",
    bids: (bids: number) => (bids === 0 ? "暂无出价" : `${count(bids)} 个出价`),
    bidsOf: (order: string) => `订单 ${order} 的出价`,
    provider: "提供方",
    hour: "起始每小时",
    most: "最高每小时",
    expiry: "有效期至",
    choose: "选择出价",
    declines: (reason: string) => `本页面的提供方不出价：${reason}`,
  },
)

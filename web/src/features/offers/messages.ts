import { defineMessages } from "../../i18n/language.ts"

const count = (of: number) => of.toLocaleString("en-US")

export const messages = defineMessages(
  {
    silent: { reported: "Silent: reported", confirmed: "Silent: confirmed" },
    leaving: "Leaving",
    of: (held: string, all: string) => `${held} of ${all}`,
    kinds: { cpu: "CPU", memory: "Memory", disk: "Disk", gpus: "GPUs" },
    cores: (millicores: number) => count(millicores / 1000),
    coreUnit: "cores",
    provenShare: (share: string, epochs: number) => `${share} of ${count(epochs)} epochs proven`,
    roots: (roots: number) => `${count(roots)} roots posted`,
    noEpochs: "no epoch yet",
    price: {
      millicore: "CPU, per core-hour",
      memoryMiB: "memory, per GiB-hour",
      diskMiB: "disk, per GiB-hour",
      gpu: "GPU, per hour",
      cpuSecond: "CPU used, per core-hour",
      memoryMiBSecond: "memory used, per GiB-hour",
      networkMiB: "traffic, per GiB",
    },
    allowance: (kib: number) => `The price includes ${count(kib)} KiB/s of traffic per replica.`,
    gone: "Not registered",
  },
  {
    silent: { reported: "失联：已举报", confirmed: "失联：已确认" },
    leaving: "正在退出",
    of: (held: string, all: string) => `${held} / ${all}`,
    kinds: { cpu: "CPU", memory: "内存", disk: "磁盘", gpus: "GPU" },
    cores: (millicores: number) => count(millicores / 1000),
    coreUnit: "核",
    provenShare: (share: string, epochs: number) => `${count(epochs)} 个周期中 ${share} 已证明`,
    roots: (roots: number) => `已发布 ${count(roots)} 个根`,
    noEpochs: "尚无周期",
    price: {
      millicore: "CPU，每核每小时",
      memoryMiB: "内存，每 GiB 每小时",
      diskMiB: "磁盘，每 GiB 每小时",
      gpu: "GPU，每块每小时",
      cpuSecond: "CPU 用量，每核时",
      memoryMiBSecond: "内存用量，每 GiB 时",
      networkMiB: "流量，每 GiB",
    },
    allowance: (kib: number) => `价格中每个副本含 ${count(kib)} KiB/s 的流量额度。`,
    gone: "未注册",
  },
)

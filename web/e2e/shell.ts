// A tenant's application with a shell, which the sample's image lacks: Debian's static busybox, and a Compose file for
// it.
import { execFileSync } from "node:child_process"
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"

const IMAGE = "tidemark-web-shell:latest"
const PROGRAMS = ["sh", "cat", "echo", "id", "printf", "sleep", "stty", "true"]

/** Output of the application that a page must render as text. */
export const WICKED = '<img src=x onerror="window.wasRun=1"><script>window.wasRun=1</script>'

/** @param replies What its shell loop prints each second. */
function compose(): string {
  // `$$` is an escaped dollar in Compose files.
  return `services:
  talker:
    image: ${IMAGE}
    command:
      - /bin/sh
      - -c
      - |
        n=0
        while true; do
          n=$$((n+1))
          echo 'tide ${WICKED}'
          printf '\\033[31mred tide\\033[0m %d\\n' $$n
          echo "low tide $$n" >&2
          sleep 1
        done
    stop_grace_period: 1s
`
}

/** Loads the image into the engine. Returns the path of the Compose file, and a function that removes both. */
export function shellApplication(): { file: string; remove: () => void } {
  const folder = mkdtempSync(join(tmpdir(), "tidemark-shell-"))
  const root = join(folder, "root")
  mkdirSync(join(root, "bin"), { recursive: true })
  copyFileSync("/bin/busybox", join(root, "bin/busybox"))
  for (const program of PROGRAMS) symlinkSync("busybox", join(root, "bin", program))
  const archive = join(folder, "root.tar")
  execFileSync("tar", ["--create", "--file", archive, "--directory", root, "--owner=0", "--group=0", "."])
  execFileSync("docker", ["import", archive, IMAGE], { stdio: ["ignore", "ignore", "inherit"] })
  const file = join(folder, "compose.yaml")
  writeFileSync(file, compose())
  return {
    file,
    remove() {
      rmSync(folder, { recursive: true, force: true })
      try {
        execFileSync("docker", ["image", "rm", "--force", IMAGE], { stdio: "ignore" })
      } catch {
        // A container of another run may still use it.
      }
    },
  }
}

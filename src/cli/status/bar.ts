const WIDTH = 16

/** A bar for a share from 0 to 1: `██████░░░░░░░░░░  37 %` */
export function bar(share: number): string {
  const bounded = Math.min(1, Math.max(0, share))
  const full = Math.floor(bounded * WIDTH)
  return `${'█'.repeat(full)}${'░'.repeat(WIDTH - full)} ${String(Math.floor(bounded * 100)).padStart(3)} %`
}

import { type Finding, ok, warn } from './check.ts'

/** Waits and windows are safe far beyond it; people who compare times in logs are not. */
const mostMs = 2_000

/**
 * @param aheadMs how far the other clock is ahead of this machine's; negative: behind.
 * @param unsureMs how far that may be off.
 */
export function clockFinding(whose: string, aheadMs: number, unsureMs: number): Finding {
  const distance = Math.abs(aheadMs)
  const seconds = (distance / 1000).toFixed(1)
  if (distance <= mostMs + unsureMs) return ok(`${whose} clock and this machine's are within ${seconds} s`)
  const side = aheadMs > 0 ? 'ahead of' : 'behind'
  return warn(`${whose} clock is ${seconds} s ${side} this machine's`, 'let both follow a time server (NTP)')
}

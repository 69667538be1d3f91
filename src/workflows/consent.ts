import { queued, withoutConfirmations } from './resync-queue.ts'
import { type AccountState, refuse } from './state.ts'

/** Deletions that were confirmed under one key are not confirmed under another: it may be another company's. */
export function forgetOtherKeysConsent(state: AccountState, keyVersion: number, now: number): void {
  const isAnother = state.keyVersion !== null && state.keyVersion !== keyVersion
  state.keyVersion = keyVersion
  if (!isAnother) return
  const waiting = queued(state.queue).flatMap(({ confirmedModels }) => confirmedModels)
  const confirmed = [...waiting, ...(state.run?.confirmedModels ?? [])]
  if (confirmed.length === 0) return
  state.queue = withoutConfirmations(state.queue)
  if (state.run !== null) state.run.confirmedModels = []
  const why = `confirmDeletions: ${confirmed.join(', ')}: the key is another one since; confirm again what is still held back`
  refuse(state, 'resync', why, now)
}

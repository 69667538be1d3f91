import { setCurrentDetails, upsertMemo, upsertSearchAttributes } from '@temporalio/workflow'
import type { Status } from './messages.ts'
import { accountAttribute, stateAttribute } from './search-attributes.ts'
import { toMarkdown } from './status.ts'

/**
 * The status where people look: in the Web UI's current details, and in search attributes where the server has them.
 * Each Temporal run shows its account from its first task on: what a person gave at the start (the static summary) is
 * the first run's alone.
 */
export class ShownStatus {
  /** Unknown until the account is loaded; a server that does not know them would block the workflow. */
  hasSearchAttributes = false
  /** The state under which the account is found. */
  #found: Status['state'] | null = null

  constructor(account: string) {
    upsertMemo({ account })
  }

  show(status: Status): void {
    setCurrentDetails(toMarkdown(status))
    if (!this.hasSearchAttributes || status.state === this.#found) return
    this.#found = status.state
    upsertSearchAttributes([
      { key: accountAttribute, value: status.account },
      { key: stateAttribute, value: status.state },
    ])
  }
}

import { UserError } from '../errors.ts'
import { looksLikeKey } from './key-like.ts'

const ACCOUNT_NAME = /^[a-z0-9][a-z0-9_-]{0,62}$/

/** @throws UserError if the text cannot be an account's name; it is repeated only if it cannot be a key. */
export function checkAccountName(text: string): string {
  if (ACCOUNT_NAME.test(text)) return text
  const given = looksLikeKey(text) || text.length > 63 ? 'The name given' : JSON.stringify(text)
  throw new UserError(
    `${given} cannot be an account's name: 1 to 63 characters of a-z, 0-9, _ and -, the first a letter or digit`,
  )
}

/** Id of the account's workflow: one workflow an account, for its whole life. */
export function workflowIdOf(account: string): string {
  return `gem-account-${account}`
}

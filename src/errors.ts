/**
 * What went wrong, named by what to do about it. Whoever throws decides the remedy; whoever catches only
 * carries it out. Messages name the requirement and the place, never a record's values or a key.
 */

/** The call may succeed when it is made again. */
export class TryAgainError extends Error {
  override readonly name = 'TryAgainError'
  readonly smallerPage: SmallerPage
  /** Where the list cannot be read on, though every call is answered; null for all other failures. */
  readonly deadEnd: DeadEnd | null
  /** Rows that the failing page was asked for; null unless a list's own page failed. */
  readonly perPage: number | null
  /** How far the slice came before it failed; null outside of slices. */
  readonly slice: FailedSlice | null

  constructor(message: string, options: TryAgainOptions = {}) {
    super(message, { cause: options.cause })
    this.smallerPage = options.smallerPage ?? 'no'
    this.deadEnd = options.deadEnd ?? null
    this.perPage = options.perPage ?? null
    this.slice = options.slice ?? null
  }

  /** The same failure, and where it happened. */
  at(where: Pick<TryAgainOptions, 'perPage' | 'slice'>): TryAgainError {
    return new TryAgainError(this.message, { ...this, ...where })
  }
}

/** Whether a smaller page may come through: worth trying at once, once the same place fails again, or not at all. */
export type SmallerPage = 'at once' | 'if repeated' | 'no'

interface TryAgainOptions {
  readonly smallerPage?: SmallerPage
  readonly deadEnd?: DeadEnd | null
  readonly perPage?: number | null
  readonly slice?: FailedSlice | null
  readonly cause?: unknown
}

/** What a slice came to before it failed. */
export interface FailedSlice {
  /** It has moved the cursor beyond where the list failed before. */
  readonly progressed: boolean
  /** Gem has answered one of its calls well. */
  readonly answered: boolean
}

/** A place at which a list shows what it has shown before, or should have ended long ago. */
export interface DeadEnd {
  readonly page: number
  readonly perPage: number
  /** The earlier page that it shows again; null: the list has no end. */
  readonly sameAs: number | null
  /** Shown before it. */
  readonly rows: number
}

/** Gem asked for a pause: nothing is wrong, but no call may be made for a while. */
export class WaitError extends Error {
  override readonly name = 'WaitError'
  /** `throttled`: too many requests a second. `quota`: the plan's allowance is used up. */
  readonly reason: 'throttled' | 'quota'
  /** When Gem said that it will answer again; null if it did not say. */
  readonly until: Date | null

  constructor(message: string, reason: 'throttled' | 'quota', until: Date | null) {
    super(message)
    this.reason = reason
    this.until = until
  }
}

/** A call was not made: the account waits since Gem has refused another one. */
export class BlockedError extends Error {
  override readonly name = 'BlockedError'
}

/** Gem refuses the key (401, 403): no call of this kind can succeed until a person changes something. */
export class CredentialsRefusedError extends Error {
  override readonly name = 'CredentialsRefusedError'
}

/** The key works, but shows another company's data: nothing may be written until a person changes something. */
export class OtherTeamError extends Error {
  override readonly name = 'OtherTeamError'
}

/** This call can never succeed as it is (400, 404, 413, 422, no such route): its stream fails, others go on. */
export class RequestRefusedError extends Error {
  override readonly name = 'RequestRefusedError'
  readonly status: number

  constructor(message: string, status: number) {
    super(message)
    this.status = status
  }
}

/** An account's stored settings or keys cannot be used: no call can be made for it until a person changes something. */
export class UnusableAccountError extends Error {
  override readonly name = 'UnusableAccountError'
  readonly what: 'settings' | 'keys'

  constructor(message: string, what: 'settings' | 'keys') {
    super(message)
    this.what = what
  }
}

/** A newer attempt has taken over this stream (or the account is gone): stop at once, write nothing. */
export class FencedError extends Error {
  override readonly name = 'FencedError'
}

/** What a person gave is wrong; the message says what, where, and what would be right. Shown without a stack. */
export class UserError extends Error {
  override readonly name = 'UserError'
}

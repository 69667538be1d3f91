/** Digits before and after the point that PostgreSQL's numeric holds, and with it jsonb. */
const MAX_BEFORE = 131_072
const MAX_AFTER = 16_383

/**
 * Digits that exponents of one record's numbers may add when PostgreSQL prints them: it has no exponents. Some hundred
 * thousand of `1e1000` would make a row that it can store, and never print.
 */
const MAX_ADDED = 1_000_000

/** Whether PostgreSQL can store and print the numbers of a record, told of one after the other. */
export class NumberDigits {
  #added = 0
  /** Null: it can. */
  problem: string | null = null

  /** @returns whether this number can be stored beside those before it. */
  take(number: string): boolean {
    const { before, after } = digitsOf(number)
    if (before > MAX_BEFORE || after > MAX_AFTER) {
      this.problem = 'a number has more digits than PostgreSQL can store'
      return false
    }
    // What is left out adds nothing: the numbers behind it are kept.
    const added = this.#added + Math.max(0, before + after - number.length)
    if (added > MAX_ADDED) {
      this.problem ??= 'its numbers have more digits than it may take to print them'
      return false
    }
    this.#added = added
    return true
  }
}

/** How many digits a JSON number has on either side of the point once its exponent is written out. */
function digitsOf(number: string): { before: number; after: number } {
  const [, whole = '', fraction = '', exponent = '0'] =
    /^-?(\d+)(?:\.(\d+))?(?:e([+-]?\d+))?$/i.exec(number) ?? []
  const power = Number(exponent)
  return { before: Math.max(1, whole.length + power), after: Math.max(0, fraction.length - power) }
}

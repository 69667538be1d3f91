import type { JsonText } from '../json.ts'

/** A record where it lies in the body that it came in: it need not be written anew to be digested and stored. */
export interface RecordText extends JsonText {
  /** The list of records that are embedded in this one; null: the record has no such member. */
  readonly embedded: EmbeddedText | null
  /** Files, whose signed URLs differ at each read; null: the record has no such member. */
  readonly attachments: MemberText | null
}

/** A member of a record: its name, its value, and the comma behind them if there is one. */
export type MemberText = Span

interface Span {
  readonly start: number
  readonly end: number
}

export interface EmbeddedText extends MemberText {
  readonly records: readonly RecordText[]
}

/**
 * Where the records of a page lie. Valid JSON is divided as `JSON.parse` reads it; of other text, what stands between
 * the records is checked here, and the records are for `JSON.parse` to refuse.
 *
 * @param body UTF-8
 * @param embeds name of the member that holds embedded records, in models that have one
 * @returns null where the text cannot be taken as it is: it is not an array of objects, or it may hold what PostgreSQL
 *   refuses (U+0000, lone surrogates), numbers that a double cannot hold, or values that lie deep.
 */
export function readRecordTexts(body: Buffer, embeds: string | undefined): readonly RecordText[] | null {
  return new PageText(body, embeds).read()
}

/** A record's text but for some of its members. */
export interface PartialText extends JsonText {
  /** In the order of the text. */
  readonly without: readonly MemberText[]
}

export function textWithout(
  { bytes, start, end }: JsonText,
  members: readonly (MemberText | null)[],
): PartialText {
  const without = members.filter((member) => member !== null)
  return { bytes, start, end, without: without.sort((one, other) => one.start - other.start) }
}

/** Writes the text, which takes no more than `end - start` bytes. @returns how many it takes */
export function copyText(
  { bytes, start, end, without }: PartialText,
  target: Buffer,
  targetStart: number,
): number {
  let at = targetStart
  let from = start
  for (const member of without) {
    at += bytes.copy(target, at, from, member.start)
    from = member.end
  }
  // The comma before a last member has nothing to divide once that is gone.
  if (without.length > 0 && bytes[from] === CLOSE_OBJECT && target[at - 1] === COMMA) at--
  return at + bytes.copy(target, at, from, end) - targetStart
}

/** Deeper values get a second look (`sanitise`); Gem nests about 8. */
const USUAL_DEPTH = 90
/** Numbers that are no longer, sign and point included, are doubles. */
const USUAL_DIGITS = 15

const attachmentsName = Buffer.from('attachments')
const none: readonly RecordText[] = []

/** Its methods pass over a part of the text, and tell by null or false that it cannot be taken as it is. */
class PageText {
  readonly #body: Buffer
  readonly #embedsName: Buffer | null
  #at = 0

  constructor(body: Buffer, embeds: string | undefined) {
    this.#body = body
    this.#embedsName = embeds === undefined ? null : Buffer.from(embeds)
  }

  read(): readonly RecordText[] | null {
    const records = this.#list(this.#embedsName)
    this.#skipSpace()
    return this.#at === this.#body.length ? records : null
  }

  #list(embedsName: Buffer | null): readonly RecordText[] | null {
    if (!this.#take(OPEN_LIST)) return null
    const records: RecordText[] = []
    if (this.#take(CLOSE_LIST)) return records
    do {
      const record = this.#record(embedsName)
      if (record === null) return null
      records.push(record)
    } while (this.#take(COMMA))
    return this.#take(CLOSE_LIST) ? records : null
  }

  #record(embedsName: Buffer | null): RecordText | null {
    if (!this.#take(OPEN_OBJECT)) return null
    const start = this.#at - 1
    let embedded: EmbeddedText | null = null
    let attachments: MemberText | null = null
    let goesOn = !this.#isNext(CLOSE_OBJECT)
    while (goesOn) {
      const memberStart = this.#at
      const name = this.#name()
      if (name === null) return null
      const holdsRecords = embedsName !== null && this.#isText(name, embedsName)
      const records = holdsRecords ? this.#embeddedRecords() : this.#skipValue() ? none : null
      if (records === null) return null
      goesOn = this.#take(COMMA)
      const member = { start: memberStart, end: this.#at }
      if (holdsRecords) {
        if (embedded !== null) return null
        embedded = { ...member, records }
      } else if (this.#isText(name, attachmentsName)) {
        if (attachments !== null) return null
        attachments = member
      }
    }
    if (!this.#take(CLOSE_OBJECT)) return null
    return { bytes: this.#body, start, end: this.#at, embedded, attachments }
  }

  /** Gem sends a list, or null. */
  #embeddedRecords(): readonly RecordText[] | null {
    if (this.#isNext(OPEN_LIST)) return this.#list(null)
    return this.#isNext(NULL_BEGINS) && this.#skipValue() ? none : null
  }

  /** A member's name with its colon. Where it is written with escapes, another name may be meant. */
  #name(): Span | null {
    if (!this.#isNext(QUOTE)) return null
    const start = this.#at + 1
    let end = start
    for (let byte = this.#body[end]; byte !== QUOTE; byte = this.#body[++end])
      if (byte === undefined || byte === BACKSLASH) return null
    this.#at = end + 1
    return this.#take(COLON) ? { start, end } : null
  }

  #isText({ start, end }: Span, text: Buffer): boolean {
    return end - start === text.length && text.compare(this.#body, start, end) === 0
  }

  #skipValue(): boolean {
    this.#skipSpace()
    const body = this.#body
    let at = this.#at
    let depth = 0
    do {
      const byte = body[at]
      if (byte === QUOTE) at = endOfString(body, at)
      else if (isNumeral(byte)) at = endOfNumber(body, at)
      else if (isLetter(byte)) at = endOfLetters(body, at)
      else {
        if (byte === OPEN_LIST || byte === OPEN_OBJECT) depth++
        else if (byte === CLOSE_LIST || byte === CLOSE_OBJECT) depth--
        // Between values, any byte will do: it is for `JSON.parse` to look at.
        else if (depth === 0 || byte === undefined) return false
        at++
      }
      if (at === odd || depth > USUAL_DEPTH) return false
    } while (depth > 0)
    this.#at = at
    return depth === 0
  }

  #take(byte: number): boolean {
    if (!this.#isNext(byte)) return false
    this.#at++
    return true
  }

  #isNext(byte: number): boolean {
    this.#skipSpace()
    return this.#body[this.#at] === byte
  }

  #skipSpace(): void {
    while (isSpace(this.#body[this.#at])) this.#at++
  }
}

/** In place of where a value ends: it cannot be taken as it is, or has no end. */
const odd = -1

function endOfString(body: Buffer, start: number): number {
  let at = start + 1
  for (let byte = body[at]; byte !== QUOTE; byte = body[at]) {
    if (byte === undefined) return odd
    if (byte === BACKSLASH) {
      if (body[at + 1] === LETTER_U && isNulOrSurrogate(body, at + 2)) return odd
      at++
    }
    at++
  }
  return at + 1
}

/** Raw NULs are no JSON and UTF-8 has no surrogates: both can only come as escapes. @param at of four hexadecimal digits */
function isNulOrSurrogate(body: Buffer, at: number): boolean {
  const code = Number.parseInt(body.toString('latin1', at, at + 4), 16)
  return !(code > 0 && code < 0xd800) && !(code > 0xdfff)
}

function endOfNumber(body: Buffer, start: number): number {
  let at = start
  while (isNumeral(body[at])) at++
  return isLetter(body[at]) || at - start > USUAL_DIGITS ? odd : at
}

function endOfLetters(body: Buffer, start: number): number {
  let at = start
  while (isLetter(body[at])) at++
  return at
}

type Byte = number | undefined

const isNumeral = (byte: Byte) =>
  byte !== undefined && ((byte >= 0x30 && byte <= 0x39) || byte === 0x2d || byte === 0x2e)
const isLetter = (byte: Byte) => byte !== undefined && (byte | 0x20) >= 0x61 && (byte | 0x20) <= 0x7a
const isSpace = (byte: Byte) => byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09

const QUOTE = 0x22
const COMMA = 0x2c
const COLON = 0x3a
const OPEN_LIST = 0x5b
const BACKSLASH = 0x5c
const CLOSE_LIST = 0x5d
const LETTER_U = 0x75
const NULL_BEGINS = 0x6e
const OPEN_OBJECT = 0x7b
const CLOSE_OBJECT = 0x7d

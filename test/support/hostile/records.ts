import fc from 'fast-check'
import { isJsonObject, type JsonObject } from '../../../src/json.ts'
import { type StreamName, streamNames, streams } from '../../../src/streams.ts'
import { anyJson, anyRecord } from '../../mappers/arbitrary-json.ts'
import { gemKinds } from '../../mappers/gem-kinds.ts'
import { hostileKeys, hostileValue, type JsonText, worstFor } from './fragments.ts'
import { idsOf, type Lists } from './worlds.ts'

/** One element of a list, as it stands in the body. */
export interface HostileRecord {
  readonly stream: StreamName
  readonly text: JsonText
  /** It has the id of a good record, which comes after it on the page, and so counts. */
  readonly isTwin: boolean
}

/** A record that Gem should never send, of any stream. */
export function hostileRecords(lists: { victims: Lists; neighbours: Lists }): fc.Arbitrary<HostileRecord> {
  return fc.oneof(...streamNames.map((stream) => hostileRecord(stream, lists)))
}

function hostileRecord(
  stream: StreamName,
  { victims, neighbours }: { victims: Lists; neighbours: Lists },
): fc.Arbitrary<HostileRecord> {
  const ids = idsOf(victims)
  const others = streamNames.filter((name) => name !== stream).flatMap((name) => victims[name])
  const stranger = fc.constantFrom(...others).map((record) => JSON.stringify(record))
  const random = anyRecord(streams[stream].model).map((record) => JSON.stringify(record))
  const mutant = fc
    .tuple(fc.constantFrom(...victims[stream]), fc.option(fc.nat(), { freq: 12 }))
    .chain(([record, number]) =>
      // An id of its own makes it a row of its own; some keep theirs, so that a page has ids twice.
      mutation(stream, number === null ? record : { ...record, id: `${record.id} ${number}` }, ids),
    )
  const record = fc.oneof(
    { weight: 24, arbitrary: mutant },
    { weight: 4, arbitrary: random },
    { weight: 2, arbitrary: anyJson.map((value) => JSON.stringify(value)) },
    { weight: 1, arbitrary: stranger },
  )
  return fc.oneof(
    { weight: 12, arbitrary: record.map((text) => ({ stream, text, isTwin: false })) },
    { weight: 1, arbitrary: twin(stream, neighbours[stream], ids) },
  )
}

function twin(
  stream: StreamName,
  neighbours: readonly JsonObject[],
  ids: readonly string[],
): fc.Arbitrary<HostileRecord> {
  return (
    fc
      .constantFrom(...neighbours)
      .chain((neighbour) => {
        // Copies of applications that it embeds are records of their own, of which the newest counts.
        const { applications: _, ...own } = neighbour
        return mutation(stream, own, ids).map((text) => ({ text, isTwin: isOnly(text, neighbour) }))
      })
      // One with another id would refer to good records, whose rows rightly follow it.
      .map(({ text, isTwin }) => ({ stream, text: isTwin ? text : 'null', isTwin }))
  )
}

function isOnly(text: JsonText, { id }: JsonObject): boolean {
  const record: unknown = JSON.parse(text)
  return isJsonObject(record) && record.id === id && !Object.hasOwn(record, 'applications')
}

type Path = readonly (string | number)[]

/** A record that is changed in one place: a value replaced, left out, doubled or joined by another. */
function mutation(stream: StreamName, record: JsonObject, ids: readonly string[]): fc.Arbitrary<JsonText> {
  const anything = hostileValue(ids)
  const anyKey = fc.constantFrom(...hostileKeys, ...Object.keys(record))
  // The field first: a large one, such as the embedded applications, is worth no more than another.
  const place = fc
    .constantFrom(...fieldsOf(stream, record))
    .chain((field) => fc.constantFrom(...placesIn({ [field]: record[field] }, [])))
  return place.chain(({ path, value }) => {
    const worst = worstFor(value, String(path.findLast((key) => typeof key === 'string')))
    const random = fc
      .tuple(fc.constantFrom(...changes), anyKey, anything)
      .map(([change, key, other]) => change(record, path, other, key))
    if (worst.length === 0) return random
    return fc.oneof(
      random,
      fc.constantFrom(...worst).map((other) => replace(record, path, other, '')),
    )
  })
}

/** Mapped fields stand in it twice, and those with something inside, which are few, several times. */
function fieldsOf(stream: StreamName, record: JsonObject): string[] {
  const mapped = Object.keys(gemKinds[streams[stream].model])
  return Object.keys(record).flatMap((field) => {
    if (!mapped.includes(field)) return field
    return Array(placesIn(record[field], []).length > 0 ? 5 : 2).fill(field)
  })
}

interface Place {
  readonly path: Path
  readonly value: unknown
}

function placesIn(value: unknown, path: Path): Place[] {
  if (typeof value !== 'object' || value === null) return []
  const entries: [string | number, unknown][] = Array.isArray(value)
    ? [...value.entries()]
    : Object.entries(value)
  return entries.flatMap(([key, inner]) => {
    const here = [...path, key]
    return [{ path: here, value: inner }, ...placesIn(inner, here)]
  })
}

type Change = (record: JsonObject, path: Path, value: JsonText, key: string) => JsonText

const replace: Change = (record, path, value) => write(record, path, () => value)

const changes: readonly Change[] = [
  ...[replace, replace, replace],
  // Left out.
  (record, path) => write(record, path, () => null),
  // In a list, or held by an object.
  (record, path, value) => write(record, path, (own) => `[${own},${value}]`),
  (record, path, value, key) => write(record, path, (own) => `{${JSON.stringify(key)}:${own},"x":${value}}`),
  // The key twice: the later value counts.
  (record, path, value) =>
    write(record, path, (own, name) => (name === null ? `${own},${value}` : `${own},${name}:${value}`)),
  // Another field or element beside it.
  (record, path, value, key) =>
    write(record, path, (own, name) =>
      name === null ? `${own},${own}` : `${own},${JSON.stringify(key)}:${value}`,
    ),
]

/**
 * The record as JSON, with another text in one place.
 *
 * @param text given the text there and its key (null in a list); null leaves it out.
 */
function write(
  value: unknown,
  path: Path,
  text: (own: JsonText, name: JsonText | null) => JsonText | null,
): JsonText {
  const [next, ...rest] = path
  const isList = Array.isArray(value)
  const parts = Object.entries(value as object).flatMap(([key, field]) => {
    const name = isList ? null : JSON.stringify(key)
    const own = JSON.stringify(field)
    const isHere = key === String(next)
    const written = !isHere ? own : rest.length > 0 ? write(field, rest, text) : text(own, name)
    if (written === null) return []
    return name === null ? written : `${name}:${written}`
  })
  return isList ? `[${parts.join(',')}]` : `{${parts.join(',')}}`
}

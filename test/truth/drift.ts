import fc from 'fast-check'
import type { GemObject, StreamName, World } from '../../src/embedded/simulated-gem/index.ts'
import type { Mirror } from './mirror.ts'

/** A change of the list that is being read, at a place in it (0 is its begin, 1 its end). */
export interface Move {
  readonly kind: 'insert' | 'update' | 'edit silently' | 'mark' | 'vanish'
  readonly at: number
}

/** What happens before the first page is made, before the second, and so on. */
export type Story = readonly (readonly Move[])[]

export const anyKind = ['insert', 'update', 'edit silently', 'mark', 'vanish'] as const

export function stories(kinds: readonly Move['kind'][] = anyKind): fc.Arbitrary<Story> {
  const move = fc.record({
    kind: fc.constantFrom(...kinds),
    at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  })
  return fc.array(fc.array(move, { maxLength: 3 }), { maxLength: 14 })
}

/** What of a list is true whatever order its pages were read in. */
export interface Witness {
  /** Records that Gem held without a mark from the first page on. */
  readonly steadfast: Set<string>
  /** Every form that a record had meanwhile. */
  readonly forms: Map<string, string[]>
}

/** Lets a story happen while the list's pages are fetched. */
export function tell({ gem }: Pick<Mirror, 'gem'>, stream: StreamName, story: Story): Witness {
  const { world } = gem
  const witness: Witness = { steadfast: new Set(aliveIds(world, stream)), forms: new Map() }
  for (const id of witness.steadfast) note(witness, world, stream, id)
  const moves = story.values()
  gem.faults.add({
    ...{ kind: 'drift', stream, target: 'list', times: 'always' },
    before: () => {
      for (const move of moves.next().value ?? []) happen(world, stream, move, witness)
    },
  })
  return witness
}

function happen(world: World, stream: StreamName, { kind, at }: Move, witness: Witness): void {
  const ids = aliveIds(world, stream)
  const id = ids[Math.floor(at * ids.length)]
  if (kind === 'insert') {
    world.create(stream)
    return
  }
  if (id === undefined) return
  const fields = { name: `form ${at}`, title: `form ${at}` }
  if (kind === 'update') world.update(stream, id, fields)
  if (kind === 'edit silently') world.update(stream, id, fields, { silent: true })
  if (kind === 'mark') world.delete(stream, id)
  if (kind === 'vanish') world.vanish(stream, id)
  if (kind === 'mark' || kind === 'vanish') witness.steadfast.delete(id)
  else note(witness, world, stream, id)
}

function note({ forms }: Witness, world: World, stream: StreamName, id: string): void {
  forms.set(id, [...(forms.get(id) ?? []), formOf(world.get(stream, id))])
}

/** A record's content as text, without what is not kept of it. */
export function formOf(record: unknown): string {
  const { applications: _, ...fields } = record as GemObject
  return JSON.stringify(
    Object.entries(fields).sort(([one], [other]) => (one < other ? -1 : 1)),
    sortKeys,
  )
}

const sortKeys = (_key: string, value: unknown) =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
    ? Object.fromEntries(Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1)))
    : value

export const aliveIds = (world: World, stream: StreamName): string[] =>
  [...world.objects(stream)]
    .filter((object) => (object as GemObject).deleted_at == null)
    .map((object) => String((object as GemObject).id))

/** Rows that are marked as deleted although Gem holds them without a mark. */
export async function falselyDeleted({ gem, pool, account }: Mirror, table: string, stream: StreamName) {
  const { rows } = await pool.query<{ remote_id: string }>(
    `select remote_id from ats.${table} where account = $1 and remote_deleted_at is not null`,
    [account],
  )
  const alive = new Set(aliveIds(gem.world, stream))
  return rows.map((row) => row.remote_id).filter((id) => alive.has(id))
}

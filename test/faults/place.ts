import assert from 'node:assert/strict'
import type { GemObject, StreamName } from '../../src/embedded/simulated-gem/index.ts'
import { type MainTable, streams } from '../../src/streams.ts'
import { differences } from '../support/oracle/differences.ts'
import { expectedTables, type Tables } from '../support/oracle/index.ts'
import { readTables } from '../support/oracle/read-tables.ts'
import { type JoinTable, joinTableNames, joinTables, type Row } from '../support/oracle/types.ts'
import { everything } from '../truth/deltas.ts'
import type { Mirror, MirrorDatabase } from '../truth/mirror.ts'
import { unmarked } from '../truth/rows.ts'

export type Mode = 'full' | 'delta'

/** Small enough to be read in no time, large enough for every list to have pages. */
const perPage = 4
const changedRows = perPage + 2
const fewRows = 14
const manyRows = 24
const mostRows = 300

/** An account that is mirrored, and one of its lists, with which something will go wrong. */
export class Place {
  readonly mirror: Mirror
  readonly stream: StreamName
  readonly mode: Mode
  #round = 0
  #newcomer: string | null = null

  private constructor(mirror: Mirror, stream: StreamName, mode: Mode) {
    this.mirror = mirror
    this.stream = stream
    this.mode = mode
  }

  static async open(mirrors: MirrorDatabase, stream: StreamName, mode: Mode): Promise<Place> {
    const deletions = { maxShare: 0.3, minRows: 1000 }
    const mirror = await mirrors.mirror({ candidates: fewRows, settings: { mostRows, deletions } })
    const { world } = mirror.gem
    world.replaceAll('job_stages', [...world.objects('job_stages')].slice(0, fewRows))
    const place = new Place(mirror, stream, mode)
    place.exchange()
    assert.equal((await mirror.sync()).state, 'SUCCEEDED')
    await place.assertWhole()
    mirror.settings = { ...mirror.settings, maxPerPage: perPage }
    return place
  }

  get table(): MainTable {
    return streams[this.stream].model
  }

  /** Changes rows that the next sync of this mode has to bring, on more than one page. */
  change(): void {
    const { world } = this.mirror.gem
    const round = this.#round++
    const ids = unmarked(world, this.stream)
    for (let index = 0; index < Math.min(changedRows, ids.length); index++) {
      const id = ids[(round * changedRows + index) % ids.length] ?? ''
      // It moves the times of applications too, and no other list has such a field.
      world.update(this.stream, id, { rejection_reason: { id: 'fault', name: `Round ${round}` } })
    }
  }

  /** Somebody comes; in a full sync the one who came before is gone without a mark. */
  exchange(): void {
    const { world } = this.mirror.gem
    if (this.mode === 'full' && this.#newcomer !== null) world.vanish(this.stream, this.#newcomer)
    this.#newcomer = null
    if (world.count(this.stream) >= manyRows) return
    const id = `newcomer-${this.#round}`
    this.#newcomer = world.create(this.stream, { ...apart[this.stream], id })
  }

  async watermark(): Promise<Date | null> {
    const { rows } = await this.mirror.pool.query(
      'select watermark from sync.checkpoints where account = $1 and stream = $2',
      [this.mirror.account, this.stream],
    )
    return rows[0]?.watermark ?? null
  }

  /** Whatever Gem holds stands in the tables as it is; whatever it does not hold is marked, after a full sync. */
  async assertWhole(): Promise<void> {
    const { pool, account, gem } = this.mirror
    const settings = { jobBoard: null, integrationFields: [] }
    const expected = expectedTables(everything(gem.world), { account, settings })
    const actual = await readTables(pool, account)
    const strangers = takeStrangers(actual, expected, this.table)
    assert.deepEqual(differences({ ...expected, rejected: [] }, { ...actual, rejected: [] }), [])
    for (const row of strangers) {
      assert.match(String(row.remote_id), /^(newcomer|endless)-/)
      if (this.mode === 'full') assert.notEqual(row.remote_deleted_at, null, String(row.remote_id))
    }
  }

  /** Rows that are marked as deleted although Gem holds them without a mark. */
  async assertNoneFalselyDeleted(): Promise<void> {
    const { pool, account, gem } = this.mirror
    const { rows } = await pool.query<{ remote_id: string }>(
      `select remote_id from ats.${this.table} where account = $1 and remote_deleted_at is not null`,
      [account],
    )
    const alive = new Set(unmarked(gem.world, this.stream))
    assert.deepEqual(
      rows.map((row) => row.remote_id).filter((id) => alive.has(id)),
      [],
    )
  }
}

/** New objects are copies of others. Those of other lists must not change by them, since only this one is read again. */
const apart: Partial<Record<StreamName, GemObject>> = {
  // Gem would not plan one interview at two places.
  job_stages: { interviews: [] },
  applications: { candidate_id: null },
}

/** Takes rows out that Gem does not hold, with their pairs: those that are gone, and those that a fault made up. */
function takeStrangers(actual: Tables, expected: Tables, table: MainTable): Row[] {
  const strangers: Row[] = []
  for (const [id, row] of actual[table]) {
    if (expected[table].has(id)) continue
    strangers.push(row)
    actual[table].delete(id)
  }
  const ids = new Set(strangers.map((row) => row.id))
  for (const name of joinTableNames) {
    for (const [key, pair] of actual[name])
      if (parentsOf(name, pair).some((id) => ids.has(id))) actual[name].delete(key)
  }
  return strangers
}

const parentsOf = (name: JoinTable, pair: Row) => joinTables[name].map(([column]) => pair[column])

import { after, before, describe, test } from 'node:test'
import { type StreamName, streamNames } from '../../src/streams.ts'
import { type MirrorDatabase, openMirrors } from '../truth/mirror.ts'
import type { FaultCase } from './cases/fault-case.ts'
import { type Mode, Place } from './place.ts'
import { runCase } from './run-case.ts'

export interface Cell {
  readonly fault: FaultCase
  readonly stream: StreamName
  readonly mode: Mode
}

/** Every fault with every list, in a full sync and in a delta. */
export function allCells(faults: readonly FaultCase[]): Cell[] {
  return (['full', 'delta'] as const)
    .flatMap((mode) => streamNames.flatMap((stream) => faults.map((fault) => ({ fault, stream, mode }))))
    .filter(({ fault, mode }) => mode === 'full' || !fault.looks)
}

/** Every fault with one list, and every list with some faults. */
export function someCells(faults: readonly FaultCase[]): Cell[] {
  return faults.map((fault, index) => {
    const [stream, mode] = corners[index % corners.length] ?? corners[0]
    return fault.looks ? { fault, stream: 'users', mode: 'full' } : { fault, stream, mode }
  })
}

const corners = [
  ['users', 'full'],
  ['candidates', 'delta'],
  ['job_stages', 'full'],
  ['applications', 'delta'],
  ['jobs', 'full'],
  ['scheduled_interviews', 'delta'],
  ['job_posts', 'delta'],
] as const

/** A test a cell, and how many of them ended as they should. */
export function testCells(title: string, cells: readonly Cell[]): void {
  describe(title, () => {
    let mirrors: MirrorDatabase
    const places = new Map<string, Place>()
    let good = 0
    before(async () => {
      mirrors = await openMirrors()
    })
    after(async () => {
      await mirrors[Symbol.asyncDispose]()
      console.log(`${title}: ${good} of ${cells.length} ended as they should`)
    })

    for (const { fault, stream, mode } of cells) {
      test(`${stream}, ${mode}: ${fault.name}`, async () => {
        const key = `${stream} ${mode}`
        const place = places.get(key) ?? (await Place.open(mirrors, stream, mode))
        // What a failed case leaves behind is no place for the next one.
        places.delete(key)
        await runCase(place, fault)
        places.set(key, place)
        good++
      })
    }
  })
}

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import {
  describeShortfall,
  firstPass,
  isTotalWrong,
  judgePass,
  type PageTold,
  passAfter,
  type ShortRuns,
  withPage,
  withShortRun,
} from '../../src/gem/completeness.ts'

const page = (count: number, total: number | null, unreadable = 0): PageTold => ({ count, unreadable, total })
const tally = (pages: readonly PageTold[]) => pages.reduce(withPage, firstPass)

describe('a pass', () => {
  const cases: readonly [string, readonly PageTold[], number, string][] = [
    ['that was told nothing', [page(10, null), page(5, null)], 15, 'unknown'],
    ['that shows as many as announced', [page(10, 15), page(5, 15)], 15, 'whole'],
    ['that shows more than announced', [page(10, 12), page(5, 12)], 15, 'whole'],
    ['that shows fewer', [page(10, 15), page(4, 15)], 14, 'short'],
    ['whose rows repeat', [page(10, 15), page(5, 15)], 12, 'short'],
    ['with records without a readable id', [page(10, 15, 2), page(5, 15, 1)], 12, 'whole'],
    ['whose list grew meanwhile', [page(10, 15), page(5, 20)], 15, 'whole'],
    ['whose list shrank meanwhile', [page(10, 15), page(4, 14)], 14, 'whole'],
    ['whose end announces less than its last rows', [page(10, 15), page(4, 15), page(0, 14)], 14, 'short'],
    ['that is told on its first page alone', [page(10, 15), page(4, null)], 14, 'short'],
    ['that is told on its last page alone', [page(10, null), page(4, 15)], 14, 'short'],
    ['that is told on a page in between', [page(10, null), page(10, 25), page(4, null)], 24, 'short'],
    ['of a list that is empty', [page(0, 0)], 0, 'whole'],
    ['of which nothing comes', [page(0, 15)], 0, 'short'],
  ]
  for (const [name, pages, distinctIds, kind] of cases) {
    test(`${name} is ${kind}`, () => {
      assert.equal(judgePass(tally(pages), distinctIds, null).kind, kind)
    })
  }

  test('that is told nothing is judged by what the pass before it was told', () => {
    assert.equal(judgePass(tally([page(10, null)]), 10, 15).kind, 'short')
    assert.equal(judgePass(tally([page(10, 10)]), 10, 15).kind, 'whole')
  })

  test('begins anew for a step that is read again', () => {
    assert.deepEqual(passAfter(tally([page(10, 15, 2)])), { ...firstPass, number: 1 })
  })

  test('says in numbers what is missing', () => {
    assert.equal(
      describeShortfall({ announced: 35, returned: 20 }),
      'Gem announced 35 records and returned 20',
    )
  })
})

describe('a total', () => {
  const shortfall = { announced: 35, returned: 20 }
  const shortAt = (times: readonly string[]) =>
    times.reduce<ShortRuns | null>(
      (before, time) => withShortRun(before, `2026-11-23T${time}:00.000Z`, shortfall),
      null,
    )

  test('is wrong after three runs, each an hour or more after the one before', () => {
    assert.equal(isTotalWrong(null), false)
    assert.equal(isTotalWrong(shortAt(['10:00', '11:00'])), false)
    assert.equal(isTotalWrong(shortAt(['10:00', '11:00', '12:00'])), true)
  })

  test('is not by runs that follow each other more quickly', () => {
    assert.equal(isTotalWrong(shortAt(['10:00', '10:20', '10:40', '10:59'])), false)
    assert.equal(isTotalWrong(shortAt(['10:00', '10:30', '11:00', '11:30', '12:00'])), true)
    assert.equal(isTotalWrong(shortAt(['10:00', '10:59', '11:58'])), false)
  })
})

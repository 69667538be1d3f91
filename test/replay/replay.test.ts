import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { describe, test } from 'node:test'
import { historyFromJSON } from '@temporalio/common/lib/proto-utils.js'
import { Worker } from '@temporalio/worker'
import { workflowBundle } from '../support/product.ts'
import { scenarios } from './scenarios.ts'

const folder = new URL('./histories/', import.meta.url)
const names = readdirSync(folder).map((file) => file.replace('.json', ''))

describe('recorded histories', () => {
  test('cover every scenario', () => {
    const expected = [...scenarios.map(({ name }) => name), 'continue-as-new', 'continued']
    assert.deepEqual(names.toSorted(), expected.toSorted())
  })

  for (const name of names) {
    test(`replay with the present code: ${name}`, async () => {
      const json: unknown = JSON.parse(readFileSync(new URL(`${name}.json`, folder), 'utf8'))
      const history = historyFromJSON(json)
      const started = history.events?.[0]?.workflowExecutionStartedEventAttributes
      await Worker.runReplayHistory(
        { workflowBundle: await workflowBundle(), replayName: name },
        history,
        started?.workflowId ?? undefined,
      )
    })
  }
})

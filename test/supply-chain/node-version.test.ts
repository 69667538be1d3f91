/** Whatever Node is there, and whether npm may run scripts or not: one line says what is needed, and how to get it. */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { test } from 'node:test'
import { fileURLToPath } from 'node:url'
import manifest from '../../package.json' with { type: 'json' }

const root = fileURLToPath(new URL('../../', import.meta.url))

/** Runs a script of ours in a Node that says that it is another version. */
function runAs(version: string, args: readonly string[]): Promise<{ code: number; output: string }> {
  const pretend = `Object.defineProperty(process.versions, 'node', { value: '${version}' })`
  const preload = `data:text/javascript,${encodeURIComponent(pretend)}`
  return new Promise((resolve) => {
    execFile(process.execPath, ['--import', preload, ...args], { cwd: root }, (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: `${stdout}${stderr}` })
    })
  })
}

test('the command says in one line which Node is needed, and how to get it', async () => {
  for (const version of ['20.20.2', '22.0.0', '8.17.0']) {
    const { code, output } = await runAs(version, [manifest.bin['gem-ats-sync'], '--version'])
    assert.equal(code, 1)
    assert.match(
      output,
      new RegExp(`^error: gem-ats-sync needs Node 24 or newer, and this is ${version} \\(.*npm ci.*\\n$`),
    )
    assert.equal(output.split('\n').length, 2)
  }
})

test('the command runs on the Node that is needed, and on newer ones', async () => {
  for (const version of ['24.0.0', '26.1.0']) {
    const { code, output } = await runAs(version, [manifest.bin['gem-ats-sync'], '--version'])
    assert.deepEqual([code, output], [0, `${manifest.version}\n`])
  }
})

test('every npm script that runs Node looks first which it is', () => {
  const scripts = Object.entries(manifest.scripts).filter(([, script]) => /\bnode\b/.test(script))
  const unchecked = scripts.filter(
    ([, script]) => !/ --require \.\/bin\/check-node\.cjs |bin\/gem-ats-sync\.cjs/.test(script),
  )
  assert.deepEqual(unchecked, [])
})

test('npm scripts become what they run, so that signals reach it', () => {
  const scripts = Object.entries(manifest.scripts).filter(([, script]) => /\bnode\b/.test(script))
  assert.deepEqual(
    scripts.filter(([, script]) => !/^(\w+=\d+ )?exec node /.test(script)),
    [],
  )
})

test('what old versions of Node have to read is plain JavaScript', () => {
  for (const file of ['check-node.cjs', 'gem-ats-sync.cjs']) {
    const code = readFileSync(new URL(`../../bin/${file}`, import.meta.url), 'utf8')
    assert.doesNotMatch(code, /\?\.|\?\?|\bawait\b|\basync\b|\bclass\b|\.\.\.|^(import|export) /m, file)
  }
})

/** The demo's simulated Gem: the same account, on the same port, each time the demo runs on a data folder. */
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { EmbeddedEnvironment } from './environment.ts'
import { choosePort } from './ports.ts'
import { type SimulatedGem, startSimulatedGem } from './simulated-gem/index.ts'
import type { Progress } from './tool-cache.ts'

const SEED = 1
const USUAL_CANDIDATES = 1_000

interface Remembered {
  readonly port: number | undefined
  readonly candidates: number
}

/** @param candidates size of the account; undefined: as last time, or the usual size */
export async function startDemoGem(
  { dataDir, simulatedGemPort }: EmbeddedEnvironment,
  candidates: number | undefined,
  say: Progress,
): Promise<SimulatedGem> {
  const file = join(dataDir, 'simulated-gem.json')
  const last = recall(file)
  const port = await choosePort({
    service: 'the simulated Gem',
    variable: 'SIMULATED_GEM_PORT',
    wanted: simulatedGemPort,
    usual: last.port,
    say,
  })
  const size = candidates ?? last.candidates
  const gem = await startSimulatedGem({ port, seed: SEED, candidates: size, control: true })
  writeFileSync(file, JSON.stringify({ port, candidates: size } satisfies Remembered))
  return gem
}

function recall(file: string): Remembered {
  try {
    return JSON.parse(readFileSync(file, 'utf8')) as Remembered
  } catch {
    return { port: undefined, candidates: USUAL_CANDIDATES }
  }
}

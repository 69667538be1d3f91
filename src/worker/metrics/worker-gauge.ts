import type { WorkerParts } from '../readiness.ts'
import { gaugeText } from './gauge-text.ts'

/** Whether this worker takes tasks: cheap enough for each scrape, where `/readyz` asks PostgreSQL and Temporal. */
export function workerGauge({ worker, stopping }: WorkerParts): string {
  const value = worker?.getState() === 'RUNNING' && !stopping.aborted ? 1 : 0
  return gaugeText('gem_ats_sync_worker_running', 'Whether this worker takes tasks', [{ labels: '', value }])
}

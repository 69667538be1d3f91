import type { Logger } from 'pino'
import { reasonOf } from '../reason.ts'
import { gaugeText, label } from './gauge-text.ts'

/** Where a part of the answer comes from. It may fail, or have nothing to tell. */
export type Collector = () => Promise<string>

/**
 * One answer in Prometheus' text format out of several: a part that fails is left out, and said to be down.
 *
 * @param own what this process counts itself, which cannot fail.
 */
export async function scrape(
  own: Collector,
  collectors: Readonly<Record<string, Collector>>,
  log: Logger,
): Promise<string> {
  const parts = await Promise.all(
    Object.entries(collectors).map(async ([collector, collect]) => {
      try {
        return { collector, text: await collect(), up: 1 }
      } catch (error) {
        log.warn({ collector, why: reasonOf(error) }, 'a part of the metrics cannot be had')
        return { collector, text: '', up: 0 }
      }
    }),
  )
  const up = parts.map(({ collector, up }) => ({ labels: label('collector', collector), value: up }))
  const down = gaugeText('gem_ats_sync_collector_up', 'Whether a part of this answer could be had', up)
  return [await own(), down, ...parts.map(({ text }) => text)].map(endLine).join('')
}

const endLine = (text: string) => (text === '' || text.endsWith('\n') ? text : `${text}\n`)

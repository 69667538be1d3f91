export interface Sample {
  /** What stands between the braces: made by `label`. */
  readonly labels: string
  readonly value: number
}

/**
 * A gauge in Prometheus' text format. For the figures of all accounts: with 10,000 of them a registry would hold the
 * worker up several times as long at each scrape.
 */
export function gaugeText(name: string, help: string, samples: readonly Sample[]): string {
  const lines = samples.map(({ labels, value }) => `${name}{${labels}} ${value}\n`)
  return `# HELP ${name} ${help}\n# TYPE ${name} gauge\n${lines.join('')}`
}

/** `name="value"` */
export function label(name: string, value: string): string {
  return `${name}="${value.replace(/[\\"\n]/g, escaped)}"`
}

const escaped = (character: string) => (character === '\n' ? '\\n' : `\\${character}`)

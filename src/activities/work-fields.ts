/** What every line of the log says about the work that it belongs to. */
export interface WorkFields {
  readonly account?: string
  /** `sync.runs.id`, which is not Temporal's run id. */
  readonly run?: string
  readonly stream?: string
}

/** From an activity's input, which names what it is about by these words. */
export function workFields(input: unknown): WorkFields {
  if (typeof input !== 'object' || input === null) return {}
  const { account, runId, id, stream } = input as Record<string, unknown>
  const run = runId ?? id
  return {
    ...(typeof account === 'string' ? { account } : {}),
    ...(typeof run === 'string' ? { run } : {}),
    ...(typeof stream === 'string' ? { stream } : {}),
  }
}

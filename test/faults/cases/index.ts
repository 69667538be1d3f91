import { answers } from './answers.ts'
import { bodies } from './bodies.ts'
import { connections } from './connections.ts'
import type { FaultCase } from './fault-case.ts'
import { headers } from './headers.ts'
import { lists } from './lists.ts'

export const faultCases = { answers, bodies, connections, headers, lists } satisfies Record<
  string,
  readonly FaultCase[]
>

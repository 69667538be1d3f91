import { STATUS_CODES } from 'node:http'
import { z } from 'zod'

/**
 * The two forms of an error: the gateway's `{message}`, and the application's
 * `{code, status, message?, errors?: {place: {field: …}}}`.
 */
const errorSchema = z.object({
  code: z.int().optional().catch(undefined),
  status: z.string().optional().catch(undefined),
  message: z.string().optional().catch(undefined),
  errors: z.record(z.string(), z.unknown()).optional().catch(undefined),
})

export interface ErrorBody {
  /** Null in the gateway's form. */
  code: number | null
  message: string | null
  /** What may be shown: texts of a fixed list, since any other may quote what was asked for, or a person. */
  shownText: string | null
  /** Names that `errors` complains about; unchecked text of the server. */
  fields: string[]
}

const GATEWAY_TEXTS = [
  'Missing Authentication Token',
  'Limit Exceeded',
  'Request Too Long',
  'Internal server error',
  'Endpoint request timed out',
  'Network error communicating with endpoint',
]

const SHOWN_TEXTS = new Set(
  [...GATEWAY_TEXTS, ...Object.values(STATUS_CODES)].map((text) => text?.toLowerCase()),
)

/** Anything that is not JSON of either form (HTML, empty, cut) is a body that says nothing. */
export function readErrorBody(text: string): ErrorBody {
  const parsed = errorSchema.safeParse(parseOrNull(text))
  const { code, status, message, errors } = parsed.success ? parsed.data : {}
  return {
    code: code ?? null,
    message: message ?? null,
    shownText:
      [message, status].find((said) => said !== undefined && SHOWN_TEXTS.has(said.toLowerCase())) ?? null,
    fields: Object.values(errors ?? {}).flatMap((place) =>
      typeof place === 'object' && place !== null ? Object.keys(place) : [],
    ),
  }
}

function parseOrNull(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

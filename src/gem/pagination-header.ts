import { z } from 'zod'

const count = z.int().nonnegative()
const paginationSchema = z.object({ total: count, total_pages: count.nullish() })

/** `X-Pagination` holds JSON text; known of Gem's CRM API, not certain on ATS lists. Malformed is as good as absent. */
export function readPagination(
  text: string | undefined,
): { total: number; totalPages: number | null } | null {
  const parsed = paginationSchema.safeParse(parseOrNull(text))
  return parsed.success ? { total: parsed.data.total, totalPages: parsed.data.total_pages ?? null } : null
}

function parseOrNull(text: string | undefined): unknown {
  if (text === undefined) return null
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

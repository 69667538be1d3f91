/** `Date.parse` takes nearly anything (`"5"` is a day in 2001); HTTP dates have a weekday and end in GMT. */
const HTTP_DATE = /^[A-Z][a-z]+, .{9,22} GMT$/

export function readHttpDate(text: string | undefined): Date | null {
  if (text === undefined || !HTTP_DATE.test(text)) return null
  const date = new Date(text)
  return Number.isNaN(date.getTime()) ? null : date
}

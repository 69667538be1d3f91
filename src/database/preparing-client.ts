import { createHash } from 'node:crypto'
import pg from 'pg'

/**
 * A connection that prepares each statement with parameters: PostgreSQL parses it once a connection, not with each page,
 * and plans it anew only as long as that pays. Texts are few: they follow from the code, never from data.
 */
export class PreparingClient extends pg.Client {
  constructor(config?: string | pg.ClientConfig) {
    super(config)
    this.query = new Proxy(this.query, {
      apply: (query, client, args) => Reflect.apply(query, client, prepared(args)),
    })
  }
}

function prepared(args: readonly unknown[]): readonly unknown[] {
  const [text, values, ...others] = args
  if (typeof text !== 'string' || !Array.isArray(values) || values.length === 0) return args
  return [{ name: nameOf(text), text, values }, ...others]
}

/** PostgreSQL cuts names after 63 bytes, so the text itself cannot be the name. */
function nameOf(text: string): string {
  const known = names.get(text)
  if (known !== undefined) return known
  const name = createHash('sha256').update(text).digest('base64url')
  names.set(text, name)
  return name
}

const names = new Map<string, string>()

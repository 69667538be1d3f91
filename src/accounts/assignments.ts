import { isDeepStrictEqual } from 'node:util'
import { UserError } from '../errors.ts'
import { isSettingKey, type SettingKey, settingDeclarations } from './setting-declarations.ts'
import { checkSetting, unknownSetting } from './setting-value.ts'
import { flattenSettings, nestSettings, type StoredSettings, withoutKey } from './stored-settings.ts'

/**
 * Applies `key=value` texts, in their order, to stored settings. A value is JSON or plain text; nothing or `null`
 * brings the default back, and drops a stored key that this version does not know. What equals its default is not
 * stored.
 *
 * @example applyAssignments({}, ['rate.requestsPerSecond=15', 'jobBoard=acme'])
 * @throws UserError for an unknown key, a bad value, or a text that is no assignment (which is not repeated).
 */
export function applyAssignments(stored: unknown, assignments: readonly string[]): StoredSettings {
  const given = assignments.map(split)
  const flat = flattenSettings(given.reduce(dropUnknown, stored))
  for (const { key, text } of given) {
    if (!isSettingKey(key)) continue
    const value = readValue(key, text)
    if (isDeepStrictEqual(value, settingDeclarations[key].default)) flat.delete(key)
    else flat.set(key, value)
  }
  return nestSettings(flat)
}

interface Assignment {
  readonly key: string
  readonly text: string
}

/** Without this, what a newer version has stored would keep an older one from changing anything. */
function dropUnknown(stored: unknown, { key, text }: Assignment): unknown {
  if (isSettingKey(key)) return stored
  const kept = isDefault(text) ? withoutKey(stored, key) : null
  if (kept === null) throw unknownSetting(key)
  return kept
}

const isDefault = (text: string) => text === '' || text === 'null'

function split(assignment: string): Assignment {
  const at = assignment.indexOf('=')
  if (at < 1) {
    throw new UserError(
      'A setting is given as key=value, such as rate.requestsPerSecond=15; an API key is never an argument',
    )
  }
  return { key: assignment.slice(0, at).trim(), text: assignment.slice(at + 1).trim() }
}

function readValue(key: SettingKey, text: string): unknown {
  if (isDefault(text)) return settingDeclarations[key].default
  return checkSetting(key, read[settingDeclarations[key].writtenAs](text))
}

const read: Record<'json' | 'text' | 'names', (text: string) => unknown> = {
  json: (text) => parseJson(text),
  // A job board may be called 123: only a quoted text is JSON here.
  text: (text) => (text.startsWith('"') ? parseJson(text) : text),
  names: (text) => (text.startsWith('[') ? parseJson(text) : text.split(',').map((name) => name.trim())),
}

/** What is not JSON stays text, which the setting's own check then judges. */
function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

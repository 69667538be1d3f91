import { isDeepStrictEqual } from 'node:util'
import { UserError } from '../errors.ts'
import { isSettingKey, type SettingKey, settingDeclarations } from './setting-declarations.ts'
import { checkSetting, unknownSetting } from './setting-value.ts'
import { flattenSettings, nestSettings, type StoredSettings } from './stored-settings.ts'

/**
 * Applies `key=value` texts, in their order, to stored settings. A value is JSON or plain text; nothing or `null`
 * brings the default back. What equals its default is not stored.
 *
 * @example applyAssignments({}, ['rate.requestsPerSecond=15', 'jobBoard=acme'])
 * @throws UserError for an unknown key, a bad value, or a text that is no assignment (which is not repeated).
 */
export function applyAssignments(stored: unknown, assignments: readonly string[]): StoredSettings {
  const flat = flattenSettings(stored)
  for (const assignment of assignments) {
    const { key, text } = split(assignment)
    const value = readValue(key, text)
    if (isDeepStrictEqual(value, settingDeclarations[key].default)) flat.delete(key)
    else flat.set(key, value)
  }
  return nestSettings(flat)
}

function split(assignment: string): { key: SettingKey; text: string } {
  const at = assignment.indexOf('=')
  if (at < 1) {
    throw new UserError(
      'A setting is given as key=value, such as rate.requestsPerSecond=15; an API key is never an argument',
    )
  }
  const key = assignment.slice(0, at).trim()
  if (!isSettingKey(key)) throw unknownSetting(key)
  return { key, text: assignment.slice(at + 1).trim() }
}

function readValue(key: SettingKey, text: string): unknown {
  if (text === '' || text === 'null') return settingDeclarations[key].default
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

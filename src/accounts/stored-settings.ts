import { UserError } from '../errors.ts'
import { isJsonObject, type JsonObject } from '../json.ts'
import { isSettingKey, type SettingKey, settingKeys } from './setting-declarations.ts'
import { unknownSetting } from './setting-value.ts'

/** Settings as `sync.accounts.settings` holds them: nested, and only those that differ from their defaults. */
export type StoredSettings = JsonObject

const groups = new Set(settingKeys.filter((key) => key.includes('.')).map((key) => key.split('.', 1)[0]))

/** @throws UserError for a key that no setting has. */
export function flattenSettings(stored: unknown): Map<SettingKey, unknown> {
  const flat = new Map<SettingKey, unknown>()
  for (const [name, value] of Object.entries(asObject('The settings', stored))) {
    const members = groups.has(name)
      ? Object.entries(asObject(name, value)).map(([member, inner]) => [`${name}.${member}`, inner] as const)
      : [[name, value] as const]
    for (const [key, inner] of members) {
      if (!isSettingKey(key)) throw unknownSetting(key)
      flat.set(key, inner)
    }
  }
  return flat
}

/** Stored settings without what stands under a dotted key, whether known or not; null if nothing does. */
export function withoutKey(stored: unknown, key: string): StoredSettings | null {
  const all = asObject('The settings', stored)
  if (Object.hasOwn(all, key)) return without(all, key)
  const [group = key, member = ''] = key.split('.')
  const members = Object.hasOwn(all, group) ? all[group] : null
  if (!isJsonObject(members) || !Object.hasOwn(members, member)) return null
  return { ...all, [group]: without(members, member) }
}

const without = (object: JsonObject, key: string): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([name]) => name !== key))

export function nestSettings(flat: ReadonlyMap<SettingKey, unknown>): StoredSettings {
  const nested: Record<string, unknown> = {}
  for (const key of settingKeys) {
    if (!flat.has(key)) continue
    const [group = key, member] = key.split('.')
    if (member === undefined) nested[key] = flat.get(key)
    else nested[group] = { ...(nested[group] as JsonObject | undefined), [member]: flat.get(key) }
  }
  return nested
}

function asObject(what: string, value: unknown): JsonObject {
  if (isJsonObject(value)) return value
  throw new UserError(`${what} must be a JSON object of settings`)
}

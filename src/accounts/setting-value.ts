import type { z } from 'zod'
import { UserError } from '../errors.ts'
import { looksLikeKey } from './key-like.ts'
import { nearest } from './nearest.ts'
import {
  type SettingDeclaration,
  type SettingKey,
  type SettingValue,
  settingDeclarations,
  settingKeys,
} from './setting-declarations.ts'

/** The value as it is kept. @throws UserError that names the setting and what would be right, never the value. */
export function checkSetting<K extends SettingKey>(key: K, value: unknown): SettingValue<K> {
  const { schema, rightIs } = settingDeclarations[key] as unknown as SettingDeclaration<SettingValue<K>>
  const result = schema.safeParse(value)
  if (result.success) return result.data
  throw new UserError(`The setting ${key} must be ${rightIs}${whereWrong(result.error)}`)
}

function whereWrong(error: z.ZodError): string {
  const [issue] = error.issues
  if (issue === undefined || issue.path.length === 0) return ''
  const path = issue.path
    .map((part) => (typeof part === 'number' ? `[${part}]` : `.${String(part)}`))
    .join('')
  return `; ${path}: ${issue.message}`
}

export function unknownSetting(name: string): UserError {
  const meant = nearest(name, settingKeys)
  if (meant !== null)
    return new UserError(`There is no setting ${JSON.stringify(name)}; did you mean ${meant}?`)
  const given = looksLikeKey(name) ? 'of that name' : JSON.stringify(name)
  return new UserError(`There is no setting ${given}; there are ${settingKeys.join(', ')}`)
}

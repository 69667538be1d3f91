import { z } from 'zod'
import { oneOf, text as textColumn } from './columns.ts'
import { isEmailAddress } from './email-address.ts'
import { gemFlag, gemList, gemRecord, gemText, gemTime } from './gem-fields.ts'
import { defineModel } from './model.ts'
import { deletionMark, elements, text } from './values.ts'

/** Source: GET /ats/v0/users/ (gem-api.md 4.1). */
export const users = defineModel({
  table: 'users',
  comment: 'Users of Gem: recruiters, hiring managers, interviewers',
  gem: gemRecord({
    name: gemText,
    first_name: gemText,
    last_name: gemText,
    primary_email_address: gemText,
    emails: gemList(z.string()),
    disabled: gemFlag,
    deleted_at: gemTime,
  }),
  columns: {
    first_name: textColumn('First name; from the full name where Gem sends no parts'),
    last_name: textColumn('Last name; from the full name where Gem sends no parts'),
    email: textColumn('Primary e-mail address if valid, else the first valid one'),
    status: oneOf('INACTIVE: disabled or deleted', ['ACTIVE', 'INACTIVE']),
  },
  references: {},
  derived: {},
  whenGone: { status: 'INACTIVE' },
}).mappedBy((user, context) => {
  const deleted = deletionMark(user.deleted_at, context)
  const addresses = [user.primary_email_address, ...elements(user.emails, 'emails', context)]
  return {
    deleted,
    columns: {
      ...names(user),
      email: addresses.map(text).find((address) => address !== null && isEmailAddress(address)) ?? null,
      status: user.disabled === true || deleted !== null ? 'INACTIVE' : 'ACTIVE',
    },
    references: {},
    facts: null,
    pairs: [],
  }
})

type Named = Partial<Record<'name' | 'first_name' | 'last_name', string | null | undefined>>

function names(user: Named) {
  const first_name = text(user.first_name)
  const last_name = text(user.last_name)
  if (first_name !== null || last_name !== null) return { first_name, last_name }
  const [, first, rest] = /^(\S+)\s*(.*)$/su.exec(text(user.name) ?? '') ?? []
  return { first_name: text(first), last_name: text(rest) }
}

import type { z } from 'zod'
import { gemList, gemRecord, gemText } from './gem-fields.ts'
import type { MappingContext, Pair } from './model.ts'
import { elements } from './values.ts'

/** Roles in the order that a pair lists them. INTERVIEWER has no source at a job of Gem's. */
export const hiringTeamRoles = [
  'HIRING_MANAGER',
  'RECRUITER',
  'COORDINATOR',
  'SOURCER',
  'INTERVIEWER',
] as const

const members = gemList(gemRecord({ id: gemText }))

export const gemHiringTeam = gemRecord({
  hiring_managers: members,
  recruiters: members,
  coordinators: members,
  sourcers: members,
}).nullish()

const lists = [
  ['hiring_managers', 'HIRING_MANAGER'],
  ['recruiters', 'RECRUITER'],
  ['coordinators', 'COORDINATOR'],
  ['sourcers', 'SOURCER'],
] as const

/** One pair a user, with the roles of all lists in which the user stands. */
export function hiringTeamPairs(team: z.infer<typeof gemHiringTeam>, context: MappingContext): Pair[] {
  const rolesOf = new Map<string, Set<string>>()
  for (const [list, role] of lists) {
    for (const member of elements(team?.[list], `hiring_team.${list}`, context)) {
      const user = context.reference(member.id)
      if (user === null) context.warn(`hiring_team.${list}: member without a usable id`)
      else rolesOf.set(user, (rolesOf.get(user) ?? new Set()).add(role))
    }
  }
  return [...rolesOf].map(([parent, roles]) => ({ parent, roles: [...roles] }))
}

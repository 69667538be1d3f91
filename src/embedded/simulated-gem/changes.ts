import { type ApplicationChanges, createApplicationChanges } from './application-changes.ts'
import { type ChangeOptions, createEditor, type Editor, type Patch } from './edit.ts'
import { makeId } from './generate/ids.ts'
import { type GemObject, isObject, type StreamName } from './types.ts'
import { applicationsOf, type WorldState } from './world-state.ts'

/**
 * Changes of the account. Each moves the timestamps that such a change moves in Gem (see the switches), all
 * to the server's current time, unless `silent`. An unknown id throws.
 */
export interface WorldChanges extends ApplicationChanges {
  /** Adds an object like the others of its stream, with these fields set; returns its id. */
  create(stream: StreamName, fields?: GemObject): string
  /** Changes fields by an object or a function. Changed names show wherever other objects carry them. */
  update(stream: StreamName, id: string, patch: Patch, options?: ChangeOptions): void
  /** Sets `deleted_at` (on job posts also `active` and `live` to false). */
  delete(stream: StreamName, id: string, options?: ChangeOptions): void
  undelete(stream: StreamName, id: string, options?: ChangeOptions): void
  /** Takes an object away without any mark; what names it stays. */
  vanish(stream: StreamName, id: string): void
  /** Brings a vanished object back as it was. */
  reappear(stream: StreamName, id: string): void
  /** Moves the loser's applications to the winner and deletes the loser (or lets it vanish). */
  mergeCandidates(loserId: string, winnerId: string, options?: ChangeOptions): void
  /** Empties a candidate's contact data, histories and files, as retention rules do. */
  anonymise(candidateId: string, options?: ChangeOptions): void
  editHiringTeam(jobId: string, edit: (team: GemObject) => void, options?: ChangeOptions): void
  publishPost(postId: string, options?: ChangeOptions): void
  unpublishPost(postId: string, options?: ChangeOptions): void
  /** Edits a stage's planned interviews; by default the first one gets a new item id. */
  editStagePlan(stageId: string, edit?: (interviews: GemObject[]) => void, options?: ChangeOptions): void
  /** Renames a user, job or stage, in its own list and wherever other objects carry its name. */
  renameEverywhere(
    stream: 'users' | 'jobs' | 'job_stages',
    id: string,
    name: string,
    options?: ChangeOptions,
  ): void
  cancelInterview(interviewId: string, options?: ChangeOptions): void
}

export function createChanges(state: WorldState): WorldChanges {
  const editor = createEditor(state)
  const { edit } = editor
  return {
    ...createApplicationChanges(state, editor),
    ...createLifeChanges(state, editor),
    update: (stream, id, patch, options) => edit(stream, id, patch, options),
    anonymise(id, options) {
      const gone = { first_name: null, last_name: null, company: null, title: null, email_addresses: [] }
      const lists = { phone_numbers: [], social_media_addresses: [], educations: [], employments: [] }
      edit('candidates', id, { ...gone, ...lists, attachments: [], tags: [] }, options)
    },
    editHiringTeam: (id, editTeam, options) =>
      edit(
        'jobs',
        id,
        (job) => {
          const team = isObject(job.hiring_team) ? job.hiring_team : {}
          editTeam(team)
          job.hiring_team = team
        },
        options,
      ),
    publishPost: (id, options) =>
      edit(
        'job_posts',
        id,
        (post) => {
          Object.assign(post, { live: true, active: true })
          post.first_published_at ??= editor.nowIso()
        },
        options,
      ),
    unpublishPost: (id, options) => edit('job_posts', id, { live: false }, options),
    editStagePlan(id, editPlan, options) {
      const patch = (stage: GemObject) => {
        const interviews = Array.isArray(stage.interviews) ? stage.interviews.filter(isObject) : []
        if (editPlan) editPlan(interviews)
        else if (interviews[0]) interviews[0].job_stage_interview_item_id = newItemId(state)
        stage.interviews = interviews
      }
      edit('job_stages', id, patch, options)
    },
    renameEverywhere(stream, id, name, options) {
      const [first, ...rest] = name.split(' ')
      const names = stream === 'users' ? { name, first_name: first, last_name: rest.join(' ') } : { name }
      edit(stream, id, names, options)
    },
  }
}

function createLifeChanges(state: WorldState, editor: Editor) {
  const { edit, nowIso, slotOf } = editor

  function markDeleted(stream: StreamName, id: string, options?: ChangeOptions): void {
    const post = stream === 'job_posts' ? { active: false, live: false } : {}
    edit(stream, id, { deleted_at: nowIso(), ...post }, options)
  }
  function setVanished(stream: StreamName, id: string, vanished: boolean): void {
    state.stores[stream].setVanished(slotOf(stream, id), vanished)
    state.version++
  }
  return {
    create: (stream: StreamName, fields: GemObject = {}) => editor.create(stream, fields),
    delete: markDeleted,
    undelete(stream: StreamName, id: string, options?: ChangeOptions) {
      const post = stream === 'job_posts' ? { active: true } : {}
      edit(stream, id, { deleted_at: undefined, ...post }, options)
    },
    vanish: (stream: StreamName, id: string) => setVanished(stream, id, true),
    reappear: (stream: StreamName, id: string) => setVanished(stream, id, false),
    cancelInterview(id: string, options?: ChangeOptions) {
      if (state.switches.cancelledInterviews === 'vanish') setVanished('scheduled_interviews', id, true)
      else markDeleted('scheduled_interviews', id, options)
    },
    mergeCandidates(loserId: string, winnerId: string, options?: ChangeOptions) {
      const slots = applicationsOf(state, slotOf('candidates', loserId))
      const ids = slots.map((slot) => state.stores.applications.idAt(slot)!)
      for (const id of ids) edit('applications', id, { candidate_id: winnerId }, options)
      edit('candidates', winnerId, {}, options)
      if (state.switches.mergedCandidates === 'vanish') setVanished('candidates', loserId, true)
      else markDeleted('candidates', loserId, options)
    },
  }
}

function newItemId(state: WorldState): string {
  return makeId(state.generation.layout.seed, 'stage_items', 500_000 + state.sequence++)
}

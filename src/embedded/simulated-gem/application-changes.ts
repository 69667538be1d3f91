import type { ChangeOptions, Editor } from './edit.ts'
import { rejectionReason } from './generate/applications.ts'
import { Random } from './generate/random.ts'
import { type GemObject, isObject } from './types.ts'
import type { WorldState } from './world-state.ts'

/** What recruiters do with applications; each moves `last_activity_at` unless the switches say otherwise. */
export interface ApplicationChanges {
  /** Moves to that stage, by default to the next one of the same job (after the last: the first). */
  moveStage(applicationId: string, stageId?: string, options?: ChangeOptions): void
  reject(applicationId: string, reason?: GemObject | null, options?: ChangeOptions): void
  unreject(applicationId: string, options?: ChangeOptions): void
  hire(applicationId: string, options?: ChangeOptions): void
  unhire(applicationId: string, options?: ChangeOptions): void
  /** A note was written: nothing that is served changes but the time. */
  addNote(applicationId: string): void
  /** Gem makes a new application on the other job; the old one is rejected. Returns the new one's id. */
  transfer(applicationId: string, jobId: string, options?: ChangeOptions): string
}

export function createApplicationChanges(state: WorldState, editor: Editor): ApplicationChanges {
  const edit = (id: string, fields: GemObject, options?: ChangeOptions) =>
    editor.edit('applications', id, fields, options, 'stage-and-status')
  const open = { status: 'active', rejected_at: null, rejection_reason: null }

  function reject(id: string, reason?: GemObject | null, options?: ChangeOptions): void {
    const given =
      reason === undefined ? rejectionReason(state.generation.layout.seed, new Random(id.length)) : reason
    edit(id, { status: 'rejected', rejected_at: editor.nowIso(), rejection_reason: given }, options)
  }

  return {
    moveStage(id, stageId, options) {
      const stage =
        stageId === undefined ? nextStage(state, editor.read('applications', id)) : refOf(editor, stageId)
      edit(id, { current_stage: stage }, options)
    },
    reject,
    unreject: (id, options) => edit(id, open, options),
    hire: (id, options) => edit(id, { ...open, status: 'hired' }, options),
    unhire: (id, options) => edit(id, open, options),
    addNote: (id) => edit(id, {}),
    transfer(id, jobId, options) {
      const old = editor.read('applications', id)
      const job = editor.read('jobs', jobId)
      const kept = { candidate_id: old.candidate_id, source: old.source, credited_to: old.credited_to }
      const jobs = [{ id: job.id, name: job.name }]
      const created = editor.create('applications', {
        ...kept,
        jobs,
        current_stage: firstStage(state, jobId),
      })
      reject(id, null, options)
      return created
    },
  }
}

function refOf(editor: Editor, stageId: string): GemObject {
  const stage = editor.read('job_stages', stageId)
  return { id: stage.id, name: stage.name }
}

function nextStage(state: WorldState, application: GemObject): GemObject | null {
  const jobs = Array.isArray(application.jobs) ? application.jobs.filter(isObject) : []
  const stages = jobs.flatMap((job) => stagesOf(state, job.id))
  const current = isObject(application.current_stage) ? application.current_stage.id : undefined
  const position = stages.findIndex((stage) => stage.id === current)
  return stages[(position + 1) % Math.max(1, stages.length)] ?? null
}

function firstStage(state: WorldState, jobId: string): GemObject | null {
  return stagesOf(state, jobId)[0] ?? null
}

/** The stages that a job can use, in the order of the list. */
function stagesOf(state: WorldState, jobId: unknown): GemObject[] {
  const store = state.stores.job_stages
  const stages: GemObject[] = []
  for (const slot of store.ordered()) {
    const stage = store.isVanished(slot) || store.isDeleted(slot) ? undefined : store.at(slot)
    if (isObject(stage) && stage.job_id === jobId && stage.active !== false)
      stages.push({ id: stage.id, name: stage.name })
  }
  return stages
}

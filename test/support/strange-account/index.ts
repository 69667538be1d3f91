import { parseExactly } from '../oracle/exact-json.ts'
import type { Source } from '../oracle/types.ts'
import { applications } from './applications.ts'
import { candidates } from './candidates.ts'
import { jobPosts } from './job-posts.ts'
import { jobStages } from './job-stages.ts'
import { jobs } from './jobs.ts'
import { random } from './random.ts'
import { scheduledInterviews } from './scheduled-interviews.ts'
import { users } from './users.ts'

/**
 * An account full of what Gem should never send and of what it may: hand-made cases, and random ones by `seed`.
 * What the contract leaves open is not in it, so that one result alone is right. Serve it by JSON.stringify: numbers that
 * JavaScript cannot hold are `JSON.rawJSON` objects.
 */
export function strangeAccount(seed: number): Source {
  const numbers = random(seed)
  const listed = applications(numbers)
  const source = {
    users: users(numbers),
    job_stages: jobStages(numbers),
    jobs: jobs(numbers),
    job_posts: jobPosts(numbers),
    candidates: candidates(numbers, listed),
    applications: listed,
    scheduled_interviews: scheduledInterviews(numbers),
  }
  return parseExactly(JSON.stringify(source)) as Source
}

import assert from 'node:assert/strict'
import { beforeEach, describe, test } from 'node:test'
import { mappingRules } from '../../src/mappers/record-digest.ts'
import { databaseOfFile } from '../support/database-of-file.ts'
import { type Mirror, openMirror } from '../support/mirror.ts'

const { db } = await databaseOfFile()

const user = { id: 'u', first_name: 'Ana', last_name: 'Lima', disabled: false }
const candidate = { id: 'c', first_name: 'Ben', last_name: 'Okoye', title: 'Engineer' }
const application = { id: 'a', candidate_id: 'c', status: 'active', last_activity_at: '2026-01-02T00:00:00Z' }
const interview = { id: 'i', application_id: 'a', interviewers: [{ id: 'u' }] }

for (const lazily of [false, true])
  describe(`a row whose record is read again without a change, mapped ${lazily ? 'if need be' : 'at once'}`, () => {
    let mirror: Mirror

    beforeEach(async () => {
      mirror = await openMirror(db, undefined, { lazily })
    })

    /** Which write made each digest. */
    const digests = () =>
      mirror.ask(
        `select d.id, digest, embedded_digest, d.xmin::text from sync.record_digests d join (
          select id, account from ats.users union all select id, account from ats.candidates
          union all select id, account from ats.applications union all select id, account from ats.interviews
        ) as r on r.id = d.id where r.account = $account order by 1`,
      )

    test('is neither written nor is its digest, however often it comes', async () => {
      for (let time = 0; time < 2; time++) {
        await mirror.commit('users', user)
        await mirror.commit('candidates', { ...candidate, applications: [application] })
        await mirror.commit('applications', application)
        await mirror.commit('scheduled_interviews', interview)
      }
      const [rows, kept] = [await mirror.versions(), await digests()]
      assert.equal(kept.length, 4)
      for (const [stream, record] of [
        ['users', user],
        ['candidates', { ...candidate, applications: [application] }],
        ['applications', application],
        ['scheduled_interviews', interview],
      ] as const) {
        const { inserted, updated, unchanged } = await mirror.commit(stream, record)
        assert.deepEqual({ inserted, updated, unchanged }, { inserted: 0, updated: 0, unchanged: 1 }, stream)
      }
      assert.deepEqual(await mirror.versions(), rows)
      assert.deepEqual(await digests(), kept)
    })

    for (const [what, statement] of [
      ['was changed by hand', `update ats.users set first_name = 'Eve'`],
      ['was deleted by hand', 'delete from ats.users'],
      ['was marked as gone', 'update ats.users set remote_deleted_at = now()'],
      ['lost what Gem sent', 'update ats.users set remote_data = null'],
    ] as const) {
      test(`is put right where it ${what}`, async () => {
        await mirror.commit('users', user)
        await mirror.commit('users', user)
        await mirror.ask(`${statement} where account = $account`)
        await mirror.commit('users', user)
        assert.deepEqual(
          await mirror.one(
            'select first_name, remote_deleted_at, remote_data from ats.users where account = $account',
          ),
          { first_name: 'Ana', remote_deleted_at: null, remote_data: user },
        )
      })
    }

    test('has its join rows put right where they were changed by hand', async () => {
      await mirror.commit('users', user)
      await mirror.commit('scheduled_interviews', interview)
      const pair = await mirror.one('select id from ats.interviewing_team_members where account = $account')
      await mirror.ask('delete from ats.interviewing_team_members where account = $account')
      await mirror.commit('scheduled_interviews', interview)
      const again = await mirror.one('select id from ats.interviewing_team_members where account = $account')
      assert.deepEqual(again, pair)
    })

    test('keeps its digest although attachments are signed anew, and is written once something else differs', async () => {
      const signed = (url: string, name = 'cv.pdf') => ({ ...candidate, attachments: [{ name, url }] })
      await mirror.commit('candidates', signed('https://files.example.com/1'))
      const [rows, kept] = [await mirror.versions(), await digests()]
      await mirror.commit('candidates', signed('https://files.example.com/2'))
      assert.deepEqual(await mirror.versions(), rows)
      assert.deepEqual(await digests(), kept)
      await mirror.commit('candidates', signed('https://files.example.com/3', 'letter.pdf'))
      const { remote_data } = await mirror.one<{ remote_data: object }>(
        'select remote_data from ats.candidates where account = $account',
      )
      assert.deepEqual(remote_data, signed('https://files.example.com/3', 'letter.pdf'))
    })

    test('keeps its digest although copies in candidates leave out whose they are', async () => {
      const { candidate_id: _, ...copy } = application
      const commitBoth = async () => {
        await mirror.commit('candidates', { ...candidate, applications: [copy] })
        await mirror.commit('applications', application)
      }
      await commitBoth()
      await commitBoth()
      const [rows, kept] = [await mirror.versions(), await digests()]
      await commitBoth()
      assert.deepEqual(await mirror.versions(), rows)
      assert.deepEqual(await digests(), kept)
    })

    test('is written where its copy moves to another candidate, whose it is without saying so', async () => {
      const { candidate_id: _, ...copy } = application
      const other = { ...candidate, id: 'd' }
      await mirror.commit('candidates', { ...candidate, applications: [copy] }, other)
      await mirror.commit('candidates', candidate, { ...other, applications: [copy] })
      assert.equal(await mirror.parentOf('applications', 'a', 'candidate_id', 'candidates'), 'd')
    })

    test('is put right after an older worker, which knows no digests of copies, has written it', async () => {
      const commit = () => mirror.commit('candidates', { ...candidate, applications: [application] })
      await commit()
      await mirror.ask(`update ats.applications set outcome = 'HIRED' where account = $account`)
      await mirror.ask(`
        update sync.record_digests d set digest = gen_random_uuid(), row_version = a.xmin
        from ats.applications a where a.id = d.id and a.account = $account`)
      await commit()
      const { outcome } = await mirror.one<{ outcome: string }>(
        'select outcome from ats.applications where account = $account',
      )
      assert.equal(outcome, 'PENDING')
    })

    test('counts its warnings whenever it is read', async () => {
      const odd = { ...candidate, applications: [null] }
      for (const record of [odd, odd, candidate, odd])
        assert.equal((await mirror.commit('candidates', record)).warnings, record === odd ? 1 : 0)
      const unknown = { ...application, status: 'thawed' }
      for (let time = 0; time < 3; time++)
        assert.equal((await mirror.commit('applications', unknown)).warnings, 1)
    })

    test('follows the settings and the code that map it, and is known by its new digest then', async () => {
      const settings = {
        jobBoard: null,
        integrationFields: [{ model: 'candidates' as const, key: 't', label: 'T', path: '$.title' }],
      }
      await mirror.commit('candidates', candidate)
      for (const mapping of [
        { settings, rules: mappingRules(settings) },
        { settings, rules: mappingRules(settings, 'another version') },
      ]) {
        const before = await digests()
        await mirror.mappedBy(mapping).commit('candidates', candidate)
        const { fields } = await mirror.one<{ fields: unknown }>(
          'select integration_fields as fields from ats.candidates where account = $account',
        )
        assert.deepEqual(fields, [{ key: 't', label: 'T', value: 'Engineer' }])
        const [rows, after] = [await mirror.versions(), await digests()]
        assert.notDeepEqual(after, before)
        await mirror.mappedBy(mapping).commit('candidates', candidate)
        assert.deepEqual([await mirror.versions(), await digests()], [rows, after])
      }
    })

    test('is looked at again once its record was rejected in between', async () => {
      await mirror.commit('users', user)
      const outcome = await mirror.commit('users', { ...user, first_name: 7 })
      assert.equal(outcome.rejected, 1)
      await mirror.commit('users', user)
      const { open } = await mirror.one<{ open: number }>(
        'select count(*)::int as open from sync.rejected_records where account = $account and resolved_at is null',
      )
      assert.equal(open, 0)
    })
  })

import { randomBytes } from 'node:crypto'
import { runStatement } from '../../src/embedded/postgres-query.ts'
import { TEMPLATE, type TestServer, testStack } from './stack.ts'

export interface TestDatabase extends AsyncDisposable {
  readonly name: string
  /** As superuser, who owns all. */
  readonly ownerUrl: string
  /** As the role that the worker has. */
  readonly workerUrl: string
  /** Drops the database, whoever is still connected. */
  drop(): Promise<void>
}

/** A fresh, migrated, empty database (a copy of the template, some 50 ms), on the server of all test files by default. */
export async function createTestDatabase(server?: TestServer): Promise<TestDatabase> {
  return copyOf(TEMPLATE, server)
}

/** A fresh database without any schema, for tests of the migrations. */
export async function createEmptyDatabase(server?: TestServer): Promise<TestDatabase> {
  return copyOf('template1', server)
}

async function copyOf(template: string, server: TestServer = testStack()): Promise<TestDatabase> {
  const { postgresUrl, workerPassword } = server
  const name = `test_${randomBytes(8).toString('hex')}`
  await runStatement(postgresUrl, `CREATE DATABASE ${name} TEMPLATE ${template}`)
  const drop = () => dropDatabase(postgresUrl, name)
  return {
    name,
    ownerUrl: urlOf(postgresUrl, { name }),
    workerUrl: urlOf(postgresUrl, { name, user: 'gem_ats_sync_worker', password: workerPassword }),
    drop,
    [Symbol.asyncDispose]: drop,
  }
}

/** Those who are just closing their connections may do so (PostgreSQL waits five seconds): their client would be told an error. */
async function dropDatabase(postgresUrl: string, name: string): Promise<void> {
  try {
    await runStatement(postgresUrl, `DROP DATABASE IF EXISTS ${name}`)
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === OBJECT_IN_USE)) throw error
    await runStatement(postgresUrl, `DROP DATABASE IF EXISTS ${name} WITH (FORCE)`)
  }
}

const OBJECT_IN_USE = '55006'

function urlOf(base: string, parts: { name: string; user?: string; password?: string }): string {
  const url = new URL(base)
  url.pathname = `/${parts.name}`
  if (parts.user !== undefined) url.username = parts.user
  if (parts.password !== undefined) url.password = parts.password
  return url.href
}

import * as atsTables from './0001-ats-tables.ts'
import * as syncTables from './0002-sync-tables.ts'
import * as roles from './0003-roles.ts'
import * as retention from './0004-retention.ts'
import * as readerAccounts from './0005-reader-accounts.ts'
import * as rowDigests from './0006-row-digests.ts'
import * as embeddedDigests from './0007-embedded-digests.ts'
import * as recordDigests from './0008-record-digests.ts'

/** All migrations, in their order. */
export const migrations = {
  '0001-ats-tables': atsTables,
  '0002-sync-tables': syncTables,
  '0003-roles': roles,
  '0004-retention': retention,
  '0005-reader-accounts': readerAccounts,
  '0006-row-digests': rowDigests,
  '0007-embedded-digests': embeddedDigests,
  '0008-record-digests': recordDigests,
}

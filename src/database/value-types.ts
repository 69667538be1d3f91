import pg from 'pg'

const { INT8, DATE, TIMESTAMP, TIMESTAMPTZ } = pg.types.builtins

/** How values of PostgreSQL become those of JavaScript. */
export const valueTypes = new pg.TypeOverrides()

// Counters are bigint in PostgreSQL and stay far below 2^53.
valueTypes.setTypeParser(INT8, Number)

// By itself pg makes null of a time that it cannot read, and null means something: nobody is due, nothing was read yet.
for (const type of [DATE, TIMESTAMP, TIMESTAMPTZ]) {
  const read: (text: string) => unknown = pg.types.getTypeParser(type)
  valueTypes.setTypeParser(type, (text) => {
    const time = read(text)
    if (time instanceof Date && !Number.isNaN(time.getTime())) return time
    throw new Error('PostgreSQL sent a time that cannot be read')
  })
}

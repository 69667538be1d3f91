import type pg from 'pg'

/**
 * Commits no transaction of this connection that took longer than it may. From PostgreSQL 17 on, the server itself ends
 * it (`transaction_timeout`).
 */
export function boundTransactions(client: pg.ClientBase, mostMs: number): void {
  let begun = 0
  client.query = new Proxy(client.query, {
    apply(query, self, args: readonly unknown[]) {
      if (args[0] === 'begin') begun = performance.now()
      if (args[0] === 'commit' && performance.now() - begun > mostMs)
        return Promise.reject(new Error(`a transaction took longer than ${mostMs} ms`))
      return Reflect.apply(query, self, args)
    },
  })
}

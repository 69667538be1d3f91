import type { Socket } from 'node:net'

/** Cuts what comes into PostgreSQL's messages: a letter, and a length that counts itself. */
export function readMessages(socket: Socket, take: (message: Buffer) => unknown): void {
  let rest = Buffer.alloc(0)
  socket.on('data', (data: Buffer) => {
    rest = Buffer.concat([rest, data])
    while (rest.length >= 5 && rest.length > rest.readUInt32BE(1)) {
      const end = 1 + rest.readUInt32BE(1)
      take(rest.subarray(0, end))
      rest = rest.subarray(end)
    }
  })
}

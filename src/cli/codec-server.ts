import { once } from 'node:events'
import { Command } from 'commander'
import { codecServerOf, readEnvironment } from '../config.ts'
import { print } from './output.ts'

const help = `
Takes from the environment:
  GEM_ATS_SYNC_CODEC_KEY              the key that the workers have (and GEM_ATS_SYNC_PREVIOUS_CODEC_KEYS)
  GEM_ATS_SYNC_CODEC_SERVER_TOKEN     what whoever asks has to show: openssl rand -hex 32
  GEM_ATS_SYNC_CODEC_SERVER_ADDRESS   where it listens; default 127.0.0.1:8234
  GEM_ATS_SYNC_CODEC_SERVER_ORIGIN    the Web UI's origin, such as http://127.0.0.1:8233; without it no browser may ask

Example:
  temporal workflow show --workflow-id gem-account-acme \\
    --codec-endpoint http://127.0.0.1:8234 --codec-auth "Bearer $GEM_ATS_SYNC_CODEC_SERVER_TOKEN"`

export function codecServer(): Command {
  return new Command('codec-server')
    .summary('decode encrypted histories for the Web UI and the temporal CLI')
    .description('Serves the payload codec to the Temporal Web UI and the temporal CLI, until it is stopped.')
    .addHelpText('after', help)
    .action(serve)
}

async function serve(): Promise<void> {
  const options = codecServerOf(readEnvironment())
  // Loaded only here: no other command serves anything.
  const { startCodecServer } = await import('../codec-server/codec-server.ts')
  await using server = await startCodecServer(options)
  print(`The codec is served at ${server.url}; Ctrl-C ends it.`)
  await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')])
}

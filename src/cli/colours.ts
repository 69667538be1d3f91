import { styleText } from 'node:util'

type Colour = 'green' | 'cyan' | 'yellow' | 'gray' | 'red' | 'bold'

/** Colours of the states that accounts, syncs, streams and checks can be in: what needs a person is red. */
const COLOUR_OF_STATE: Readonly<Record<string, Colour>> = {
  ...{ ACTIVE: 'green', WAITING: 'green', SUCCEEDED: 'green', ok: 'green' },
  ...{ STARTING: 'cyan', SYNCING: 'cyan', RUNNING: 'cyan' },
  ...{ RATE_LIMITED: 'yellow', GEM_FAILS: 'yellow', PAUSED: 'yellow', PARTIALLY_FAILED: 'yellow' },
  ...{ warn: 'yellow', SKIPPED: 'gray', PENDING: 'gray', CANCELLED: 'gray', skipped: 'gray' },
  ...{
    NEEDS_CREDENTIALS: 'red',
    NEEDS_SETTINGS: 'red',
    FAILED: 'red',
    AUTHENTICATION_FAILED: 'red',
    fail: 'red',
  },
}

/** A state in its colour; any other text as it is. */
export function paintState(text: string): string {
  const colour = Object.hasOwn(COLOUR_OF_STATE, text) ? COLOUR_OF_STATE[text] : undefined
  return colour === undefined ? text : paint(colour, text)
}

/** Only where standard output is a terminal; NO_COLOR and FORCE_COLOR say otherwise (https://no-color.org). */
export function paint(format: Colour, text: string): string {
  return styleText(format, text, { stream: process.stdout })
}

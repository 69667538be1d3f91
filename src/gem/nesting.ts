/**
 * Far above what Gem nests (about 8), far below where a recursive JSON writer, zod or PostgreSQL's jsonb run
 * out of stack.
 */
export const MAX_DEPTH = 1200

const QUOTE = 0x22
const BACKSLASH = 0x5c

/** A JSON text, and how many arrays and objects lie within one another in what it was cut from. */
export interface Nesting {
  readonly text: string
  readonly depth: number
}

/**
 * JSON text whose arrays and objects below `MAX_DEPTH` levels are replaced by null, so that one absurd value costs
 * itself, not its page nor the process. Text that is not JSON comes out as some other text that is not JSON.
 */
export function cutNesting(text: string): Nesting {
  const kept: string[] = []
  let depth = 0
  let deepest = 0
  let keptUntil = 0
  for (let at = 0; at < text.length; at++) {
    const character = text.charCodeAt(at)
    if (character === QUOTE) {
      at = endOfString(text, at)
    } else if (character === 0x5b || character === 0x7b) {
      deepest = Math.max(deepest, ++depth)
      if (depth === MAX_DEPTH + 1) kept.push(text.slice(keptUntil, at), 'null')
    } else if (character === 0x5d || character === 0x7d) {
      if (depth === MAX_DEPTH + 1) keptUntil = at + 1
      depth--
    }
  }
  if (kept.length === 0) return { text, depth: deepest }
  // Truncated inside of what was to be cut: the text must stay truncated, else a part would pass for the whole.
  const rest = depth > MAX_DEPTH ? '' : text.slice(keptUntil)
  return { text: kept.join('') + rest, depth: deepest }
}

/** Where the string that begins at `start` ends; the text's end when it does not. */
function endOfString(text: string, start: number): number {
  let end = text.indexOf('"', start + 1)
  while (end !== -1 && isEscaped(text, end)) end = text.indexOf('"', end + 1)
  return end === -1 ? text.length : end
}

function isEscaped(text: string, at: number): boolean {
  let backslashes = 0
  while (text.charCodeAt(at - 1 - backslashes) === BACKSLASH) backslashes++
  return backslashes % 2 === 1
}

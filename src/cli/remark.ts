/** What is told of a list beside its figures: what went wrong, or what is odd although it has done well. */
export const remarkOf = (stream: {
  readonly error: string | null
  readonly warning: string | null
}): string | null => stream.error ?? (stream.warning && `warning: ${stream.warning}`)

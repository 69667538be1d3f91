/** A length of time, roughly: `9 s`, `3 m 12 s`, `2 h 5 m`, `3 d 4 h` */
export function span(seconds: number): string {
  const whole = Math.round(seconds)
  if (whole < 60) return `${whole} s`
  if (whole < 3_600) return `${Math.floor(whole / 60)} m ${whole % 60} s`
  if (whole < 86_400) return `${Math.floor(whole / 3_600)} h ${Math.floor((whole % 3_600) / 60)} m`
  return `${Math.floor(whole / 86_400)} d ${Math.floor((whole % 86_400) / 3_600)} h`
}

/** `in 3 m 12 s`; a time that has passed is due. */
export function ahead(time: string, now: number): string {
  const ms = Date.parse(time) - now
  return ms > 0 ? `in ${span(ms / 1_000)}` : 'due'
}

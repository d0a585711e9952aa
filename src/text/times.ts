/** `epochMs` as an RFC 3339 timestamp in UTC with whole seconds. */
export function rfc3339(epochMs: number): string {
  return new Date(Math.floor(epochMs / 1000) * 1000).toISOString().replace('.000Z', 'Z')
}

/** A length of time in words with the one or two units that matter: `4 min`, `2 h 5 min`, `3 days`. */
export function duration(seconds: number): string {
  const whole = Math.max(0, Math.round(seconds))
  if (whole < 100) return `${whole} s`
  if (whole < 100 * 60) return `${Math.round(whole / 60)} min`
  if (whole < 48 * 3600) {
    const hours = Math.floor(whole / 3600)
    const minutes = Math.round((whole % 3600) / 60)
    return minutes === 0 || minutes === 60
      ? `${minutes === 60 ? hours + 1 : hours} h`
      : `${hours} h ${minutes} min`
  }
  return `${Math.round(whole / 86400)} days`
}

/** The distance of `epochMs` from `now` in words: `in 4 min`, `3 days ago`. */
export function distance(epochMs: number, now: number): string {
  const seconds = (epochMs - now) / 1000
  return seconds >= 0 ? `in ${duration(seconds)}` : `${duration(-seconds)} ago`
}

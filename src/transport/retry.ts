import { ServerError } from '../errors/families.ts'
import type { Clock } from '../ports/clock.ts'
import type { Fetch, FetchInit } from '../ports/fetch.ts'
import type { Random } from '../ports/random.ts'

export interface RetryDeps {
  clock: Clock
  random: Random
  signal: AbortSignal
  note: (text: string) => void
}

const ATTEMPTS = 3
const FIRST_PAUSE_MS = 250
// A server that asks for more patience gets a clear error instead of a silent wait.
const LONGEST_PAUSE_MS = 10_000
// Failures in which nothing was sent and that pass by themselves.
const PASSING = new Set(['network_unreachable'])

/**
 * A fetch that tries again, with growing and scattered pauses: connection failures in which nothing
 * was sent; 429, and 503 with `Retry-After`, for requests that may be repeated (RFC 9110 section
 * 10.2.3). An authorization code is never sent twice.
 */
export function withRetries(fetch: Fetch, deps: RetryDeps): Fetch {
  return async (url, init) => {
    for (let attempt = 1; ; attempt++) {
      const answer = await attemptOnce(fetch, url, init)
      const pause = attempt < ATTEMPTS ? pauseBefore(answer, init, attempt, deps) : undefined
      if (pause === undefined) {
        if (answer.kind === 'failed') throw answer.error
        return answer.response
      }
      deps.note(`trying again in ${pause} ms: ${describe(answer)}`)
      await deps.clock.sleep(pause, deps.signal)
    }
  }
}

type Attempt = { kind: 'answered'; response: Response } | { kind: 'failed'; error: unknown }

async function attemptOnce(fetch: Fetch, url: string, init: FetchInit): Promise<Attempt> {
  try {
    return { kind: 'answered', response: await fetch(url, init) }
  } catch (error) {
    return { kind: 'failed', error }
  }
}

function pauseBefore(
  answer: Attempt,
  init: FetchInit,
  attempt: number,
  { clock, random }: RetryDeps,
): number | undefined {
  const backOff = FIRST_PAUSE_MS * 3 ** (attempt - 1)
  const scattered = Math.round(backOff * (0.75 + (random.bytes(1)[0] ?? 0) / 512))
  if (answer.kind === 'failed') {
    const { error } = answer
    return error instanceof ServerError && PASSING.has(error.code) ? scattered : undefined
  }
  const { status, headers } = answer.response
  if (init.once || (status !== 429 && status !== 503)) return undefined
  const wanted = retryAfter(headers.get('retry-after'), clock.now())
  if (wanted === undefined) return status === 429 ? scattered : undefined
  return wanted <= LONGEST_PAUSE_MS ? Math.max(wanted, scattered) : undefined
}

/** `Retry-After` in milliseconds: seconds or an HTTP date (RFC 9110 section 10.2.3). */
function retryAfter(text: string | null, now: number): number | undefined {
  if (text === null) return undefined
  if (/^\d+$/.test(text.trim())) return Number(text) * 1000
  const date = Date.parse(text)
  return Number.isNaN(date) ? undefined : Math.max(0, date - now)
}

function describe(answer: Attempt): string {
  if (answer.kind === 'answered') return `status ${answer.response.status}`
  return answer.error instanceof Error ? answer.error.message : 'no answer'
}

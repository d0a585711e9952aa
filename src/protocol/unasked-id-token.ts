import { ServerError } from '../errors/families.ts'
import { mapProtocolError } from './map-error.ts'

// Without `openid` in the scope, nobody asked for the ID token that some servers send all the same.
// One that cannot be verified is dropped, not believed, and the rest of the answer counts.

/** The same response without its ID token; undefined when it has none. */
export async function withoutIdToken(response: Response): Promise<Response | undefined> {
  const body: unknown = await response
    .clone()
    .json()
    .catch(() => null)
  if (typeof body !== 'object' || body === null || !('id_token' in body)) return undefined
  const { id_token: _, ...rest } = body
  return new Response(JSON.stringify(rest), { status: response.status, headers: response.headers })
}

/** Why an ID token was dropped, for people; what does not speak of the ID token is thrown again. */
export function whyDropped(error: unknown): string {
  const told = mapProtocolError(error, 'it')
  if (told instanceof ServerError) return told.message
  throw told
}

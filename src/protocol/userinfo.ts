import * as oauth from 'oauth4webapi'
import { ServerError } from '../errors/families.ts'
import { mapProtocolError } from './map-error.ts'
import { requestOptions, type ProtocolClient } from './protocol-client.ts'
import { requireEndpoint } from './server.ts'

/**
 * The UserInfo answer as the server wrote it (OpenID Connect Core section 5.3). Its `sub` must be
 * `expectedSubject` where that is known (section 5.3.2), else the answer is about somebody else.
 */
export async function fetchUserInfo(
  client: ProtocolClient,
  accessToken: string,
  expectedSubject: string | undefined,
): Promise<string> {
  requireEndpoint(client.server, 'userinfo_endpoint')
  try {
    const response = await oauth.userInfoRequest(
      client.server.metadata,
      client.client,
      accessToken,
      requestOptions(client),
    )
    const text = await response.clone().text()
    if (/^application\/jwt\b/i.test(response.headers.get('content-type') ?? '')) {
      throw new ServerError('the server answers userinfo as a signed or encrypted JWT', {
        code: 'userinfo_is_jwt',
        hint: 'Have the client registered without userinfo_signed_response_alg',
      })
    }
    const subject = expectedSubject ?? oauth.skipSubjectCheck
    await oauth.processUserInfoResponse(client.server.metadata, client.client, subject, response)
    return text
  } catch (error) {
    throw mapProtocolError(error, 'userinfo')
  }
}

export interface WalkOptions {
  /** 'demo' when left out. */
  username?: string
  /** That of 'demo' when left out. */
  password?: string
  /** Which button of the consent page it presses: 'allow' when left out. */
  consent?: 'allow' | 'deny'
  /**
   * Called with the redirect that the authorization server gives, before it is requested. A text
   * is requested instead; `false` ends the walk there, with a status of 0.
   */
  onRedirectUri?: (
    url: string,
  ) => string | false | undefined | void | Promise<string | false | undefined | void>
}

export interface WalkResult {
  /** The last page's address. */
  url: string
  status: number
  headers: Record<string, string | string[] | undefined>
  body: string
  /** The redirect that the authorization server gave, with its `code` or `error`. */
  redirectUri: string | undefined
  /** Every address that was requested, in order. */
  visited: string[]
}

/**
 * Walks the pages of a login by itself, over plain HTTP, and gives the last page. Also presses
 * the button of a logout page and posts forms that a script would post. Throws when a server does
 * not answer or the pages never end.
 */
export function walkLogin(authorizationUrl: string, options?: WalkOptions): Promise<WalkResult>

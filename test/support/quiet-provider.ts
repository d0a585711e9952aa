import type Provider from 'oidc-provider'

// Colours come first on a terminal.
// oxlint-disable-next-line no-control-regex
const notice = /^(?:\x1b\[[\d;]*m)*oidc-provider (?:NOTICE|WARNING):/

let loading: Promise<typeof import('oidc-provider')> | undefined

/**
 * Loads oidc-provider, whose remarks on running outside production are of no use to somebody who
 * runs a test or the playground: they are dropped here, and no other text is.
 */
export async function loadProvider(): Promise<{
  Provider: typeof Provider
  errors: typeof import('oidc-provider').errors
}> {
  if (loading === undefined) {
    for (const method of ['info', 'warn'] as const) {
      const print = console[method].bind(console)
      console[method] = (...values: unknown[]) => {
        if (typeof values[0] !== 'string' || !notice.test(values[0])) print(...values)
      }
    }
    loading = import('oidc-provider')
  }
  const loaded = await loading
  return { Provider: loaded.default, errors: loaded.errors }
}

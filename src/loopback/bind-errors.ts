import { MachineFault, UsageError, type OauthctlError } from '../errors/families.ts'

interface BindFailure {
  host: string
  port: number
  platform: NodeJS.Platform
  cause: unknown
}

/** The error for a loopback port that could not be had: `port_in_use`, `port_forbidden` or `listen_failed`. */
export function bindError({ host, port, platform, cause }: BindFailure): OauthctlError {
  const reason = systemCode(cause)
  if (port !== 0 && reason === 'EADDRINUSE') {
    return new UsageError(`port ${port} on ${host} is in use by another program`, {
      code: 'port_in_use',
      hint: `Stop that program, or choose another port with --redirect-uri${reserved(platform)}.`,
      cause,
    })
  }
  if (port !== 0 && reason === 'EACCES') {
    return new UsageError(`port ${port} on ${host} may not be used by this account`, {
      code: 'port_forbidden',
      hint: `Choose a port above 1023 with --redirect-uri${reserved(platform)}.`,
      cause,
    })
  }
  return new MachineFault(`this machine does not let oauthctl listen on ${host} (${reason})`, {
    code: 'listen_failed',
    hint: 'Log in with --no-browser and paste the address that the browser ends on',
    cause,
  })
}

/** `EADDRINUSE` and the like, as the operating system named it. */
export function systemCode(cause: unknown): string {
  const code: unknown = cause instanceof Error && 'code' in cause ? cause.code : undefined
  return typeof code === 'string' ? code : 'unknown reason'
}

// Hyper-V and others reserve ranges in which every port looks taken and no program shows up.
function reserved(platform: NodeJS.Platform): string {
  return platform === 'win32'
    ? ' outside the ranges that Windows reserves: netsh interface ipv4 show excludedportrange protocol=tcp'
    : ''
}

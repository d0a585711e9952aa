import { mkdirSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { SETTING_NAMES, variableName } from '../../src/config/settings.ts'
import {
  startAuthorizationServer,
  type AuthorizationServer,
} from '../support/authorization-server.ts'
import { projectRoot } from '../support/project.ts'
import { startProtectedApi, type ProtectedApi } from '../support/protected-api.ts'
import { requireTool } from '../support/requirements.ts'
import { signIdentity, startFederation, startGithubRunner, type Federation } from './federation.ts'
import { runGithubJob } from './github-job.ts'
import { createJobMachine, version, type JobMachine, type Ran } from './job-machine.ts'
import { at, parseYaml, texts, type Yaml } from './yaml.ts'

const readme = readFileSync(join(projectRoot, 'README.md'), 'utf8')
const SECRET = 'robot-secret+with/odd=characters-0123456789'

/** The blocks of one language below a heading of the chapter. */
function blocks(heading: string, language: string): string[] {
  const start = readme.indexOf(`\n### ${heading}\n`)
  expect(start, heading).toBeGreaterThan(readme.indexOf('\n## In CI\n'))
  const section = readme.slice(start + 1).split(/\n##+ /)[0] ?? ''
  const fence = new RegExp('^```' + language + '\\n([\\s\\S]*?)^```$', 'gm')
  return [...section.matchAll(fence)].map(([, text = '']) => text)
}

function example(heading: string, { issuer, api }: { issuer: string; api: string }): string {
  const [text = ''] = blocks(heading, 'yaml')
  expect(text).toContain('https://login.example.com')
  return text
    .replaceAll('https://api.example.com/api', api)
    .replaceAll('https://login.example.com', issuer)
}

const worked = 'report: 200 {"message":"Hello, robot"'
const noSecretLeft = 'secrets left: 0\n'

it('the chapter names only variables that there are, and the package of this version', () => {
  const chapter = readme.slice(readme.indexOf('\n## In CI\n'), readme.indexOf('\n## Exit codes'))
  const known = new Set([
    ...SETTING_NAMES.map(variableName),
    ...['STORE_KEY', 'STORE_KEY_FILE', 'STATE_DIR'].map(variableName),
  ])
  const named = new Set(chapter.match(/\bOAUTHCTL_[A-Z_]+/g))
  expect(named.size).toBeGreaterThan(8)
  expect([...named].filter((name) => !known.has(name))).toEqual([])
  const packages = new Set(chapter.match(/oauthctl-[\d.]+\.tgz/g))
  expect([...packages]).toEqual([`oauthctl-${version}.tgz`])
})

describe('with a client secret', () => {
  let server: AuthorizationServer
  let api: ProtectedApi

  beforeAll(async () => {
    server = await startAuthorizationServer({
      clients: [
        {
          client_id: 'robot',
          client_secret: SECRET,
          grant_types: ['client_credentials'],
          redirect_uris: [],
          response_types: [],
        },
      ],
    })
    api = await startProtectedApi({ issuer: server.issuer })
  })

  afterAll(async () => {
    await api.stop()
    await server.stop()
  })

  function githubJob(secret: string) {
    const text = example('GitHub Actions, with a client secret', {
      issuer: server.issuer,
      api: api.url,
    })
    const identity = { ACTIONS_ID_TOKEN_REQUEST_URL: '', ACTIONS_ID_TOKEN_REQUEST_TOKEN: '' }
    return runGithubJob(parseYaml(text), createJobMachine(api.url), {
      secrets: { OAUTHCTL_CLIENT_SECRET: secret },
      identity,
    })
  }

  it('the GitHub job masks the token and hands it to the next step', async () => {
    const ran = await githubJob(SECRET)
    expect(ran.code, ran.shown).toBe(0)
    const [, token = ''] = /^access_token=(\S{20,})\n$/.exec(ran.outputFiles[1] ?? '') ?? []
    expect(token).not.toBe('')
    expect(ran.outputFiles).toEqual(['', `access_token=${token}\n`, ''])
    expect(ran.environmentFiles).toEqual(['', '', ''])
    const [mask, ...rest] = ran.log.split('\n')
    expect(mask).toBe(`::add-mask::${token}`)
    expect(rest.join('\n')).not.toContain(token)
    expect(ran.shown).not.toContain(token)
    expect(ran.log).not.toContain(SECRET)
    expect(ran.log).toContain(worked)
    expect(ran.log).toContain(noSecretLeft)
  })

  it('a refused secret ends the GitHub job with nothing handed on', async () => {
    const ran = await githubJob('another-secret-0123456789')
    expect(ran.code).toBe(4)
    expect(ran.outputFiles).toEqual(['', ''])
    expect(ran.log).toContain('invalid_client')
    expect(ran.log).not.toContain('another-secret')
    expect(ran.log).not.toContain('::add-mask::')
  })

  it.runIf(requireTool('openssl'))('the script of cron asks the server once', async () => {
    const machine = createJobMachine(api.url)
    machine.install()
    const etc = join(machine.root, 'etc')
    const state = join(machine.root, 'state')
    for (const folder of [etc, state]) mkdirSync(folder, { mode: 0o700 })
    const [setUp = '', script = ''] = blocks('A script for cron', 'sh').map((text) =>
      text
        .replaceAll('https://api.example.com/api', api.url)
        .replaceAll('https://login.example.com', server.issuer)
        .replaceAll('/etc/report', etc)
        .replaceAll('/var/lib/report', state)
        .replaceAll('/usr/local/bin', machine.bin),
    )
    const cron = { HOME: machine.root, LOGNAME: 'report', SHELL: '/bin/sh', PATH: '/usr/bin:/bin' }
    const typed = `{\n${setUp}} <<'END'\n${SECRET}\nEND\n`
    expect(await machine.run(['/bin/sh', '-c', typed], cron)).toEqual({ code: 0, log: '' })
    for (const name of readdirSync(etc)) expect(statSync(join(etc, name)).mode & 0o077).toBe(0)
    const path = join(machine.bin, 'nightly')
    writeFileSync(path, script, { mode: 0o755 })
    server.reset()
    for (const _turn of [1, 2]) {
      const ran = await machine.run([path], cron, '/')
      expect(ran, ran.log).toMatchObject({ code: 0 })
      expect(ran.log).toContain(worked)
      expect(ran.log).toContain(noSecretLeft)
      expect(ran.log.trim().split('\n')).toHaveLength(1)
    }
    expect(server.requestsTo('/token')).toHaveLength(1)
    const [sealed = ''] = readdirSync(join(state, 'sessions'))
    expect(readFileSync(join(state, 'sessions', sealed), 'utf8')).toMatch(/^eyJ/)
  })
})

describe('with the identity of the job', () => {
  /** What every one of these jobs has in common. */
  function expectWorked(ran: Ran, { token, accepted, server }: Federation): void {
    expect(ran, ran.log).toMatchObject({ code: 0 })
    expect(ran.log).toContain(worked)
    expect(accepted.length).toBeGreaterThan(0)
    for (const secret of [token, ...accepted]) expect(ran.log).not.toContain(secret)
    const asked = server.requests.filter(({ path }) => path === '/token')
    expect(accepted).toHaveLength(asked.length)
  }

  async function expectNothingSent(ran: Ran, federation: Federation, told: string) {
    expect(ran.code).toBe(2)
    expect(ran.log).toContain(told)
    expect(ran.log).not.toContain('report:')
    expect(federation.server.requests.filter(({ path }) => path === '/token')).toEqual([])
  }

  const github = {
    iss: 'https://token.actions.githubusercontent.com',
    sub: 'repo:octo-org/reports:ref:refs/heads/main',
  }

  async function githubJob(change: (text: string) => string = (text) => text) {
    const federation = await startFederation(github)
    const { env } = await startGithubRunner(github)
    const machine = createJobMachine(federation.api)
    const text = change(example('GitHub Actions, without a secret', federation))
    const ran = await runGithubJob(parseYaml(text), machine, {
      secrets: {},
      identity: env,
    })
    expect(ran.log).not.toContain(env.ACTIONS_ID_TOKEN_REQUEST_TOKEN)
    return { ran, federation, machine }
  }

  it('the GitHub job runs its command and asks the API', async () => {
    const { ran, federation, machine } = await githubJob()
    expectWorked(ran, federation)
    expect(ran.log).not.toContain('::add-mask::')
    expect(ran.outputFiles.join('')).toBe('')
    const answer = readFileSync(join(machine.checkout, 'hello.json'), 'utf8')
    expect(JSON.parse(answer)).toEqual({ message: 'Hello, robot' })
  })

  it('the GitHub job without its permission is told the setting', async () => {
    const { ran, federation } = await githubJob((text) => text.replace(/ +id-token: write\n/, ''))
    await expectNothingSent(ran, federation, 'permissions: id-token: write')
  })

  const gitlab = {
    iss: 'https://gitlab.example.com',
    sub: 'project_path:group/reports:ref_type:branch:ref:main',
  }

  async function gitlabJob(audience?: string) {
    const federation = await startFederation(gitlab)
    const machine = createJobMachine(federation.api)
    const job = at(parseYaml(example('GitLab CI', federation)), 'report')
    const tokens: Record<string, string> = {}
    for (const [name, { aud }] of Object.entries(
      at(job, 'id_tokens') as Record<string, { aud: string }>,
    ))
      tokens[name] = await signIdentity({ ...gitlab, aud: audience ?? aud })
    const home = join(machine.root, 'home')
    mkdirSync(home)
    // The runner joins the lines and ends at the first that fails.
    const script = ['set -eo pipefail', ...(at(job, 'script') as string[])].join('\n')
    const ran = await machine.run(['/bin/bash', '-c', script], {
      PATH: machine.path,
      HOME: home,
      CI: 'true',
      GITLAB_CI: 'true',
      ...texts(at(job, 'variables')),
      ...tokens,
    })
    for (const token of Object.values(tokens)) expect(ran.log).not.toContain(token)
    return { ran, federation }
  }

  it('the GitLab job runs its command', async () => {
    const { ran, federation } = await gitlabJob()
    expectWorked(ran, federation)
  })

  it('the GitLab job sends no token that is for somebody else', async () => {
    const { ran, federation } = await gitlabJob('https://vault.example.com')
    await expectNothingSent(ran, federation, 'https://vault.example.com')
  })

  const cluster = {
    iss: 'https://kubernetes.default.svc.cluster.local',
    sub: 'system:serviceaccount:default:report',
  }

  /** Writes what the kubelet would mount, and gives the paths as they are on this machine. */
  async function mountVolumes(pod: Yaml, machine: JobMachine): Promise<string> {
    const [volume] = at(pod, 'volumes') as Yaml[]
    const [mount] = at(pod, 'containers', 0, 'volumeMounts') as Yaml[]
    expect(at(mount ?? '', 'name')).toBe(at(volume ?? '', 'name'))
    const source = texts(at(volume ?? '', 'projected', 'sources', 0, 'serviceAccountToken'))
    expect(Number(source['expirationSeconds'])).toBeGreaterThanOrEqual(600)
    const folder = join(machine.root, at(mount ?? '', 'mountPath') as string)
    mkdirSync(folder, { recursive: true })
    const token = await signIdentity({ ...cluster, aud: source['audience'] ?? '' })
    writeFileSync(join(folder, source['path'] ?? ''), token, { mode: 0o644 })
    return token
  }

  it('the Kubernetes job runs its command', async () => {
    const federation = await startFederation(cluster)
    const machine = createJobMachine(federation.api)
    machine.install()
    const job = parseYaml(example('A Kubernetes job', federation))
    const pod = at(job, 'spec', 'template', 'spec')
    const token = await mountVolumes(pod, machine)
    const variables = at(pod, 'containers', 0, 'env') as { name: string; value: string }[]
    const command = [
      ...(at(pod, 'containers', 0, 'command') as string[]),
      ...(at(pod, 'containers', 0, 'args') as string[]),
    ].map((word) =>
      word
        .replace('/app/', `${machine.checkout}/`)
        .replace('/var/run/secrets', join(machine.root, '/var/run/secrets')),
    )
    const ran = await machine.run(
      ['/usr/bin/env', ...command],
      {
        PATH: machine.path,
        HOSTNAME: 'report-x7x2p',
        KUBERNETES_SERVICE_HOST: '10.96.0.1',
        KUBERNETES_SERVICE_PORT: '443',
        ...Object.fromEntries(variables.map(({ name, value }) => [name, value])),
      },
      '/',
    )
    expectWorked(ran, federation)
    expect(federation.accepted).toEqual([token])
    expect(ran.log.trim().split('\n')).toHaveLength(1)
  })
})

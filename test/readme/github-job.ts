import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JobMachine, Ran } from './job-machine.ts'
import { at, texts, type Yaml } from './yaml.ts'

export interface GithubPlatform {
  secrets: Record<string, string>
  /** What a job with `id-token: write` gets. */
  identity: { ACTIONS_ID_TOKEN_REQUEST_URL: string; ACTIONS_ID_TOKEN_REQUEST_TOKEN: string }
}

export interface GithubRan extends Ran {
  /** The log as people see it: every line but commands, the masked values as `***`. */
  shown: string
  /** What the steps wrote to their output files, in order. */
  outputFiles: string[]
  environmentFiles: string[]
}

const ACTIONS = new Set(['actions/checkout@v5', 'actions/setup-node@v5'])

/** Runs the only job of a workflow as the runner documents it, up to the first step that fails. */
export async function runGithubJob(
  workflow: Yaml,
  machine: JobMachine,
  platform: GithubPlatform,
): Promise<GithubRan> {
  const job = Object.values(at(workflow, 'jobs'))[0] as Record<string, Yaml>
  const permissions = texts(job['permissions'])
  const home = join(machine.root, 'home')
  mkdirSync(home)
  const values: Record<string, string> = {}
  for (const [name, value] of Object.entries(platform.secrets)) values[`secrets.${name}`] = value
  const ran: GithubRan = { code: 0, log: '', shown: '', outputFiles: [], environmentFiles: [] }
  const masks = Object.values(platform.secrets)
  for (const [index, step] of (at(job, 'steps') as Record<string, Yaml>[]).entries()) {
    if (step['uses'] !== undefined) {
      useAction(step['uses'] as string, job['permissions'] === undefined ? undefined : permissions)
      continue
    }
    const files = ['output', 'env', 'script'].map((name) => join(machine.root, `${name}-${index}`))
    const [output = '', environment = '', script = ''] = files
    writeFileSync(output, '')
    writeFileSync(environment, '')
    writeFileSync(script, `${evaluate(at(step, 'run') as string, values)}\n`)
    const own = { ...texts(job['env']), ...texts(step['env']) }
    const { code, log } = await machine.run(['/bin/bash', '-e', script], {
      PATH: machine.path,
      HOME: home,
      CI: 'true',
      GITHUB_ACTIONS: 'true',
      GITHUB_OUTPUT: output,
      GITHUB_ENV: environment,
      ...(permissions['id-token'] === 'write' ? platform.identity : {}),
      ...Object.fromEntries(
        Object.entries(own).map(([name, text]) => [name, evaluate(text, values)]),
      ),
    })
    for (const [, mask = ''] of log.matchAll(/^::add-mask::(.+)$/gm)) masks.push(mask)
    ran.code = code
    ran.log += log
    ran.outputFiles.push(readFileSync(output, 'utf8'))
    ran.environmentFiles.push(readFileSync(environment, 'utf8'))
    for (const [, name, value = ''] of readFileSync(output, 'utf8').matchAll(/^(\w+)=(.*)$/gm))
      values[`steps.${step['id'] as string}.outputs.${name}`] = value
    if (code !== 0) break
  }
  ran.shown = masks.reduce((text, mask) => text.replaceAll(mask, '***'), ran.log)
  return ran
}

function useAction(name: string, permissions: Record<string, string> | undefined): void {
  if (!ACTIONS.has(name)) throw new Error(`an action that nobody knows: ${name}`)
  const mayRead = permissions === undefined || permissions['contents'] === 'read'
  if (name.startsWith('actions/checkout') && !mayRead)
    throw new Error('the checkout needs contents')
}

function evaluate(text: string, values: Record<string, string>): string {
  return text.replace(/\$\{\{ ([\w.]+) \}\}/g, (_all, name: string) => {
    const value = values[name]
    if (value === undefined) throw new Error(`nothing is in ${name}`)
    return value
  })
}

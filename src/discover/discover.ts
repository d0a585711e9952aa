import type { Context } from '../context.ts'
import { EXIT, type ExitCode } from '../errors/exit-codes.ts'
import { discover, type Discovery, type DiscoveryStep } from '../protocol/discovery.ts'
import { issuerOfMetadataAddress } from '../protocol/well-known.ts'
import { visible } from '../text/visible.ts'
import { explain, type Finding } from './explain.ts'

/**
 * Shows a server's metadata and what oauthctl can do with it. A server without usable metadata is a
 * finding: the report says what each address answered, and the exit code is 5.
 */
export async function runDiscover(context: Context, url: string): Promise<ExitCode> {
  const { output } = context
  const { issuer, found } = await discoverAny(context, possibleIssuers(url))
  if (found.kind === 'failed' && found.error.exitCode === EXIT.usage) throw found.error
  if (output.json) output.document(asDocument(issuer, found))
  else output.result(asText(context, issuer, found))
  return found.kind === 'found' ? EXIT.done : EXIT.server
}

/** An address of metadata is the same for an issuer with and without a slash at its end. */
function possibleIssuers(url: string): [string, ...string[]] {
  const issuer = URL.canParse(url) ? issuerOfMetadataAddress(url) : undefined
  return issuer === undefined ? [url] : [issuer, `${issuer}/`]
}

/** The first issuer whose metadata is found; where there is none, what was seen for the first. */
async function discoverAny(
  { fetch, clock, documents }: Context,
  [issuer, ...others]: [string, ...string[]],
): Promise<{ issuer: string; found: Discovery }> {
  const deps = { fetch, clock, cache: documents }
  const found = await discover(deps, issuer, { revalidate: true })
  if (found.kind === 'failed' && found.error.code === 'issuer_mismatch') {
    for (const other of others) {
      const again = await discover(deps, other, { revalidate: true })
      if (again.kind === 'found') return { issuer: other, found: again }
    }
  }
  return { issuer, found }
}

function asDocument(issuer: string, found: Discovery): unknown {
  return {
    issuer,
    found: found.kind === 'found',
    url: found.kind === 'found' ? found.url : undefined,
    tried: found.steps.map(({ url, form, fault }) => ({
      url,
      form,
      result: fault ? fault.code : 'ok',
      detail: fault?.what,
    })),
    error:
      found.kind === 'failed'
        ? { code: found.error.code, message: found.error.message, hint: found.error.hint }
        : undefined,
    findings: found.kind === 'found' ? explain(found.metadata) : undefined,
    metadata: found.kind === 'found' ? found.document : undefined,
  }
}

function asText(context: Context, issuer: string, found: Discovery): string {
  const { outStyle } = context.output
  const heading = (text: string): string => outStyle('bold', text)
  const lines = [`${heading('Issuer')}  ${visible(issuer)}`, '', heading('Asked')]
  lines.push(...found.steps.map((step) => `  ${stepLine(step, outStyle)}`))
  if (found.kind === 'failed') {
    lines.push('', `${outStyle('red', '✗')} ${visible(found.error.message)}`)
    if (found.error.hint) lines.push(`  ${visible(found.error.hint)}`)
    return lines.join('\n')
  }
  const sections = explain(found.metadata)
  const names = sections.flatMap(({ findings }) => findings.map(({ name }) => name.length))
  for (const { title, findings } of sections) {
    lines.push('', heading(title))
    lines.push(...findings.map((one) => findingLine(one, Math.max(...names), outStyle)))
  }
  return lines.join('\n')
}

function stepLine(
  { url, form, fault }: DiscoveryStep,
  style: Context['output']['outStyle'],
): string {
  const mark = fault ? style('dim', '·') : style('green', '✓')
  return `${mark} ${visible(url)} (${form}): ${fault ? visible(fault.what) : 'found'}`
}

const MARKS = { good: '✓', bad: '✗', plain: '·' } as const
const COLOURS = { good: 'green', bad: 'yellow', plain: 'dim' } as const

function findingLine(
  { tone, name, text }: Finding,
  width: number,
  style: Context['output']['outStyle'],
): string {
  return `  ${style(COLOURS[tone], MARKS[tone])} ${visible(name).padEnd(width)}  ${visible(text, 2000)}`
}

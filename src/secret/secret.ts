import { checkEntryName } from '../config/entry-names.ts'
import type { Context } from '../context.ts'
import { UsageError } from '../errors/families.ts'
import { table } from '../output/table.ts'
import { forgetEntry, keepEntry, lastingStore, listEntries } from '../sessions/entries.ts'
import { missingEntry } from '../sessions/missing-entry.ts'
import { offeringFileStore } from '../stores/file-store-offer.ts'
import { rfc3339 } from '../text/times.ts'

/**
 * Stores a secret from standard input, or asks for it without echo where that is a terminal. One
 * line break at its end is not part of it.
 */
export async function setSecret(context: Context, given: string): Promise<void> {
  const { output, redactor } = context
  const name = checkEntryName('secret', given)
  const text = (await readValue(context, name)).replace(/\r?\n$/, '')
  redactor.learn(text)
  checkValue(text, name)
  const store = await keepEntry(context, { kind: 'secret', name, text })
  if (output.json) output.document({ name, store: store?.kind, reference: `keychain:${name}` })
  else output.note(`Stored the secret ${name} in ${store?.place}; its reference: keychain:${name}`)
}

/** Lists the names of the stored secrets. */
export function listSecrets(context: Context): void {
  const { output } = context
  const secrets = listEntries(context, 'secret')
  if (output.json) {
    const document = secrets.map(({ name, store, changedAt }) => ({
      name,
      store,
      changed_at: rfc3339(changedAt),
    }))
    output.document({ secrets: document })
  } else if (secrets.length === 0) {
    output.note('There is no secret. Store one: oauthctl secret set NAME')
  } else {
    const rows = secrets.map(({ name, store, changedAt }) => [name, store, rfc3339(changedAt)])
    output.result(table(['name', 'store', 'changed'], rows, output.width))
  }
}

/** Removes a secret from the store. */
export async function removeSecret(context: Context, given: string): Promise<void> {
  const { output } = context
  const id = { kind: 'secret', name: checkEntryName('secret', given) } as const
  if (!(await forgetEntry(context, id))) throw missingEntry(context, id)
  if (output.json) output.document({ removed: id.name })
  else output.note(`Removed the secret ${id.name}`)
}

async function readValue(context: Context, name: string): Promise<string> {
  // Before a question is asked whose answer could not be kept.
  const store = lastingStore(context, 'secret')
  await offeringFileStore({ env: context.env, kind: store.kind }, () => store.probe())
  if (context.terminal === undefined) return context.readStdin()
  if (context.prompter.possible) return context.prompter.secret(`secret ${name}:`)
  throw new UsageError('nobody is there to type the secret', {
    code: 'cannot_ask',
    hint: `Pipe it in: oauthctl secret set ${name} < FILE`,
  })
}

function checkValue(text: string, name: string): void {
  const problem =
    text === ''
      ? 'the secret is empty'
      : text.includes('\ufffd')
        ? 'the secret is not text in UTF-8'
        : undefined
  if (problem === undefined) return
  throw new UsageError(problem, {
    code: 'secret_invalid',
    hint: `Pipe it in: oauthctl secret set ${name} < FILE; bytes that are no text as base64`,
  })
}

import { expect, test } from 'vitest'
import type { SecretStore } from '../../src/ports/secret-store.ts'

/** What every store that keeps something promises. `open` gives a store, the same place each time. */
export function secretStoreContract(open: () => Promise<SecretStore> | SecretStore): void {
  test('reads nothing where nothing was written', async () => {
    const store = await open()
    expect(await store.read('nobody')).toBeUndefined()
  })

  test('gives back what was written, to another process too', async () => {
    const text = JSON.stringify({
      access_token: 'a"b\\c',
      name: 'Zoë 🔑',
      lines: 'one\ntwo\0three',
    })
    await (await open()).write('work', text)
    expect(await (await open()).read('work')).toBe(text)
  })

  test('replaces the whole text', async () => {
    const store = await open()
    await store.write('work', 'a long text that is replaced')
    await store.write('work', 'short')
    expect(await store.read('work')).toBe('short')
  })

  test('keeps the empty text', async () => {
    const store = await open()
    await store.write('empty', '')
    expect(await store.read('empty')).toBe('')
  })

  test('keeps names apart that differ in one character', async () => {
    const store = await open()
    const names = ['work', 'Work', 'work.', 'secret:work', 'secret-work', 'work@ab12', '.work']
    for (const name of names) await store.write(name, `text of ${name}`)
    for (const name of names) expect(await store.read(name)).toBe(`text of ${name}`)
    for (const name of names) expect(await store.remove(name)).toBe(true)
  })

  test('keeps 200 kB', async () => {
    const store = await open()
    const text = 'x'.repeat(200_000)
    await store.write('large', text)
    expect(await store.read('large')).toBe(text)
  })

  test('removes, and tells whether there was something', async () => {
    const store = await open()
    await store.write('gone', 'text')
    expect(await store.remove('gone')).toBe(true)
    expect(await store.read('gone')).toBeUndefined()
    expect(await store.remove('gone')).toBe(false)
  })

  test('a probe leaves what is stored alone', async () => {
    const store = await open()
    await store.write('work', 'kept')
    await store.probe()
    expect(await store.read('work')).toBe('kept')
  })
}

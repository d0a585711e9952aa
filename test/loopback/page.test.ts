import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { escapeHtml } from '../../src/loopback/html.ts'
import { renderPage, type Page } from '../../src/loopback/page.ts'
import { PAGE_STYLE } from '../../src/loopback/page-style.ts'
import { renderPostForm } from '../../src/loopback/post-form.ts'

const pages: Record<string, Page> = {
  success: { kind: 'success', profile: 'work', account: 'ada', issuer: 'https://as.example' },
  failure: { kind: 'failure', message: 'No answer came', command: 'oauthctl login work' },
  stray: { kind: 'stray' },
}

function hashes(html: string, tag: string): string[] {
  return [...html.matchAll(new RegExp(`<${tag}>([^]*?)</${tag}>`, 'g'))].map(
    ([, text = '']) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`,
  )
}

describe.each(Object.entries(pages))('the %s page', (_name, page) => {
  const { headers, body } = renderPage(page)
  const policy = (headers['Content-Security-Policy'] ?? '').split('; ')

  it('allows its own style and script by hash and nothing else to run or load', () => {
    expect(policy).toEqual([
      "default-src 'none'",
      `style-src ${hashes(body, 'style').join(' ')}`,
      `script-src ${hashes(body, 'script').join(' ')}`,
      'img-src data:',
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ])
    expect(body).not.toMatch(/ (style|on\w+)=/)
  })

  it('refers to nothing outside itself', () => {
    const links = [...body.matchAll(/(?:href|src)="([^"]*)"/g)].map(([, link = '']) => link)
    expect(links).toHaveLength(1)
    expect(links[0]).toMatch(/^data:image\/svg\+xml,/)
    expect(PAGE_STYLE).not.toMatch(/url\(|@import/)
  })

  it('stays out of caches, referrers, frames and other windows', () => {
    expect(headers).toMatchObject({
      'Content-Type': 'text/html; charset=utf-8',
      'Cache-Control': 'no-store',
      'Referrer-Policy': 'no-referrer',
      'X-Content-Type-Options': 'nosniff',
      'Cross-Origin-Opener-Policy': 'same-origin',
    })
  })

  it('can be read by a screen reader', () => {
    expect(body).toContain('<html lang="en"')
    expect(body.match(/<h1>/g)).toHaveLength(1)
    expect(body).toMatch(/<div role="status" aria-live="polite">\s*<h1>/)
    expect(body).toMatch(/<svg [^>]*aria-hidden="true"/)
    expect(body).toContain('name="viewport"')
  })
})

describe('what the pages say', () => {
  it('tells profile, account and server of a login', () => {
    const { status, body } = renderPage(pages['success'] as Page)
    expect(status).toBe(200)
    expect(body).toContain('<title>You are logged in · oauthctl</title>')
    const words = body.replaceAll('<wbr>', '')
    for (const word of ['<dd>work</dd>', '<dd>ada</dd>', '<dd>https://as.example</dd>']) {
      expect(words).toContain(word)
    }
    expect(body).toContain('You can close this tab and return to the terminal.')
  })

  it('leaves out what is not known', () => {
    const { body } = renderPage({ kind: 'success', profile: 'work' })
    expect(body.match(/<dt>/g)).toHaveLength(1)
    expect(body).not.toContain('undefined')
  })

  it('tells a failure in its title and status', () => {
    const { status, body } = renderPage({ kind: 'failure', title: 'Wrong account', message: 'm' })
    expect(status).toBe(400)
    expect(body).toContain('<title>Wrong account · oauthctl</title>')
    expect(body).not.toContain('<pre>')
  })

  it.each([
    `<script>alert(1)</script>`,
    `"><img src=x onerror=alert(1)>`,
    `' onload='x`,
    `&lt;b&gt;`,
    `</title></style></script>`,
  ])('escapes %s everywhere', (evil) => {
    const bodies = [
      renderPage({ kind: 'success', profile: evil, account: evil, issuer: evil }).body,
      renderPage({ kind: 'failure', title: evil, message: evil, command: evil }).body,
      renderPostForm({ action: 'https://as.example/', fields: { [evil]: evil } }).body,
    ]
    for (const body of bodies) {
      expect(body).not.toContain(evil)
      expect(body.match(/<script>/g)).toHaveLength(1)
      expect(body.replaceAll('<wbr>', '')).toContain(escapeHtml(evil))
    }
  })

  it('escapes exactly the five characters that mean something in HTML', () => {
    expect(escapeHtml(`&<>"'\`=/`)).toBe('&amp;&lt;&gt;&quot;&#39;`=/')
  })

  it('shows characters that are invisible or turn the direction of reading', () => {
    const { body } = renderPage({ kind: 'failure', message: 'a\u202eb\u0000c\u200bd' })
    expect(body).toContain('a\\u{202e}b\\u{0}c\\u{200b}d')
  })

  it('cuts a message without end', () => {
    const { body } = renderPage({ kind: 'failure', message: 'x'.repeat(100_000) })
    expect(body.length).toBeLessThan(20_000)
  })

  it('has contrast enough for every text in light and dark (WCAG 2.2, 1.4.3)', () => {
    const [light = '', dark = ''] = PAGE_STYLE.split('@media (prefers-color-scheme: dark)')
    for (const scheme of [light, dark]) {
      const colour = (name: string): string[] =>
        [...scheme.matchAll(new RegExp(`--${name}: (#[0-9a-f]{6})`, 'g'))].map(
          ([, hex = '']) => hex,
        )
      for (const text of [...colour('ink'), ...colour('soft')]) {
        for (const ground of [...colour('card'), ...colour('panel'), ...colour('ground')]) {
          expect(contrast(text, ground)).toBeGreaterThanOrEqual(4.5)
        }
      }
      const halos = colour('halo')
      expect(halos).toHaveLength(3)
      for (const [index, tone] of colour('tone').entries()) {
        expect(contrast(tone, halos[index] ?? '')).toBeGreaterThanOrEqual(4.5)
      }
    }
  })
})

describe('the page that posts a logout', () => {
  const { body, headers } = renderPostForm({
    action: 'https://as.example:8443/logout?a=1&b=2',
    fields: { id_token_hint: 'ey.j.x', client_id: 'cli' },
  })

  it('may post to its action, whose redirects to other servers are not cut off', () => {
    expect(headers['Content-Security-Policy']).toContain(
      'form-action https://as.example:8443 https:;',
    )
    expect(body).toContain('action="https://as.example:8443/logout?a=1&amp;b=2"')
  })

  it('has a button for browsers without scripts', () => {
    expect(body).toContain('<button>Log out</button>')
    expect(body).toContain('name="id_token_hint" value="ey.j.x"')
  })
})

function contrast(one: string, two: string): number {
  const [light = 0, dark = 0] = [luminance(one), luminance(two)].toSorted((a, b) => b - a)
  return (light + 0.05) / (dark + 0.05)
}

function luminance(hex: string): number {
  const [r = 0, g = 0, b = 0] = [1, 3, 5]
    .map((at) => Number.parseInt(hex.slice(at, at + 2), 16) / 255)
    .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
  return 0.2126 * r + 0.7152 * g + 0.0722 * b
}

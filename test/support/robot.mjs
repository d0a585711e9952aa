import { request as httpRequest } from 'node:http'
import { request as httpsRequest } from 'node:https'

// A browser without a window: it follows redirects, keeps cookies and fills in HTML forms. Plain
// JavaScript, so that the robot's command and the tests share it.

const maxSteps = 30

/** Sends one request as a browser's navigation does, and reads the answer to its end. */
function navigate(url, { method = 'GET', form, cookies, from } = {}) {
  const headers = {
    accept: 'text/html,application/xhtml+xml',
    'user-agent': 'Mozilla/5.0 (test robot)',
    'sec-fetch-mode': 'navigate',
    'sec-fetch-dest': 'document',
  }
  const cookie = cookies.headerFor(url)
  if (cookie !== '') headers['cookie'] = cookie
  const body = method === 'POST' ? new URLSearchParams(form).toString() : undefined
  if (body !== undefined) {
    headers['content-type'] = 'application/x-www-form-urlencoded'
    headers['content-length'] = Buffer.byteLength(body)
    if (from !== undefined) headers['origin'] = new URL(from).origin
  }
  const send = url.startsWith('https:') ? httpsRequest : httpRequest
  return new Promise((resolve, reject) => {
    const outgoing = send(url, { method, headers, agent: false }, (answer) => {
      const chunks = []
      answer.on('data', (chunk) => chunks.push(chunk))
      answer.on('error', reject)
      answer.on('end', () => {
        cookies.keep(url, answer.headers['set-cookie'] ?? [])
        resolve({
          url,
          status: answer.statusCode ?? 0,
          headers: answer.headers,
          body: Buffer.concat(chunks).toString('utf8'),
        })
      })
    })
    outgoing.on('error', reject)
    outgoing.end(body)
  })
}

/** Cookies by origin and path (RFC 6265 section 5.4, as far as a login needs it). */
function createCookieJar() {
  const jar = new Map()
  return {
    keep(url, lines) {
      const { origin, pathname } = new URL(url)
      for (const line of lines) {
        const [pair = '', ...attributes] = line.split(';').map((part) => part.trim())
        const name = pair.slice(0, pair.indexOf('='))
        const found = (key) =>
          attributes.find((one) => one.toLowerCase().startsWith(`${key}=`))?.slice(key.length + 1)
        const path = found('path') ?? pathname.slice(0, pathname.lastIndexOf('/') + 1)
        const expires = found('expires')
        const gone = found('max-age') === '0' || (expires && Date.parse(expires) <= Date.now())
        const key = `${origin} ${path} ${name}`
        if (gone) jar.delete(key)
        else jar.set(key, { origin, path, pair })
      }
    },
    headerFor(url) {
      const { origin, pathname } = new URL(url)
      return [...jar.values()]
        .filter((cookie) => cookie.origin === origin && pathname.startsWith(cookie.path))
        .map((cookie) => cookie.pair)
        .join('; ')
    },
  }
}

function unescapeHtml(text) {
  const named = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" }
  return text.replaceAll(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (whole, decimal, hex, name) => {
    if (decimal) return String.fromCodePoint(Number(decimal))
    if (hex) return String.fromCodePoint(Number.parseInt(hex, 16))
    return named[name] ?? whole
  })
}

function attributesOf(tag) {
  const attributes = {}
  const inside = tag.replace(/^<\w+/, '').replace(/\/?>$/, '')
  for (const [, name, quoted, single, bare] of inside.matchAll(
    /([\w:-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?/g,
  ))
    attributes[name.toLowerCase()] = unescapeHtml(quoted ?? single ?? bare ?? '')
  return attributes
}

/** The first form of a page, with the buttons that belong to it, wherever they stand. */
function readForm(html, url) {
  const found = /<form\b[^>]*>([\s\S]*?)<\/form>/i.exec(html)
  if (found === null) return undefined
  const form = attributesOf(found[0].slice(0, found[0].indexOf('>') + 1))
  const inputs = [...found[1].matchAll(/<input\b[^>]*>/gi)].map(([tag]) => attributesOf(tag))
  const buttons = [...html.matchAll(/<button\b[^>]*>/gi)]
    .map((match) => ({ ...attributesOf(match[0]), at: match.index }))
    .filter((button) =>
      button.form === undefined
        ? button.at > found.index && button.at < found.index + found[0].length
        : button.form === form.id,
    )
  return {
    action: new URL(form.action ?? '', url).href,
    method: (form.method ?? 'get').toUpperCase(),
    inputs,
    buttons,
  }
}

function chooseButton(buttons, consent) {
  const decision = buttons.find((one) => one.name === 'decision' && one.value === consent)
  // On a page that asks for a confirmation, the affirmative answer comes last.
  return decision ?? buttons.at(-1)
}

function fill(form, person) {
  const fields = []
  for (const input of form.inputs) {
    if (input.name === undefined || input.type === 'submit') continue
    const own = { username: person.username, password: person.password }[input.name]
    fields.push([input.name, own ?? input.value ?? ''])
  }
  const button = chooseButton(form.buttons, person.consent)
  if (button?.name !== undefined) fields.push([button.name, button.value ?? ''])
  return fields
}

function isRedirectUri(url, start) {
  const asked = start.searchParams.get('redirect_uri')
  const target = new URL(url)
  if (asked === null) return target.origin !== start.origin
  const wanted = new URL(asked)
  return target.origin === wanted.origin && target.pathname === wanted.pathname
}

/**
 * Opens an address as a person would in a browser, logs in, answers the consent page and follows
 * every redirect to the last page, which it gives back. A page that asks for the password a second
 * time is the last one. Types and promises: robot.d.mts.
 */
export async function walkLogin(authorizationUrl, options = {}) {
  const person = {
    username: options.username ?? 'demo',
    password: options.password ?? 'demo-password',
    consent: options.consent ?? 'allow',
  }
  const start = new URL(authorizationUrl)
  const cookies = createCookieJar()
  const visited = []
  let next = { url: authorizationUrl, method: 'GET', form: undefined, from: undefined }
  let redirectUri
  let passwordSent = false

  for (let step = 0; step < maxSteps; step += 1) {
    if (redirectUri === undefined && step > 0 && isRedirectUri(next.url, start)) {
      redirectUri = next.url
      const instead = await options.onRedirectUri?.(next.url)
      if (instead === false)
        return { status: 0, headers: {}, body: '', url: next.url, redirectUri, visited }
      if (typeof instead === 'string') next = { ...next, url: instead }
    }
    const page = await navigate(next.url, { ...next, cookies })
    visited.push(next.url)
    const end = { ...page, redirectUri, visited }
    const location = page.headers.location
    if (page.status >= 300 && page.status < 400 && location !== undefined) {
      const url = new URL(location, page.url).href
      const keeps = page.status === 307 || page.status === 308
      next = keeps ? { ...next, url } : { url, method: 'GET', form: undefined, from: page.url }
      continue
    }
    const form = readForm(page.body, page.url)
    if (form === undefined) return end
    if (form.inputs.some((input) => input.name === 'password')) {
      if (passwordSent) return end
      passwordSent = true
    }
    next = { url: form.action, method: form.method, form: fill(form, person), from: page.url }
  }
  throw new Error(`no end after ${maxSteps} pages, the last was ${next.url}`)
}

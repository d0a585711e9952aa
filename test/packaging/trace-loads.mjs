// For `node --import`: appends the address of every module that is loaded to $OAUTHCTL_TEST_LOADED.
import { appendFileSync } from 'node:fs'
import module from 'node:module'

const log = (address) => appendFileSync(process.env['OAUTHCTL_TEST_LOADED'], `${address}\n`)

// What is required from CommonJS.
const load = module._load
module._load = function (request, parent, isMain) {
  const resolved = module._resolveFilename(request, parent, isMain)
  if (resolved.startsWith('/')) log(resolved)
  return load.call(this, request, parent, isMain)
}

// What is imported from ES modules.
const hooks = `
import { appendFileSync } from 'node:fs'
export async function load(url, context, next) {
  appendFileSync(process.env['OAUTHCTL_TEST_LOADED'], url + '\\n')
  return next(url, context)
}`
module.register(`data:text/javascript,${encodeURIComponent(hooks)}`)

import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { robotBrowser } from './project.ts'

/** The last page that the robot saw. */
export interface SeenPage {
  status: number
  body: string
}

let runs = 0

/**
 * The command for one `--browser` whose robot tells what it saw. It is a process of its own and may
 * end after the login, so its page is waited for.
 */
export function reportingRobot(
  folder: string,
  flags = '',
): { browser: string; page(): Promise<SeenPage> } {
  runs += 1
  const report = join(folder, `page-${runs}.json`)
  return {
    browser: `${robotBrowser} ${flags} --report "${report}"`,
    async page() {
      for (let waited = 0; !existsSync(report); waited += 20) {
        if (waited > 10_000) throw new Error('the robot told of no page')
        await sleep(20)
      }
      return JSON.parse(readFileSync(report, 'utf8')) as SeenPage
    },
  }
}

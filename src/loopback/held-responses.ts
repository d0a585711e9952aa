import type { ServerResponse } from 'node:http'
import { renderPage, type Page } from './page.ts'
import type { RenderedPage } from './page-document.ts'
import { respond } from './respond.ts'

/** Browsers that wait for the outcome of the login. */
export interface HeldResponses {
  /** Keeps the browser waiting; once the outcome is known, it is told at once. */
  hold(response: ServerResponse): void
  /** The first page given is the outcome. Resolves when all that wait have it, or are gone. Never throws. */
  answer(page: Page): Promise<void>
}

export function createHeldResponses(): HeldResponses {
  const waiting: ServerResponse[] = []
  const sent: Promise<void>[] = []
  let outcome: RenderedPage | undefined

  return {
    hold(response) {
      if (outcome === undefined) waiting.push(response)
      else sent.push(respond(response, outcome))
    },
    async answer(page) {
      const rendered = (outcome ??= renderPage(page))
      for (const response of waiting.splice(0)) sent.push(respond(response, rendered))
      await Promise.all(sent)
    },
  }
}

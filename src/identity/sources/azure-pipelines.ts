import { checkAudience } from '../audience.ts'
import { readAnswer, tokenMember } from '../answer.ts'
import { requireVariable } from '../errors.ts'
import type { IdentitySource } from '../source.ts'

const title = 'Azure Pipelines'
const API_VERSION = '7.1'

/**
 * A POST to the job's own address (Azure DevOps REST API, Oidctoken - Create). Its audience is fixed
 * by Azure, `api://AzureADTokenExchange`; with the id of a service connection the token speaks for
 * that connection, else for the pipeline.
 */
export const azurePipelines: IdentitySource = {
  name: 'azure-pipelines',
  title,
  signs: ['TF_BUILD', 'SYSTEM_OIDCREQUESTURI'],
  argument: { placeholder: 'SERVICE_CONNECTION_ID', required: false },
  async fetch(connection, wish, { env, fetch, learn, detail }) {
    const address = requireVariable(env, 'SYSTEM_OIDCREQUESTURI', {
      title,
      hint: 'Run it in a job of Azure Pipelines, whose agent sets it',
    })
    const bearer = requireVariable(env, 'SYSTEM_ACCESSTOKEN', {
      title,
      hint: 'Add to the step in the pipeline file: env: SYSTEM_ACCESSTOKEN: $(System.AccessToken)',
    })
    learn(bearer)
    const query = new URLSearchParams({ 'api-version': API_VERSION })
    if (connection !== undefined) query.set('serviceConnectionId', connection)
    const answer = await fetch(`${address.replace(/\/+$/, '')}?${query}`, {
      method: 'POST',
      headers: {
        accept: 'application/json',
        authorization: `Bearer ${bearer}`,
        'content-type': 'application/json',
        // Without it a refusal is a redirect to a login page.
        'x-tfs-fedauthredirect': 'Suppress',
      },
    })
    const hint =
      'Check that the pipeline may use the service connection and that its id is right: --identity azure-pipelines:ID'
    const token = tokenMember(title, await readAnswer(title, answer, hint), 'oidcToken')
    const what = 'the token of Azure Pipelines'
    checkAudience(token, wish, { what, named: true, hint }, { detail })
    return token
  },
}

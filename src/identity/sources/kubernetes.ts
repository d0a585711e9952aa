import { checkAudience } from '../audience.ts'
import type { IdentitySource } from '../source.ts'
import { readTokenFile } from '../token-file.ts'

const CUSTOMARY_PATH = '/var/run/secrets/kubernetes.io/serviceaccount/token'

/**
 * The file of a projected service account token. The kubelet renews it, so it is read every time.
 * The one at the customary path is for the cluster's API server unless the cluster says otherwise.
 */
export const kubernetes: IdentitySource = {
  name: 'kubernetes',
  title: 'Kubernetes',
  signs: ['KUBERNETES_SERVICE_HOST'],
  argument: { placeholder: 'PATH', required: false },
  async fetch(argument, wish, deps) {
    const path = argument ?? CUSTOMARY_PATH
    const hint = `Add a projected volume with serviceAccountToken: audience: "${wish.audience}" to the pod and name its file: --identity kubernetes:PATH`
    const token = readTokenFile(path, hint, deps)
    const named = argument !== undefined
    checkAudience(token, wish, { what: `the token in ${path}`, named, hint }, deps)
    return token
  },
}

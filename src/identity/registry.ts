import type { IdentitySource } from './source.ts'
import { aws } from './sources/aws.ts'
import { azurePipelines } from './sources/azure-pipelines.ts'
import { buildkite } from './sources/buildkite.ts'
import { circleci } from './sources/circleci.ts'
import { gcp } from './sources/gcp.ts'
import { githubActions } from './sources/github-actions.ts'
import { gitlab } from './sources/gitlab.ts'
import { kubernetes } from './sources/kubernetes.ts'
import { shellCommand } from './sources/shell-command.ts'
import { tokenFile } from './sources/token-file.ts'
import { variable } from './sources/variable.ts'

/**
 * Every source, in the order in which `auto` looks: CI platforms first, because their jobs often run
 * in a pod or on a machine of a cloud, and a pod before the cloud it is in.
 */
export const IDENTITY_SOURCES: readonly IdentitySource[] = [
  githubActions,
  gitlab,
  azurePipelines,
  circleci,
  buildkite,
  kubernetes,
  gcp,
  aws,
  tokenFile,
  variable,
  shellCommand,
]

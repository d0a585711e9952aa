import type { Register } from '../cli/command.ts'
import { registerCompletion } from './completion.ts'
import { registerDiscover } from './discover.ts'
import { registerExec } from './exec.ts'
import { registerKey } from './key.ts'
import { registerLogin } from './login.ts'
import { registerLogout } from './logout.ts'
import { registerProfile } from './profile.ts'
import { registerRefresh } from './refresh.ts'
import { registerSecret } from './secret.ts'
import { registerRequest } from './request.ts'
import { registerStatus } from './status.ts'
import { registerStore } from './store.ts'
import { registerToken } from './token.ts'
import { registerUserinfo } from './userinfo.ts'

/** Every command, in the order of `--help`. A new command is one file and one line here. */
export const COMMANDS: Register[] = [
  registerLogin,
  registerToken,
  registerExec,
  registerRequest,
  registerRefresh,
  registerLogout,
  registerStatus,
  registerUserinfo,
  registerProfile,
  registerDiscover,
  registerSecret,
  registerKey,
  registerStore,
  registerCompletion,
]

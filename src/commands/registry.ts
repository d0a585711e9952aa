import type { Register } from '../cli/command.ts'
import { registerCompletion } from './completion.ts'
import { registerDiscover } from './discover.ts'
import { registerLogin } from './login.ts'
import { registerLogout } from './logout.ts'
import { registerProfile } from './profile.ts'
import { registerRefresh } from './refresh.ts'
import { registerStatus } from './status.ts'
import { registerToken } from './token.ts'
import { registerUserinfo } from './userinfo.ts'

/** Every command, in the order of `--help`. A new command is one file and one line here. */
export const COMMANDS: Register[] = [
  registerLogin,
  registerToken,
  registerRefresh,
  registerLogout,
  registerStatus,
  registerUserinfo,
  registerProfile,
  registerDiscover,
  registerCompletion,
]

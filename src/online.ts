// Everything that talks to an authorization server, as one chunk of the bundle that is loaded only
// when it is needed (`Context.online`). What runs without a server stays out of here.
export { runDiscover } from './discover/discover.ts'
export { fetchIdentity } from './identity/fetch-identity.ts'
export { metadataHttpOptions } from './identity/metadata-http.ts'
export { createRunCommand } from './identity/run-command.ts'
export { login } from './login/login.ts'
export { logoutProfiles } from './logout/logout-profiles.ts'
export { fetchUserInfo } from './protocol/userinfo.ts'
export { requestGrant } from './grants/request.ts'
export { connect } from './sessions/connect.ts'
export { renew } from './sessions/renew.ts'

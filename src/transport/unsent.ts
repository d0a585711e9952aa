import type { Dispatcher } from 'undici'
import { NotSentError } from './failures.ts'

/**
 * The dispatcher, whose requests fail with a `NotSentError` when no connection came about: the name,
 * the proxy, the handshake. By its code alone a failure does not tell, because TLS and the network
 * can fail in the same way on a connection that has carried the request already.
 */
export function tellUnsent(dispatcher: Dispatcher, onStart?: () => void): Dispatcher {
  return dispatcher.compose((dispatch) => (options, handler) => {
    let started = false
    return dispatch(options, {
      onRequestStart(controller, context) {
        started = true
        onStart?.()
        handler.onRequestStart?.(controller, context)
      },
      onRequestUpgrade: (...args) => handler.onRequestUpgrade?.(...args),
      onResponseStart: (...args) => handler.onResponseStart?.(...args),
      onResponseData: (...args) => handler.onResponseData?.(...args),
      onResponseEnd: (...args) => handler.onResponseEnd?.(...args),
      onResponseError(controller, error) {
        handler.onResponseError?.(controller, started ? error : new NotSentError(error))
      },
    })
  })
}

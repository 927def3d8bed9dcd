import { MutationCache, QueryCache, QueryClient } from '@tanstack/react-query'
import { isTransient, isUnauthorized } from './api-error.js'
import { expireSession, SESSION_KEY } from './session.js'

/** Creates the app's query cache. A 401 to any request but `GET /api/auth/me` and login ends the session. */
export function createQueryClient(): QueryClient {
  const endSessionOn = (error: unknown, meta: Record<string, unknown> | undefined) => {
    if (isUnauthorized(error) && meta?.signsIn !== true) expireSession(client)
  }
  const client = new QueryClient({
    queryCache: new QueryCache({
      onError: (error, query) => {
        if (query.queryKey[0] !== SESSION_KEY[0]) endSessionOn(error, query.meta)
      },
    }),
    mutationCache: new MutationCache({
      onError: (error, _variables, _result, mutation) => endSessionOn(error, mutation.meta),
    }),
    defaultOptions: {
      queries: {
        staleTime: 5_000,
        retry: (failures, error) => failures < 2 && isTransient(error),
      },
    },
  })
  return client
}

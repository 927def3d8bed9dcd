import type { Session, User } from '@espejo/contract'
import { type QueryClient, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { isUnauthorized } from './api-error.js'
import { request } from './request.js'

/**
 * Who is signed in. The session itself is an HttpOnly cookie that no script can read: the token
 * in the login response is for programs, and is not kept here.
 */
export type SessionState = { user: User } | { user: null; expired: boolean }

export const SESSION_KEY = ['session'] as const

const SIGNED_OUT: SessionState = { user: null, expired: false }

/** The session, read from the server at start and when the window gets the focus again. */
export function useSession() {
  return useQuery({
    queryKey: SESSION_KEY,
    queryFn: ({ client, signal }) => readSession(client, signal),
    staleTime: 30_000,
  })
}

/** Signs in. A refusal is an `ApiError` with the server's sentence. */
export function useSignIn() {
  const client = useQueryClient()
  return useMutation({
    meta: { signsIn: true },
    mutationFn: (body: { email: string; password: string }) =>
      request<Session>('POST', '/api/auth/login', { body }),
    onSuccess: ({ user }) => enter(client, { user }),
  })
}

export function useSignOut() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: () => request<void>('POST', '/api/auth/logout'),
    onSuccess: () => enter(client, SIGNED_OUT),
  })
}

/** Marks the session as ended by the server: the sign-in form is shown, and the address stays. */
export function expireSession(client: QueryClient): void {
  client.setQueryData<SessionState>(SESSION_KEY, (state) =>
    state?.user === null ? state : { user: null, expired: true },
  )
}

async function readSession(client: QueryClient, signal: AbortSignal): Promise<SessionState> {
  const before = client.getQueryData<SessionState>(SESSION_KEY)
  const next = await readUser(signal)
  if (next) {
    // Another tab may have signed in as another person: the previous person's data must not stay.
    if (before?.user && before.user.id !== next.id) removeOtherQueries(client)
    return { user: next }
  }
  if (before === undefined) return SIGNED_OUT
  return before.user === null ? before : { user: null, expired: true }
}

async function readUser(signal: AbortSignal): Promise<User | null> {
  try {
    const answer = await request<User | { user: User }>('GET', '/api/auth/me', { signal })
    return 'user' in answer ? answer.user : answer
  } catch (error) {
    if (isUnauthorized(error)) return null
    throw error
  }
}

/** Shows the app to this person, or the sign-in form, without the data of whoever was here before. */
export function enter(client: QueryClient, state: SessionState): void {
  removeOtherQueries(client)
  client.setQueryData<SessionState>(SESSION_KEY, state)
}

function removeOtherQueries(client: QueryClient): void {
  client.removeQueries({ predicate: (query) => query.queryKey[0] !== SESSION_KEY[0] })
}

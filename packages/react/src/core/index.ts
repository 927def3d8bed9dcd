export {
  type ConnectionCommand,
  type ConnectionInput,
  type ConnectionState,
  INITIAL_CONNECTION,
  type Phase,
  stepConnection,
} from './connection-machine.js'
export type { Edges, TabChannel, Tabs } from './edges.js'
export { DEFAULT_URL, deriveEndpoints, type EndpointOptions, type Endpoints } from './endpoints.js'
export { eventSourceTransport } from './event-source-transport.js'
export { fetchTransport } from './fetch-transport.js'
export { type PollingOptions, withPolling } from './polling-transport.js'
export { type ConnectionProblem, PROBLEM_MESSAGES, type ProblemCode } from './problem.js'
export type { GetToken } from './request.js'
export { createRunWatcher, type RunWatcher, type RunWatcherOptions } from './run-watcher.js'
export { type SharingOptions, sharedTransport } from './shared-transport.js'
export type { ConnectionStatus, RunSnapshot } from './snapshot.js'
export type {
  StreamEnd,
  StreamListener,
  StreamRequest,
  Transport,
  TransportContext,
  TransportFactory,
} from './transport.js'

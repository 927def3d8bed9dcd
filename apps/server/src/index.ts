/**
 * For those who run Espejo inside their own program: the whole of it, or its API as a router for any
 * Express 5 application, with their own authentication.
 */
export type { Authenticate } from './accounts/authenticate.js'
export type { Session } from './accounts/session.js'
export { type Config, ConfigError, parseConfig } from './app/config.js'
export { type Espejo, startEspejo } from './app/create-server.js'
export { type EmbeddedEspejo, type EmbedOptions, embedEspejo } from './app/embed.js'
export { StartError } from './app/open-database.js'

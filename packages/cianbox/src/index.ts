export { type CianboxClient, createCianboxClient } from './client.js'
export { CianboxError, type CianboxErrorDetails, type CianboxErrorKind } from './errors.js'
export type { Sleep } from './http/abort.js'
export type { Credentials } from './http/auth.js'
export { type CircuitBreaker, type CircuitBreakerOptions, createCircuitBreaker } from './http/breaker.js'
export { createLimiter, type Limiter, type LimiterOptions, type OnDelay } from './http/limiter.js'
export type { RetryPolicy } from './http/retry-policy.js'
export type { TokenStore, Tokens } from './http/tokens.js'
export type { RequestRecord, Timeouts } from './http/transport.js'
export type { Waiting } from './http/waiting.js'
export type { CianboxClientOptions } from './options.js'
export type { Dialect } from './parse/envelope.js'
export {
  type ProductPage,
  type ProductRow,
  type ProductRowPage,
  parseProductPage,
  parseProductRows,
  productRowId,
} from './parse/product-page.js'
export {
  type Branch,
  type Brand,
  type Category,
  type ExchangeRate,
  type PriceList,
  parseReferencePage,
  type ReferenceItem,
  type ReferenceItems,
  type ReferenceKind,
  type ReferencePage,
  type Season,
} from './parse/reference.js'
export type { SourceBranchStock, SourcePrice, SourceProduct, SourceReject } from './parse/source-product.js'
export { redactUrl } from './redact.js'
export type {
  CallOptions,
  Notification,
  NotificationEvent,
  Notifications,
} from './resources/notifications.js'
export type { ProductOrder, ProductQuery, ProductsByIdOptions } from './resources/products.js'
export type { ReferenceList } from './resources/references.js'
export type { ConnectionReport } from './resources/test-connection.js'

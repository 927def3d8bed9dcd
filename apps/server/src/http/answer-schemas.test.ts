import type {
  CompleteData,
  Connection,
  ConnectionTest,
  ErrorData,
  Guard,
  OpenSession,
  Product,
  ProductChange,
  ProgressData,
  Reference,
  Reject,
  Run,
  Schedule,
  Session,
  SetupStatus,
  StartData,
  StreamTicket,
  Webhook,
} from '@espejo/contract'
import { expectTypeOf, it } from 'vitest'
import type { z } from 'zod'
import type {
  connectionSchema,
  connectionTestSchema,
  guardSchema,
  openSessionSchema,
  productChangeSchema,
  productSchema,
  referenceSchema,
  rejectSchema,
  runSchema,
  scheduleSchema,
  sessionSchema,
  setupStatusSchema,
  streamTicketSchema,
  webhookSchema,
} from './answer-schemas.js'
import type { eventSchemas } from './stream/event-schemas.js'

it('the schemas of answers and events have exactly the types of the contract', () => {
  expectTypeOf<z.infer<typeof runSchema>>().toEqualTypeOf<Run>()
  expectTypeOf<z.infer<typeof guardSchema>>().toEqualTypeOf<Guard>()
  expectTypeOf<z.infer<typeof productSchema>>().toEqualTypeOf<Product>()
  expectTypeOf<z.infer<typeof productChangeSchema>>().toEqualTypeOf<ProductChange>()
  expectTypeOf<z.infer<typeof rejectSchema>>().toEqualTypeOf<Reject>()
  expectTypeOf<z.infer<typeof referenceSchema>>().toEqualTypeOf<Reference>()
  expectTypeOf<z.infer<typeof scheduleSchema>>().toEqualTypeOf<Schedule>()
  expectTypeOf<z.infer<typeof webhookSchema>>().toEqualTypeOf<Webhook>()
  expectTypeOf<z.infer<typeof sessionSchema>>().toEqualTypeOf<Session>()
  expectTypeOf<z.infer<typeof openSessionSchema>>().toEqualTypeOf<OpenSession>()
  expectTypeOf<z.infer<typeof setupStatusSchema>>().toEqualTypeOf<SetupStatus>()
  expectTypeOf<z.infer<typeof connectionSchema>>().toEqualTypeOf<Connection>()
  expectTypeOf<z.infer<typeof connectionTestSchema>>().toEqualTypeOf<ConnectionTest>()
  expectTypeOf<z.infer<typeof streamTicketSchema>>().toEqualTypeOf<StreamTicket>()
  expectTypeOf<z.infer<typeof eventSchemas.start>>().toEqualTypeOf<StartData>()
  expectTypeOf<z.infer<typeof eventSchemas.progress>>().toEqualTypeOf<ProgressData>()
  expectTypeOf<z.infer<typeof eventSchemas.complete>>().toEqualTypeOf<CompleteData>()
  expectTypeOf<z.infer<typeof eventSchemas.error>>().toEqualTypeOf<ErrorData>()
})

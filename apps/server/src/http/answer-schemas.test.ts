import type {
  CompleteData,
  Connection,
  ConnectionTest,
  ErrorData,
  Guard,
  Product,
  ProgressData,
  Run,
  Session,
  StartData,
  StreamTicket,
} from '@espejo/contract'
import { expectTypeOf, it } from 'vitest'
import type { z } from 'zod'
import type {
  connectionSchema,
  connectionTestSchema,
  productSchema,
  runSchema,
  sessionSchema,
  streamTicketSchema,
} from './answer-schemas.js'
import type { guardSchema } from './guard-routes.js'
import type { eventSchemas } from './stream/event-schemas.js'

it('the schemas of answers and events say exactly what the contract says', () => {
  expectTypeOf<z.infer<typeof runSchema>>().toEqualTypeOf<Run>()
  expectTypeOf<z.infer<typeof guardSchema>>().toEqualTypeOf<Guard>()
  expectTypeOf<z.infer<typeof productSchema>>().toEqualTypeOf<Product>()
  expectTypeOf<z.infer<typeof sessionSchema>>().toEqualTypeOf<Session>()
  expectTypeOf<z.infer<typeof connectionSchema>>().toEqualTypeOf<Connection>()
  expectTypeOf<z.infer<typeof connectionTestSchema>>().toEqualTypeOf<ConnectionTest>()
  expectTypeOf<z.infer<typeof streamTicketSchema>>().toEqualTypeOf<StreamTicket>()
  expectTypeOf<z.infer<typeof eventSchemas.start>>().toEqualTypeOf<StartData>()
  expectTypeOf<z.infer<typeof eventSchemas.progress>>().toEqualTypeOf<ProgressData>()
  expectTypeOf<z.infer<typeof eventSchemas.complete>>().toEqualTypeOf<CompleteData>()
  expectTypeOf<z.infer<typeof eventSchemas.error>>().toEqualTypeOf<ErrorData>()
})

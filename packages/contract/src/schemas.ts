import { z } from 'zod'
import { isProductId } from './product-id.js'

/**
 * Bodies and parameters that the HTTP API accepts. Separate from the types, so that a browser that only
 * watches a stream does not load the validator.
 */

/** One line of text, without control characters. */
function line(max: number) {
  return z
    .string()
    .trim()
    .min(1, 'Falta este dato.')
    .max(max, `No puede tener más de ${max} caracteres.`)
    .refine((text) => !/\p{Cc}/u.test(text), 'Tiene caracteres que no se pueden usar.')
}

const password = z.string().min(1, 'Falta la contraseña.').max(1024, 'La contraseña es demasiado larga.')

export const loginBody = z
  .object({ email: line(254).min(3, 'Escribí una dirección de correo.'), password })
  .meta({ id: 'LoginBody' })

const email = line(254)
  .regex(/^[^\s@]+@[^\s@]+$/, 'Escribí una dirección de correo.')
  .transform((text) => text.toLowerCase())

/** The first tenant and its administrator. */
export const setupBody = z
  .object({ code: z.string().min(1).max(200), tenantName: line(100), name: line(100), email, password })
  .meta({ id: 'SetupBody' })

/** A change of one's own password. */
export const passwordBody = z.object({ current: password, new: password }).meta({ id: 'PasswordBody' })

/** `cuenta` becomes a path segment of the ERP's URL, so its characters are restricted. */
const connectionFields = z.object({
  cuenta: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/, 'Solo letras, números, guion y guion bajo.'),
  appName: line(200),
  appCode: line(200),
  user: line(200),
  /** Omit it to keep the stored one. */
  password: password.optional(),
  pageSize: z
    .number()
    .int('Tiene que ser un número entero.')
    .min(10, 'Tiene que estar entre 10 y 200.')
    .max(200, 'Tiene que estar entre 10 y 200.'),
  dialect: z.enum(['v2', 'simple']),
  requestsPerSecond: z
    .number()
    .min(0.1, 'Tiene que estar entre 0,1 y 50.')
    .max(50, 'Tiene que estar entre 0,1 y 50.'),
  /** Most requests to Cianbox per day; null: no limit. Omit it to keep the stored one. */
  dailyRequestBudget: z
    .number()
    .int('Tiene que ser un número entero.')
    .min(10, 'Tiene que ser 10 o más, o quedar sin tope.')
    .max(1_000_000, 'No puede pasar de 1.000.000.')
    .nullable()
    .optional(),
  isActive: z.boolean(),
})

export const connectionBody = connectionFields
  .extend({
    pageSize: connectionFields.shape.pageSize.default(200),
    dialect: connectionFields.shape.dialect.default('v2'),
    requestsPerSecond: connectionFields.shape.requestsPerSecond.default(2),
    isActive: connectionFields.shape.isActive.default(true),
  })
  .meta({ id: 'ConnectionBody' })
export type ConnectionBody = z.infer<typeof connectionBody>

/** A form's values before they are saved. Missing fields are taken from the stored connection. */
export const connectionTestBody = connectionFields
  .pick({ cuenta: true, appName: true, appCode: true, user: true, password: true, dialect: true })
  .partial()
  .meta({ id: 'ConnectionTestBody' })
export type ConnectionTestBody = z.infer<typeof connectionTestBody>

const cianboxId = z.string().regex(/^\d{1,18}$/, 'Tiene que ser un número.')

/** Stricter than ids in searches, because it is sent to the ERP. */
const askedId = z.string().refine(isProductId, 'Tiene que ser un número entero de 1 a 9007199254740991.')

export const runBody = z
  .object({
    mode: z.enum(['full', 'incremental', 'ids']).default('full'),
    ids: z.array(askedId).min(1).max(10_000).optional(),
    dryRun: z.boolean().default(false),
  })
  .refine((body) => (body.mode === 'ids') === (body.ids !== undefined), {
    path: ['ids'],
    message: '`ids` va con `mode: "ids"`, y solo con él.',
  })
  .meta({ id: 'RunBody' })
export type RunBody = z.infer<typeof runBody>

export const ticketBody = z.object({ runId: z.string().max(40).optional() }).meta({ id: 'TicketBody' })

/** Paging of every list. `cursor` is the `nextCursor` of the previous page. */
export const listQuery = z.object({
  limit: z.coerce
    .number()
    .int('Tiene que ser un número entero.')
    .min(1, 'Tiene que estar entre 1 y 200.')
    .max(200, 'Tiene que estar entre 1 y 200.')
    .default(50),
  cursor: z.string().max(2000).optional(),
})

const flag = z.enum(['true', 'false'])
const isTrue = (value: string) => value === 'true'

/** Filters of a guard's `items`. The other fields of the response are about the whole guard. */
export const guardQuery = listQuery.extend({
  /** Every word must occur in the name, or it is a complete SKU or barcode. */
  search: z.string().max(200, 'No puede tener más de 200 caracteres.').optional(),
  /** A category's name, as in `breakdown`. */
  category: z.string().max(1000).optional(),
})

export const guardConfirmBody = z
  .object({
    /** The revision that was shown; without it, confirms the current one. */
    revision: z.number().int().min(1).optional(),
  })
  .meta({ id: 'GuardConfirmBody' })

export const productsQuery = listQuery.extend({
  /** Every word must occur in name, SKU, barcode or brand, or it is a complete SKU or barcode. */
  search: z.string().max(200, 'No puede tener más de 200 caracteres.').optional(),
  brandId: cianboxId.optional(),
  categoryId: cianboxId.optional(),
  active: flag.transform(isTrue).optional(),
  /** `true`: only products that the ERP no longer lists; else only products that it lists. */
  retired: flag.default('false').transform(isTrue),
})
export type ProductsQuery = z.infer<typeof productsQuery>

import { z } from 'zod'

/**
 * Bodies that the HTTP API accepts. Apart from the plain types, so that a browser that only
 * watches a stream does not load the validator.
 */
export const loginBody = z.object({
  email: z.string().trim().min(3).max(254),
  password: z.string().min(1).max(1024),
})

/** `cuenta` becomes a path segment of the ERP's address, so it is held to what such a name can be. */
export const connectionBody = z.object({
  cuenta: z
    .string()
    .trim()
    .regex(/^[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/, 'Solo letras, números, guion y guion bajo.'),
  appName: z.string().trim().min(1).max(200),
  appCode: z.string().trim().min(1).max(200),
  user: z.string().trim().min(1).max(200),
  /** Left out to keep the stored one. */
  password: z.string().min(1).max(1024).optional(),
  pageSize: z.number().int().min(10).max(200).default(200),
  dialect: z.enum(['v2', 'simple']).default('v2'),
  requestsPerSecond: z.number().min(0.1).max(50).default(2),
  isActive: z.boolean().default(true),
})
export type ConnectionBody = z.infer<typeof connectionBody>

export const runBody = z
  .object({
    mode: z.enum(['full', 'incremental', 'ids']).default('full'),
    ids: z
      .array(z.string().regex(/^\d{1,18}$/))
      .min(1)
      .max(10_000)
      .optional(),
    dryRun: z.boolean().default(false),
  })
  .refine((body) => (body.mode === 'ids') === (body.ids !== undefined), {
    path: ['ids'],
    message: '`ids` va con `mode: "ids"`, y solo con él.',
  })
export type RunBody = z.infer<typeof runBody>

export const ticketBody = z.object({ runId: z.string().max(40).optional() })

import { z } from 'zod'
import { limits } from '../limits.ts'

/** Which page of a list (G31). A cursor is what the page before said in `next`; nothing is to be read from it. */
export const pageQuery = {
  limit: z.coerce.number().int().min(1).max(limits.pageRowsMax).default(limits.pageRowsMax),
  cursor: z
    .string()
    .max(256)
    .regex(/^[A-Za-z0-9_-]+$/)
    .optional(),
}

/** Cursor of the next page; null on the last. */
export const nextSchema = z.string().nullable()

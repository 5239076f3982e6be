import { z } from 'zod'
import { HreError, type Retry } from './errors.ts'

/** Problem details on the wire. @see RFC 9457 */
export const problemSchema = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.string(),
    retry: z.enum(['never', 'later', 'afterRefresh']),
    hint: z.string(),
    data: z.record(z.string(), z.unknown()),
  })
  .meta({ id: 'Problem', description: 'Problem details (RFC 9457)' })
export type Problem = z.infer<typeof problemSchema>

export const toProblem = (error: HreError): Problem => ({
  type: `urn:hre:problem:${error.code}`,
  title: error.message,
  status: error.status,
  code: error.code,
  retry: error.retry,
  hint: error.hint,
  data: error.data,
})

/** The error that a gateway answered with. */
export function fromProblem(problem: Problem): HreError {
  const { code, status, title, hint, data } = problem
  return new HreError(code, { status, title, hint, retry: problem.retry as Retry }, data)
}

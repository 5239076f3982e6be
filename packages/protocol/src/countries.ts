import { z } from 'zod'
import type { Deployment } from './deployment.ts'
import { addressSchema, bytesSchema, secondsSchema } from './hex.ts'
import { limits } from './limits.ts'
import { gatewayDomain } from './login.ts'

/** May somebody in another country than those that hold copies read what is granted to them (P10)? */
export const readingsAbroad = ['never', 'emergency', 'granted'] as const
export type ReadingAbroad = (typeof readingsAbroad)[number]

/** ISO 3166-1 alpha-2, as organisations are admitted with (D4). */
export const countrySchema = z.string().regex(/^[A-Z]{2}$/)

/** A patient's word about where copies of their sealed records may be (P3). */
export const patientCountriesSchema = z.object({
  patient: addressSchema,
  /** In no order; none: only with the organisation that committed a record. */
  countries: z.array(countrySchema).max(limits.countriesMax),
  readingAbroad: z.enum(readingsAbroad),
  /** Unix seconds; the newest word counts. */
  issuedAt: secondsSchema,
})
export type PatientCountries = z.infer<typeof patientCountriesSchema>

export const signedCountriesSchema = patientCountriesSchema.extend({
  signature: bytesSchema(limits.signatureBytesMax),
})
export type SignedCountries = z.infer<typeof signedCountriesSchema>

/** What the patient signs: one text of the countries in order, so that a wallet shows it as it is meant. */
export function patientCountriesTypedData(
  deployment: Deployment,
  { patient, countries, readingAbroad, issuedAt }: PatientCountries,
) {
  return {
    domain: gatewayDomain(deployment),
    types: {
      PatientCountries: [
        { name: 'patient', type: 'address' },
        { name: 'countries', type: 'string' },
        { name: 'readingAbroad', type: 'string' },
        { name: 'issuedAt', type: 'uint48' },
      ],
    },
    primaryType: 'PatientCountries',
    message: { patient, countries: inOrder(countries).join(','), readingAbroad, issuedAt },
  } as const
}

const inOrder = (countries: readonly string[]): string[] => [...new Set(countries)].sort()

import { compartmentNames, type CompartmentName } from '@hre/fhir'

/** The parts of a chart by which people share: the compartments. */
export type Topic = CompartmentName

export const topicNames: readonly Topic[] = compartmentNames

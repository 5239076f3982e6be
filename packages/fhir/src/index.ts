export { classify, type Classification } from './classify/classify.ts'
export { classifyChart } from './classify/classify-chart.ts'
export {
  compartmentNames,
  compartments,
  type CompartmentName,
  type CompartmentRow,
  type Sensitivity,
} from './classify/compartments.ts'
export * from './definitions.ts'
export * from './describe.ts'
export * from './errors.ts'
export type { ByteSource } from './inflate.ts'
export * from './laboratory-report.ts'
export * from './limits.ts'
export * from './orders.ts'
export * from './own-records.ts'
export * from './read.ts'
export * from './types.ts'
export { findIssues, parseResource } from './validate.ts'

/** In one chunk: whoever opens one of them opens the next. */
export { Page as Helped } from './Helped.tsx'
export { Page as HelpedChart } from './HelpedChart.tsx'
export { Page as HelpedShares } from './HelpedShares.tsx'
export { Page as HelpedVisits } from './HelpedVisits.tsx'
export { Page as Helpers } from './Helpers.tsx'

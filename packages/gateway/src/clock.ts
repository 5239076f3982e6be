/** Unix seconds, UTC. Passed in wherever time decides something, so that a test can hold it or let it jump. */
export type Clock = () => number

export const systemClock: Clock = () => Math.floor(Date.now() / 1000)

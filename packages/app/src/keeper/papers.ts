/** A chunk of its own, with the list of words: needed when a paper is written. */
export { createRecoveryPhrase } from '@hre/vault'

/** A module of its own, because it is loaded when a password is first needed: of the library, this function alone. */
export { argon2id } from 'hash-wasm'

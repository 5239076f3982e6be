import assert from 'node:assert/strict'
import { test } from 'node:test'
import * as protocol from '@hre/protocol'
import { topicNames } from '../chart/topics.ts'
import { en } from './en.ts'
import { countries as countriesEn } from './en/countries.ts'
import { emergency as emergencyEn } from './en/emergency.ts'
import { join as joinEn } from './en/join.ts'
import { leaving as leavingEn } from './en/leaving.ts'
import { recover as recoverEn } from './en/recover.ts'
import { orders as ordersEn } from './en/orders.ts'
import { own as ownEn } from './en/own.ts'
import { care as careEn } from './en/care.ts'
import { staff as staffEn } from './en/staff.ts'
import { visitors as visitorsEn } from './en/visitors.ts'
import { wallet as walletEn } from './en/wallet.ts'
import { hi } from './hi.ts'
import { countries as countriesHi } from './hi/countries.ts'
import { emergency as emergencyHi } from './hi/emergency.ts'
import { join as joinHi } from './hi/join.ts'
import { leaving as leavingHi } from './hi/leaving.ts'
import { recover as recoverHi } from './hi/recover.ts'
import { orders as ordersHi } from './hi/orders.ts'
import { own as ownHi } from './hi/own.ts'
import { care as careHi } from './hi/care.ts'
import { staff as staffHi } from './hi/staff.ts'
import { visitors as visitorsHi } from './hi/visitors.ts'
import { wallet as walletHi } from './hi/wallet.ts'
import { pa } from './pa.ts'
import { countries as countriesPa } from './pa/countries.ts'
import { emergency as emergencyPa } from './pa/emergency.ts'
import { join as joinPa } from './pa/join.ts'
import { leaving as leavingPa } from './pa/leaving.ts'
import { recover as recoverPa } from './pa/recover.ts'
import { orders as ordersPa } from './pa/orders.ts'
import { own as ownPa } from './pa/own.ts'
import { care as carePa } from './pa/care.ts'
import { staff as staffPa } from './pa/staff.ts'
import { visitors as visitorsPa } from './pa/visitors.ts'
import { wallet as walletPa } from './pa/wallet.ts'

/** Of a catalogue, or of several. */
const sentences = (catalogue: object, path = ''): [string, string][] =>
  Array.isArray(catalogue)
    ? catalogue.flatMap((one: object) => sentences(one))
    : Object.entries(catalogue).flatMap(([key, value]: [string, unknown]) =>
        typeof value === 'object' && value !== null
          ? sentences(value, `${path}${key}.`)
          : [[`${path}${key}`, String(value)] as [string, string]],
      )
const namesIn = (sentence: string) => [...sentence.matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name).sort()

const laterEn = [
  careEn,
  countriesEn,
  emergencyEn,
  joinEn,
  leavingEn,
  ordersEn,
  ownEn,
  recoverEn,
  visitorsEn,
  walletEn,
]
const laterHi = [
  careHi,
  countriesHi,
  emergencyHi,
  joinHi,
  leavingHi,
  ordersHi,
  ownHi,
  recoverHi,
  visitorsHi,
  walletHi,
]
const laterPa = [
  carePa,
  countriesPa,
  emergencyPa,
  joinPa,
  leavingPa,
  ordersPa,
  ownPa,
  recoverPa,
  visitorsPa,
  walletPa,
]

for (const [language, catalogue, english, script] of [
  ['Hindi', hi, en, /\p{Script=Devanagari}/u],
  ['Punjabi', pa, en, /\p{Script=Gurmukhi}/u],
  ['Hindi, to staff,', staffHi, staffEn, /\p{Script=Devanagari}/u],
  ['Punjabi, to staff,', staffPa, staffEn, /\p{Script=Gurmukhi}/u],
  ['Hindi, later,', laterHi, laterEn, /\p{Script=Devanagari}/u],
  ['Punjabi, later,', laterPa, laterEn, /\p{Script=Gurmukhi}/u],
] as const)
  test(`${language} says everything that English says, with the same names in it`, () => {
    const translated = new Map(sentences(catalogue))
    assert.deepEqual(
      [...translated.keys()],
      sentences(english).map(([key]) => key),
    )
    for (const [key, sentence] of sentences(english)) {
      const other = translated.get(key)!
      assert.deepEqual(namesIn(other), namesIn(sentence), key)
      if (!/^(proof|ledger)\./.test(key) && /[a-z]{4}/.test(sentence.replace(/\{\{\w+\}\}/g, '')))
        assert.match(other, script, `${key}: ${other}`)
    }
  })

test('no machinery in the words, outside the proof', () => {
  const technical = /\b(wallet|hash|gas|transaction|blockchain|private key|seed|cryptograph\w*|node)\b/i
  // Whoever opens the page of wallets asked for them.
  const plain = [en, staffEn, ...laterEn.filter((part) => part !== walletEn)]
  for (const [key, sentence] of sentences(plain))
    if (!/^(proof|ledger)\./.test(key)) assert.doesNotMatch(sentence, technical, key)
})

test('what comes later, to staff or on some pages, never changes what was said before', () => {
  const everybody = new Set(sentences(en).map(([key]) => key))
  assert.deepEqual(
    [...sentences(staffEn), ...sentences(laterEn)].filter(([key]) => everybody.has(key)),
    [],
  )
})

test('every topic has a name, and every failure that a device can meet says what to do next', () => {
  for (const topic of topicNames) assert.ok(en.topic[topic])
  const everyday = [
    'gateway-unreachable',
    'rate-limited',
    'not-found',
    'forbidden',
    'conflict',
    'internal',
  ] as const
  for (const code of everyday) {
    assert.ok(protocol.errorTable[code])
    assert.ok(en.failure[code].what && en.failure[code].next)
  }
})

test('[O3] every operation that the contracts take is a sentence in the ledger', () => {
  for (const [contract, acts] of Object.entries(staffEn.ledger.act)) {
    const abi = protocol[`${contract}Abi` as 'directoryAbi']
    const taken = abi.flatMap((item) =>
      item.type === 'function' && item.stateMutability === 'nonpayable' ? [item.name as string] : [],
    )
    assert.deepEqual(Object.keys(acts).sort(), taken.filter((name) => name !== 'initialize').sort(), contract)
  }
})

import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { acceptInvitation, inviteMember, type Actor } from '@hre/sdk'
import { startWorld, type Hospital, type World } from '../../exchange/test/world.ts'
import { Acquaintances } from '../src/keeper/acquaintances.ts'
import { Company } from '../src/keeper/company.ts'
import { SealedShelf } from '../src/keeper/sealed.ts'

describe('who is who', () => {
  let world: World
  let technician: Actor
  before(async () => {
    world = await startWorld()
    technician = await world.newMember(world.city, 'lab technician')
  })
  after(() => world.stop())

  const companyAt = ({ gateway }: Hospital) =>
    new Company(technician, gateway.url, new Acquaintances(new SealedShelf(technician)))

  test('who came in after the lists were asked for is named to everybody who asks at once, and so is who comes next', async () => {
    const company = companyAt(world.city)
    await company.organisations()
    for (const name of ['Dr Kwame Osei', 'Dr Ana Lopes']) {
      const { secret } = await inviteMember(world.city.actor, { role: 'doctor', name })
      const doctor = await world.newStranger()
      await acceptInvitation(doctor, secret)
      const asked = await Promise.all([1, 2, 3].map(() => company.reader(doctor.account)))
      assert.deepEqual(
        asked.map((reader) => [reader.name, reader.role, reader.organisation?.isHere]),
        asked.map(() => [name, 'doctor', true]),
      )
    }
  })

  test('staff whom no list names are told by their role', async () => {
    const company = companyAt(world.city)
    const nurse = await world.newMember(world.city, 'nurse')
    const { name, role, organisation } = await company.reader(nurse.account)
    assert.deepEqual([name, role, organisation?.account], [null, 'nurse', world.city.actor.account])
  })

  test('attack: another gateway answers at a hospital’s address: its names are nobody’s word', async () => {
    const city = await companyAt(world.lakeside).organisation(world.city.actor.account)
    assert.deepEqual([city?.isHere, city?.name], [true, null])
  })
})

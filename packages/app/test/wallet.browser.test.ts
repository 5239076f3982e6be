import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { generatePrivateKey, privateKeyToAccount } from 'viem/accounts'
import { InjectedWallet, injectWallets, ProviderError } from './injectedWallet.ts'
import {
  fileAnasChart,
  inviteToCity,
  manners,
  newDoctor,
  skip,
  startStage,
  type Stage,
  Visitor,
} from './stage.ts'

const bomb = () => {
  const header = Buffer.alloc(45)
  header.set([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 13, 0x49, 0x48, 0x44, 0x52])
  header.writeUInt32BE(50_000, 16)
  header.writeUInt32BE(50_000, 20)
  return `data:image/png;base64,${header.toString('base64')}`
}
/** One red pixel. */
const redPixel =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8DwHwAFBQIAX8jx0gAAAABJRU5ErkJggg=='

for (const { size, manner, options } of manners)
  describe(`a wallet as the signer, ${manner}`, { skip }, () => {
    let stage: Stage
    let ana: Visitor
    let home: string
    let account: `0x${string}`
    let paper: string[]
    let northwind: InjectedWallet
    let hostile: InjectedWallet
    const requested: string[] = []

    before(async () => {
      stage = await startStage()
      const { city, lakeside } = stage.world
      const { chainId } = stage.world.deployment
      northwind = new InjectedWallet(
        { name: 'Northwind', rdns: 'com.example.northwind', icon: redPixel },
        chainId,
      )
      hostile = new InjectedWallet(
        {
          name: '<img src=x onerror=alert(1)>\u202Edniwhtron',
          rdns: 'com.example.hostile',
          icon: 'data:image/svg+xml,<svg xmlns="http://www.w3.org/2000/svg" onload="alert(2)"/>',
        },
        chainId,
      )
      // A message to sign in by is for the address that the gateway is reached at.
      home = `${city.gateway.url}/app/`
      ana = await Visitor.at(stage, city, { ...options, home })
      await injectWallets(ana.page.context(), [hostile, northwind])
      ana.page.context().on('request', (request) => requested.push(request.url()))
      await newDoctor(stage, lakeside, 'Dr Kwame Osei')
      paper = await ana.join(await inviteToCity(stage))
      account = await ana.account()
      await fileAnasChart(stage, account, 20)
    })
    after(() => stage.stop())

    const alert = () => ana.page.getByRole('alert').last()
    const asking = () => ana.page.getByText('Look at your wallet')

    async function openWallet(): Promise<void> {
      await ana.enter('Ways to get back in')
      await ana.heading('Ways to get back in').waitFor()
      await ana.tap(ana.page.getByText('Other ways'))
      await ana.tap(ana.link('Sign with MetaMask or another wallet'))
      await ana.heading('Sign with a wallet').waitFor()
    }

    async function choose(name: RegExp): Promise<void> {
      if (!(await ana.page.getByLabel('I have understood this').isChecked()))
        await ana.tap(ana.page.getByLabel('I have understood this'))
      await ana.tap(ana.button(name))
    }

    test('nobody meets the word who does not ask for it', async () => {
      for (const path of ['', 'shares', 'more', 'ways', 'guardians']) {
        await ana.open(`#/${path}`)
        await ana.settle()
        assert.doesNotMatch(await ana.page.locator('body').innerText(), /wallet/i, path)
      }
    })

    test('two wallets announce themselves; what it means is said before one can be chosen', async () => {
      await openWallet()
      assert.equal(await ana.button(/^Use /).count(), 0)
      await ana.tap(ana.page.getByLabel('I have understood this'))
      await ana.button(/^Use Northwind/).waitFor()
      assert.equal(await ana.button(/^Use /).count(), 2)
      await ana.assertAccessible('choosing a wallet')
      await ana.shoot(`app-wallet-choose-${size}`)
    })

    test('attack: a wallet whose name is markup and turns the text, whose picture is a script', async () => {
      const name = await ana.button(/^Use <img/).innerText()
      assert.match(name, /^Use <img src=x onerror=alert\(1\)>dniwhtron\s+com\.example\.hostile$/)
      assert.equal(await ana.page.locator('main img').count(), 0)
      // The picture of the other is drawn, from its own bytes.
      const red = await ana.page.waitForFunction(() => {
        const canvas = document.querySelector('main canvas') as HTMLCanvasElement | null
        return canvas?.getContext('2d')?.getImageData(16, 16, 1, 1).data[0]
      })
      assert.equal(await red.jsonValue(), 255)
      assert.equal(await ana.page.locator('main canvas').count(), 1)
    })

    test('attack: announcements of another form, pictures from elsewhere or of many pixels, a place that is taken', async () => {
      await ana.page.evaluate(
        ({ bomb, taken }) => {
          const provider = { request: async () => [] }
          const uuid = (n: number) => `00000000-0000-4000-8000-00000000001${n}`
          const announce = (detail: unknown) =>
            dispatchEvent(new CustomEvent('eip6963:announceProvider', { detail }))
          const name = 'Intruder'
          const rdns = 'com.example.intruder'
          for (const detail of [
            null,
            7,
            {},
            { info: {}, provider },
            { info: { uuid: 'one', name, rdns, icon: '' }, provider },
            { info: { uuid: uuid(1), name, rdns: 'not a domain', icon: '' }, provider },
            { info: { uuid: uuid(2), name: 7, rdns, icon: '' }, provider },
            { info: { uuid: uuid(3), name, rdns, icon: '' }, provider: {} },
            { info: { uuid: taken, name, rdns, icon: '' }, provider },
            {
              get info() {
                throw new Error('gone')
              },
            },
          ])
            announce(detail)
          announce({ info: { uuid: uuid(8), name: 'Bomb', rdns, icon: bomb }, provider })
          announce({
            info: { uuid: uuid(9), name: 'Spy', rdns, icon: 'https://elsewhere.example/spy.png' },
            provider,
          })
        },
        { bomb: bomb(), taken: '00000000-0000-4000-8000-000000000001' },
      )
      await ana.button(/^Use Spy/).waitFor()
      assert.equal(await ana.button(/Intruder/).count(), 0)
      assert.equal(await ana.button(/^Use Northwind/).count(), 1)
      assert.equal(await ana.page.locator('main canvas').count(), 1)
      assert.ok(!requested.some((url) => url.includes('elsewhere')))
      ana.assertQuiet()
    })

    test('attack: a wallet that answers with another key’s signature; nothing changes', async () => {
      const other = privateKeyToAccount(generatePrivateKey())
      hostile.instead.set('eth_signTypedData_v4', ([, content]) =>
        other.signTypedData(JSON.parse(content as string) as never),
      )
      await choose(/^Use <img/)
      await ana.tap(ana.button('Yes, let it sign for me'))
      await ana.page.getByText('The wallet signed as somebody else').waitFor()
      await ana.page.getByText('Nothing was changed. This app signs for you as before.').waitFor()
      for (const answer of [null, 7, {}, '0x', 'yes', 'x'.repeat(20_000)]) {
        hostile.instead.set('eth_signTypedData_v4', () => answer)
        const called = hostile.called('eth_signTypedData_v4')
        await ana.tap(ana.button('Yes, let it sign for me'))
        await called
        await ana.page.getByText(/The wallet (signed as somebody else|did not do it)/).waitFor()
      }
      await ana.tap(ana.button('Cancel'))
      ana.assertQuiet()
    })

    test('the person says no, in the wallet (4001) and here; the wallet waits already, is elsewhere, is silent', async () => {
      northwind.answer = 'decline'
      await choose(/^Use Northwind/)
      await ana.tap(ana.button('Yes, let it sign for me'))
      await ana.page.getByText('The wallet did not sign').waitFor()
      assert.doesNotMatch(await ana.page.locator('body').innerText(), /onerror/)
      await ana.assertAccessible('declined')
      northwind.answer = 'wait'
      await ana.tap(ana.button('Yes, let it sign for me'))
      await asking().waitFor()
      await ana.page.getByText('Let this wallet sign for you').waitFor()
      await ana.assertAccessible('asking')
      await ana.shoot(`app-wallet-asking-${size}`)
      await ana.tap(ana.button('Stop waiting for the wallet'))
      await ana.page.getByText('The wallet did not sign').waitFor()
      northwind.answer = 'agree'
      for (const [code, said] of [
        [-32002, 'The wallet waits for you already'],
        [4900, 'Your wallet is not in this browser'],
        [-32603, 'The wallet did not do it'],
      ] as const) {
        northwind.instead.set('eth_signTypedData_v4', () => {
          throw new ProviderError(code)
        })
        await ana.tap(ana.button('Yes, let it sign for me'))
        await ana.page.getByText(said).waitFor()
      }
      northwind.instead.clear()
    })

    test('on another network: it is asked to change; one that does not know this network says so', async () => {
      northwind.chainId = 1
      northwind.knownChains = [1]
      await ana.tap(ana.button('Yes, let it sign for me'))
      await ana.page.getByText('The wallet is on another network').waitFor()
      northwind.knownChains = [1, stage.world.deployment.chainId]
      // Says that it changed, and did not.
      northwind.instead.set('wallet_switchEthereumChain', () => null)
      const called = northwind.called('wallet_switchEthereumChain')
      await ana.tap(ana.button('Yes, let it sign for me'))
      await called
      await ana.page.getByText('The wallet is on another network').waitFor()
      northwind.instead.clear()
      assert.ok(!northwind.forms().some((form) => form === 'Operation'))
    })

    test('says where records may be kept, before another key signs', async () => {
      await ana.enter('Where your records are kept')
      await ana.tap(ana.page.getByLabel('Only in an emergency'))
      await ana.tap(ana.button('Save'))
      await ana.page.getByText('Saved. Every hospital knows.').waitFor()
      await openWallet()
      await choose(/^Use Northwind/)
    })

    test('[D13] the wallet agrees to sign for the account, and from then on it is asked', async () => {
      northwind.signed.length = 0
      await ana.tap(ana.button('Yes, let it sign for me'))
      await ana.page.getByText('A wallet signs for you:').waitFor()
      await ana.page.getByText(`com.example.northwind ${northwind.address}`).waitFor()
      assert.equal(northwind.chainId, stage.world.deployment.chainId)
      assert.deepEqual(northwind.forms(), ['SignerReplacement'])
      const { message } = JSON.parse(northwind.signed[0]!.text) as { message: Record<string, string> }
      assert.deepEqual(message, { account, signer: northwind.address, replacements: '0' })
      await ana.assertAccessible('a wallet signs')
      await ana.shoot(`app-wallet-now-${size}`)
      ana.assertQuiet()
    })

    test('[P4] what was said about countries is to be said again: told at home, done in one press', async () => {
      await ana.tap(ana.link('Records'))
      await ana.page.getByText('Say again where your records may be kept').waitFor()
      await ana.assertAccessible('to be said again')
      await ana.shoot(`app-wallet-say-again-${size}`, { fullPage: false })
      await ana.tap(ana.link('Choose something else'))
      await ana.page.getByText('hospitals cannot check your choice any more').waitFor()
      assert.ok(await ana.page.getByLabel('Only in an emergency').isChecked())
      await ana.assertAccessible('countries, to be said again')
      await ana.tap(ana.link('Records'))
      // A wallet that says no: nothing was said, and the notice stays.
      northwind.answer = 'decline'
      await ana.tap(ana.button('Say it again'))
      await ana.page.getByText('The wallet did not sign').waitFor()
      northwind.answer = 'agree'
      await ana.tap(ana.button('Say it again'))
      await ana.page.getByText('Saved. Every hospital knows.').waitFor()
      await ana.tap(ana.link('More'))
      await ana.tap(ana.link('Records'))
      await ana.heading('Records of Ana Sharma').waitFor()
      await ana.page.getByText('Say again where').waitFor({ state: 'detached' })
      ana.assertQuiet()
    })

    test('[G38] signs in with it after a reload, by a message for this address alone', async () => {
      northwind.signed.length = 0
      await ana.comeAgain()
      await ana.heading('Records of Ana Sharma').waitFor()
      const { text } = northwind.signed.find(({ form }) => form === 'text')!
      assert.ok(
        text.startsWith(`${new URL(home).host} wants you to sign in with your Ethereum account:`),
        text,
      )
      assert.match(text, new RegExp(`- urn:hre:account:${account}$`))
      assert.equal(northwind.forms().filter((form) => form === 'AccessRequest').length, 1)
      ana.assertQuiet()
    })

    test('shares and ends the share: each time the wallet shows what it signs, and this page what it means', async () => {
      await ana.beginSharing(/Dr Kwame Osei/)
      northwind.signed.length = 0
      northwind.answer = 'wait'
      await ana.tap(ana.button('Yes, share this'))
      await ana.page.getByText('Share a part of your records').waitFor()
      await ana.tap(ana.page.getByText('What exactly it says'))
      const details = await ana.page.locator('dl.proof').innerText()
      assert.match(details, /contract\s+consent\s+action\s+grant\s/)
      await ana.assertAccessible('sharing with a wallet')
      await ana.shoot(`app-wallet-share-${size}`)
      await ana.tap(ana.button('Stop waiting for the wallet'))
      await ana.page.getByText('The wallet did not sign').waitFor()
      northwind.answer = 'agree'
      northwind.signed.length = 0
      await ana.tap(ana.button('Yes, share this'))
      await ana.page.getByText('Done. Dr Kwame Osei, Lakeside Clinic can see this now.').waitFor()
      // One for each of three parts, as the contract has them; nothing for anybody else.
      assert.deepEqual(northwind.forms(), ['Operation', 'Operation', 'Operation'])
      for (const { text } of northwind.signed) {
        const { domain, message } = JSON.parse(text) as {
          domain: Record<string, unknown>
          message: Record<string, string>
        }
        assert.equal(domain['name'], 'HRE Intake')
        assert.equal(message['account'], account)
        assert.equal(message['target'], stage.world.deployment.consent)
      }
      await ana.tap(ana.link('Sharing').first())
      await ana.tap(ana.button('End it'))
      await ana.tap(ana.button('Yes, end it now'))
      await ana.page
        .getByText(/^Ended\./)
        .or(ana.page.getByText('You share with nobody.'))
        .first()
        .waitFor()
      assert.equal(northwind.forms().filter((form) => form === 'Operation').length, 9)
      ana.assertQuiet()
    })

    test('another account is chosen in the wallet, or the wallet is gone: what happened, and what next', async () => {
      northwind.accounts = [privateKeyToAccount(generatePrivateKey()).address]
      await ana.comeAgain()
      await alert().getByText('The wallet has another account open').waitFor()
      await ana.assertAccessible('another account')
      northwind.accounts = [northwind.key.address]
      await ana.tap(ana.button('Try again'))
      await ana.heading('Records of Ana Sharma').waitFor()
      ana.assertQuiet()
    })

    test('attack: somebody with a copy of this device and its password, but not the wallet, comes in', async () => {
      const thief = await Visitor.at(stage, stage.world.city, { ...options, home })
      await thief.open()
      await thief.comeBack(account, paper)
      await thief.page.getByText('Something else signs for you now').waitFor()
      await thief.page.getByText('This browser shows no wallet.', { exact: false }).waitFor()
      await thief.assertAccessible('no wallet here')
      assert.equal(await thief.link('Records').count(), 0)
      await thief.close()
    })

    test('on another device: the paper opens, the wallet signs in', async () => {
      const second = await Visitor.at(stage, stage.world.city, { ...options, home })
      await injectWallets(second.page.context(), [hostile, northwind])
      await second.open()
      await second.comeBack(account, paper)
      await second.tap(second.button(/^Use Northwind/))
      await second.heading('Records of Ana Sharma').waitFor()
      await second.close()
    })

    test('[D13] back to the app’s own key: the wallet agrees once more, and is not asked again', async () => {
      northwind.signed.length = 0
      await openWallet()
      await ana.tap(ana.button('Let this app sign again'))
      await ana.page.getByLabel('I have understood this').waitFor()
      assert.deepEqual(
        northwind.forms().filter((form) => form === 'Operation'),
        ['Operation'],
      )
      northwind.signed.length = 0
      await ana.comeAgain()
      await ana.heading('Records of Ana Sharma').waitFor()
      assert.deepEqual(northwind.forms(), [])
      ana.assertQuiet()
    })
  })

import assert from 'node:assert/strict'
import type { Locator, Page } from 'playwright-core'

/** More than any page of the app has places to stop. */
const stopsMax = 120

/** Goes there by the Tab key alone, as somebody without a mouse does. What takes the focus must show it. */
export async function tabTo(page: Page, target: Locator): Promise<void> {
  await target.waitFor()
  for (let stop = 0; stop < stopsMax; stop++) {
    await page.keyboard.press('Tab')
    if (!(await target.evaluate((element) => element === document.activeElement))) continue
    const isShown = await target.evaluate((element) => {
      const { outlineStyle, boxShadow } = getComputedStyle(element)
      const { outlineStyle: around } = getComputedStyle(element.parentElement!)
      return (
        outlineStyle !== 'none' ||
        around !== 'none' ||
        boxShadow !== 'none' ||
        element.matches('input, textarea, select')
      )
    })
    assert.ok(isShown, 'the focus is to be seen')
    return
  }
  assert.fail(`the Tab key does not reach ${String(target)}`)
}

/** A button or a link, by Tab and Enter. */
export async function pressEnterOn(page: Page, target: Locator): Promise<void> {
  await tabTo(page, target)
  await page.keyboard.press('Enter')
}

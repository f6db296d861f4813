/** The page's room Uptime: this page's own server, and servers elsewhere, through the frame that has no origin. */
import { createServer } from 'node:http'
import { expect } from 'chai'

const card = (page, name) =>
  page.locator('.service').filter({ has: page.getByRole('heading', { name, exact: true }) })

/** A server of another origin. `answer` may be changed while it runs. */
async function elsewhere() {
  const asked = []
  const server = createServer((request, response) => {
    asked.push({ url: request.url, headers: request.headers })
    response.writeHead(made.status, made.cors ? { 'access-control-allow-origin': '*' } : {})
    response.end('x'.repeat(10))
  })
  await new Promise((settle) => server.listen(0, '127.0.0.1', settle))
  const made = {
    status: 200,
    cors: true,
    asked,
    url: `http://127.0.0.1:${server.address().port}/`,
    close: () => new Promise((settle) => server.close(settle)),
  }
  return made
}

async function add(page, name, address, { kind, opaque = false } = {}) {
  await page.getByLabel('Name', { exact: true }).fill(name)
  if (kind) await page.getByLabel('What it is').selectOption({ label: kind })
  await page.getByLabel('Address', { exact: true }).fill(address)
  await page.getByRole('checkbox', { name: /no CORS/ }).setChecked(opaque)
  await page.getByRole('button', { name: 'Look at it' }).click()
}

export const uptimeTests = {
  async 'uptime: this page’s server is looked at at once, drawn, told and kept'(page, { go }) {
    await go('#uptime')
    const own = card(page, 'This page’s server')
    await own.locator('.health[data-health=up]').waitFor()
    expect(
      await own.getByRole('img', { name: /the last day: 100 % of 1 looks were answered/ }).count(),
    ).to.equal(1)
    expect(await own.locator('.chart-strip rect').count()).to.equal(1)
    expect(await own.getByRole('row').nth(1).innerText()).to.match(/1\s+100 %\s+\d+ ms/)
    await page.reload()
    await own
      .getByText(/^\d+ looks?, p50/)
      .first()
      .waitFor()
    expect(await own.locator('.chart').count()).to.equal(1)
  },

  async 'uptime: a server elsewhere is asked without cookies, origin and referrer, and its end is seen'(
    page,
    session,
  ) {
    const other = await elsewhere()
    session.allow(other.url)
    try {
      await session.go('#uptime')
      await add(page, 'Blog', `${other.url}health`)
      const blog = card(page, 'Blog')
      await blog.locator('.health[data-health=up]').waitFor()
      const [first] = other.asked
      expect(first.url).to.equal('/health')
      expect(first.headers.origin).to.equal('null')
      expect(first.headers).to.not.have.any.keys('cookie', 'referer')
      other.status = 503
      session.forgive(/503/)
      for (let looks = 2; looks < 5; looks++) {
        await page.getByRole('button', { name: 'Look now' }).last().click()
        await blog
          .getByText(new RegExp(`^${looks} looks`))
          .first()
          .waitFor()
      }
      await blog.locator('.health[data-health=down]').waitFor()
      expect(await blog.locator('.chart .down').count()).to.equal(1)
      await page.getByRole('button', { name: 'Remove Blog' }).click()
      await blog.waitFor({ state: 'detached' })
    } finally {
      await other.close()
    }
  },

  async 'uptime: where answers cannot be read, that there is one is enough, if somebody says so'(
    page,
    session,
  ) {
    const other = await elsewhere()
    other.cors = false
    session.allow(other.url)
    session.forgive(/CORS|ERR_FAILED/)
    try {
      await session.go('#uptime')
      await add(page, 'Closed', `${other.url}health`)
      await card(page, 'Closed').locator('.health[data-health=down]').waitFor()
      await add(page, 'Cms', other.url, { kind: 'A Strapi', opaque: true })
      await card(page, 'Cms').locator('.health[data-health=up]').waitFor()
      expect(other.asked.map(({ url }) => url)).to.include('/_health')
    } finally {
      await other.close()
    }
  },

  async 'uptime: the frame can reach nothing of the page, and passes on nothing but an address'(
    page,
    session,
  ) {
    const other = await elsewhere()
    session.allow(other.url)
    try {
      await session.go('#uptime')
      await add(page, 'Blog', other.url)
      await card(page, 'Blog').locator('.health[data-health=up]').waitFor()
      const frame = page.frames().find((each) => each.url().includes('outlook'))
      const reached = await frame.evaluate(() => {
        const tried = [
          () => localStorage,
          () => indexedDB.open('x'),
          () => document.cookie,
          () => parent.document,
        ]
        return tried.map((attempt) => {
          try {
            attempt()
            return 'reached'
          } catch (error) {
            return error.name
          }
        })
      })
      expect(reached).to.deep.equal(Array(4).fill('SecurityError'))
      const before = other.asked.length
      const refused = await page.evaluate(async (url) => {
        const { port1, port2 } = new MessageChannel()
        const told = new Promise((settle) => {
          port1.onmessage = ({ data }) => settle(data.error)
        })
        document.querySelector('iframe').contentWindow.postMessage({ url: `${url}?secret=1` }, '*', [port2])
        return told
      }, other.url)
      expect(refused).to.match(/plain http address/)
      expect(other.asked.length).to.equal(before)
    } finally {
      await other.close()
    }
  },

  async 'uptime: what is no address is told with a sentence, and nobody is asked'(page, { go }) {
    await go('#uptime')
    const error = page.locator('.address .error')
    for (const [name, address, told] of [
      ['', 'https://example.com/', /Give it a name/],
      ['A', 'example', /no address.*https:\/\/example\.com\/health/],
      ['A', 'ftp://example.com/', /Only http/],
      ['A', 'https://example.com/?key=1', /no query/],
      ['This page’s server', 'https://example.com/', /of this name already/],
    ]) {
      await add(page, name, address)
      await error.filter({ hasText: told }).waitFor()
    }
    expect(await page.locator('.service').count()).to.equal(1)
    expect(await page.locator('iframe').count()).to.equal(0)
  },

  async 'uptime: the badge is copied as SVG'(page, { go }) {
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write'])
    await go('#uptime')
    await card(page, 'This page’s server').locator('.health[data-health=up]').waitFor()
    await page.getByRole('button', { name: 'Copy the badge as SVG' }).click()
    await page.getByText('Copied.').waitFor()
    const copied = await page.evaluate(() => navigator.clipboard.readText())
    expect(copied).to.match(/^<svg .*aria-label="This page’s server: up, 100 % in 24 hours"/)
  },
}

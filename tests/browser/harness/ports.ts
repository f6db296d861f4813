/** What the harness gives to the tests in this folder. */
import type { BrowserContext, CDPSession, Page } from 'playwright-core'

/** The part of a page that every engine's driver offers. Functions run in the page, and take what JSON can hold. */
export interface TestPage {
  evaluate<R>(fn: () => R | Promise<R>): Promise<R>
  evaluate<A, R>(fn: (arg: A) => R | Promise<R>, arg: A): Promise<R>
  reload(): Promise<unknown>
  goto(url: string): Promise<unknown>
  waitForFunction<A>(
    fn: (arg: A) => unknown,
    arg?: A | undefined,
    options?: { timeout?: number },
  ): Promise<unknown>
  close(): Promise<void>
}

export interface TestTab {
  page: TestPage
  /** The process of this tab alone. */
  pid: number
}

/** A browser. */
export interface Engine {
  name: 'chromium' | 'firefox' | 'webkit'
  /** A new tab at this address, loaded. */
  open(url: string): Promise<TestTab>
  /** SIGKILL to the tab's process; resolves when the browser has noticed. */
  kill(tab: TestTab): Promise<void>
  close(): Promise<void>
}

export interface Tab {
  page: Page
  /** The process of this tab alone. */
  pid: number
}

/** What only Chromium can do has Playwright's page and the DevTools protocol. */
export interface Chromium {
  name: 'chromium'
  context: BrowserContext
  cdp: CDPSession
  open(url: string, options?: { prepare?: (page: Page) => Promise<unknown> }): Promise<Tab>
  kill(tab: Tab): Promise<void>
  close(): Promise<void>
}

export interface TestServer {
  origin: string
  lines: Logged[]
  logged(fits: (line: Logged) => boolean, ms?: number): Promise<Logged>
  close(): Promise<void>
}

/** A line that a page logged by a synchronous request: when it is here, the page's task got that far. */
export interface Logged {
  what: string
  [detail: string]: unknown
}

/** Programs beside the browser: tests/cli/programs.mjs. */
export interface Programs {
  file(content: string, name?: string): string
  cli(args: readonly string[], input?: string): { code: number; out: string; err: string }
  native(name: string, args: readonly string[], input: string): Promise<{ code: number; out: string }>
}

export interface Browsing {
  engine: Engine
  server: TestServer
  programs: Programs
  /** Another server, which is another origin: its own databases, its own quota. */
  startServer(options?: { mutate?: (path: string, text: string) => string }): Promise<TestServer>
}

/** The same in Chromium, for tests that no other engine can run. */
export interface ChromiumBrowsing extends Browsing {
  chromium: Chromium
}

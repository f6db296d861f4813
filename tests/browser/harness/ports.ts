/** What the harness gives to the tests in this folder. */
import type { BrowserContext, CDPSession, Page } from 'playwright-core'

export interface Tab {
  page: Page
  /** The process of this tab alone. */
  pid: number
}

export interface Chromium {
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
  chromium: Chromium
  server: TestServer
  programs: Programs
  /** Another server, which is another origin: its own databases, its own quota. */
  startServer(options?: { mutate?: (path: string, text: string) => string }): Promise<TestServer>
}

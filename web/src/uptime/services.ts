/** What is looked at: kept in localStorage, because it is not secret. */
import { createUptime, type Uptime } from '@kbve/locker/uptime'
import { atom } from 'nanostores'
import { look } from './outlook.ts'

export interface Kind {
  readonly label: string
  readonly hint: string
  /** The health address of a server that is reached at `url`. */
  health(url: URL): string
}

const under = (url: URL, path: string) =>
  url.pathname.endsWith(path) ? url.href : `${url.href.replace(/\/$/, '')}${path}`

export const kinds: Readonly<Record<string, Kind>> = {
  address: { label: 'A health address', hint: 'https://example.com/health', health: ({ href }) => href },
  strapi: {
    label: 'A Strapi',
    hint: 'https://cms.example.com',
    health: (url) => under(new URL(url.origin), '/_health'),
  },
  gotrue: {
    label: 'A Supabase Auth (GoTrue)',
    hint: 'https://auth.example.com',
    health: (url) => under(url, '/health'),
  },
  appwrite: {
    label: 'An Appwrite',
    hint: 'https://appwrite.example.com/v1',
    health: (url) => under(url, '/health/version'),
  },
}

export interface Entry {
  readonly name: string
  readonly url: string
  /** The server lets no other origin read its answers. */
  readonly opaque: boolean
}

const key = 'kbve-locker-page/uptime'

/** The server this page came from, which every visitor can look at at once. */
const own: Entry = { name: 'This page’s server', url: './', opaque: false }

function isEntry(value: unknown): value is Entry {
  const { name, url, opaque } = (value ?? {}) as Partial<Entry>
  return typeof name === 'string' && name !== '' && typeof url === 'string' && typeof opaque === 'boolean'
}

function read(): readonly Entry[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(key) ?? 'null')
    if (Array.isArray(found) && found.every(isEntry)) return found
  } catch {
    // Blocked, or written by somebody else: as if nothing were kept.
  }
  return [own]
}

export const $entries = atom<readonly Entry[]>(read())

function keep(entries: readonly Entry[]): void {
  $entries.set(entries)
  try {
    localStorage.setItem(key, JSON.stringify(entries))
  } catch {
    // Blocked or full: then it is known until this tab goes.
  }
}

/** What was typed as an entry, or the sentence that says why it cannot be looked at. */
export function entryOf(kind: string, name: string, address: string, opaque: boolean): Entry | string {
  const { hint, health } = kinds[kind] ?? (kinds.address as Kind)
  if (name === '') return 'Give it a name.'
  if ($entries.get().some((entry) => entry.name === name)) return 'There is one of this name already.'
  if (!URL.canParse(address)) return `This is no address. One looks like ${hint}.`
  const url = new URL(address)
  if (!/^https?:$/.test(url.protocol)) return 'Only http and https can be looked at.'
  if (url.search || url.hash || url.username || url.password)
    return 'Name the plain address: no query, no fragment, no name and password.'
  if (location.protocol === 'https:' && url.protocol === 'http:' && !/^(localhost|127\.)/.test(url.hostname))
    return 'This page came over https, so the browser asks no http address. Name its https one.'
  return { name, url: health(url), opaque }
}

export const add = (entry: Entry) => keep([...$entries.get(), entry])

export const remove = (name: string) => keep($entries.get().filter((entry) => entry.name !== name))

/** In full; the place within the page is not part of it. */
export function addressOf(url: string): string {
  const address = new URL(url, document.baseURI)
  address.hash = ''
  return address.href
}

export function uptimeOf(entries: readonly Entry[]): Uptime {
  const services = entries.map(({ name, url, opaque }) => ({
    name,
    url: addressOf(url),
    opaque,
  }))
  return createUptime({ services, fetch: look })
}

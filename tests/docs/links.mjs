/** Links between the pages, and to files of the project. */
import { existsSync } from 'node:fs'
import { dirname, join, normalize } from 'node:path'
import { project } from '../../tools/paths.mjs'
import { anchorsOf, pages, proseOf } from './blocks.mjs'

export function links(tell) {
  const linked = new Set()
  for (const file of pages()) {
    for (const [, target] of proseOf(file).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^https?:/.test(target)) continue
      const [path, anchor] = target.split('#')
      const to = path === '' ? file : normalize(join(dirname(file), path))
      linked.add(to)
      const there = existsSync(join(project, to))
      const found = there && (!anchor || anchorsOf(to).includes(anchor))
      tell(`${file}: link to ${target}`, found ? undefined : 'there is no such place')
    }
  }
  for (const file of pages())
    if (file.startsWith('docs/'))
      tell(`${file} is linked`, linked.has(file) ? undefined : 'no page leads to it')
}

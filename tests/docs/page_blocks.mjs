/** Blocks of HTML: whole pages that show a text when they work. */
import { htmlInChromium } from './chromium.mjs'

export async function pageBlocks(blocks, tell) {
  const running = blocks.filter(({ notRun }) => !notRun)
  for (const { where, shows } of running)
    if (shows === undefined) tell(where, 'a page needs a comment that says what it shows')
  await htmlInChromium(
    running.filter(({ shows }) => shows !== undefined),
    tell,
  )
}

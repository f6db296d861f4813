/**
 * Before the first paint, and long before the page's own script is here: the theme that was chosen, and the WebAssembly
 * of a locker that opens by itself on its way.
 */
{
  const { early = '' } = document.currentScript.dataset
  const [, room = 'locker', mode] = /^#(\w+)(?:\/(\w+))?$/.exec(location.hash) ?? []
  const shown = [room, mode].find((word) => word === 'passphrase' || word === 'account') ?? 'device'
  document.documentElement.dataset.room = ['locker', 'device', 'passphrase'].includes(room) ? 'locker' : room
  try {
    const { theme } = JSON.parse(localStorage.getItem(`kbve-locker/default/demo-${shown}/mirror`))
    document.documentElement.dataset.theme = theme
  } catch {
    // Nobody chose one yet, or site data is blocked: the system's.
  }
  if (shown === 'device' && ['locker', 'device', 'inspector'].includes(room)) {
    for (const href of early.split(' ').filter(Boolean)) {
      const link = document.createElement('link')
      link.crossOrigin = 'anonymous'
      link.fetchPriority = 'low'
      link.href = href
      if (href.endsWith('.js')) link.rel = 'modulepreload'
      else Object.assign(link, { rel: 'preload', as: 'fetch' })
      document.head.append(link)
    }
  }
}

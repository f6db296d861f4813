import { $place } from './address.ts'
import { demoOf } from './lockers.ts'

/**
 * Themes the page with the theme of the locker that is shown. Its first value comes from the plain copy
 * that `mirror: ['theme']` keeps, synchronously, so the first paint is already right. Beside the lockers it is
 * that of the device's.
 */
export function followTheme(): void {
  let unsubscribe = () => {}
  let shown = ''
  $place.subscribe(({ mode }) => {
    if (mode === shown) return
    shown = mode
    unsubscribe()
    unsubscribe = demoOf(mode).stores.$theme.subscribe((theme) => {
      document.documentElement.dataset.theme = theme
    })
  })
}

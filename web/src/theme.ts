import { $mode, demoOf } from './lockers.ts'

/**
 * Themes the page with the theme of the locker that is shown. Its first value comes from the plain copy
 * that `mirror: ['theme']` keeps, synchronously, so the first paint is already right.
 */
export function followTheme(): void {
  let unsubscribe = () => {}
  $mode.subscribe((mode) => {
    unsubscribe()
    const { $theme } = demoOf(mode).stores
    unsubscribe = $theme.subscribe((theme) => {
      document.documentElement.dataset.theme = theme
    })
  })
}

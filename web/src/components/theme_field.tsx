import { useStore } from '@nanostores/react'
import { useId } from 'react'
import type { Demo } from '../lockers.ts'
import { Half, Moon, Sun } from './icons.tsx'

const themes = [
  { value: 'light', label: 'Light', Icon: Sun },
  { value: 'dark', label: 'Dark', Icon: Moon },
  { value: 'auto', label: 'Auto', Icon: Half },
] as const

/** A profile field like the others, and the theme of this page. */
export function ThemeField({ demo }: { demo: Demo }) {
  const id = useId()
  const theme = useStore(demo.stores.$theme)
  return (
    <fieldset className="theme">
      <legend>Theme</legend>
      <div className="segments">
        {themes.map(({ value, label, Icon }) => (
          <label key={value} data-checked={theme === value}>
            <input
              className="hidden"
              type="radio"
              name={`${id}-theme`}
              value={value}
              checked={theme === value}
              onChange={() => demo.stores.$profile.setKey('theme', value)}
            />
            <Icon />
            {label}
          </label>
        ))}
      </div>
    </fieldset>
  )
}

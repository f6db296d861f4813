import type { Demo } from '../lockers.ts'
import { AvatarField } from './avatar_field.tsx'
import { ProfileField } from './profile_field.tsx'
import { ThemeField } from './theme_field.tsx'

/** The nine fields of a kbveLocker. */
export function ProfileCard({ demo }: { demo: Demo }) {
  return (
    <form
      className="card profile"
      aria-label="Profile"
      noValidate
      onSubmit={(event) => event.preventDefault()}
    >
      <ThemeField demo={demo} />
      <div className="fields">
        <ProfileField demo={demo} name="username" label="Username" autoComplete="username" />
        <ProfileField demo={demo} name="last" label="Last name" autoComplete="family-name" />
        <ProfileField
          demo={demo}
          name="email"
          label="Email"
          autoComplete="email"
          inputMode="email"
          placeholder="ann@example.com"
        />
        <ProfileField
          demo={demo}
          name="phone"
          label="Phone"
          autoComplete="tel"
          inputMode="tel"
          placeholder="+49 151 1234567"
        />
        <ProfileField demo={demo} name="github" label="GitHub" placeholder="handle" />
        <ProfileField demo={demo} name="instagram" label="Instagram" placeholder="handle" />
        <ProfileField
          demo={demo}
          name="uuid"
          label="UUID"
          wide
          offer={{ label: 'Draw one', value: () => crypto.randomUUID() }}
        />
        <AvatarField demo={demo} />
      </div>
      <p className="quiet">Enter or leaving a field seals it. Escape takes back what you typed.</p>
    </form>
  )
}

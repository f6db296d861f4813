import type { ReactNode } from 'react'

function Icon({ children }: { children: ReactNode }) {
  return (
    <svg
      className="icon"
      viewBox="0 0 20 20"
      fill="none"
      stroke="currentColor"
      aria-hidden="true"
      focusable="false"
    >
      {children}
    </svg>
  )
}

export const LockClosed = () => (
  <Icon>
    <path d="M6.5 9V6.5a3.5 3.5 0 0 1 7 0V9" />
    <rect x="4.5" y="9" width="11" height="7.5" rx="2" />
  </Icon>
)

export const LockOpen = () => (
  <Icon>
    <path d="M6.5 9V6.5a3.5 3.5 0 0 1 6.7-1.4" />
    <rect x="4.5" y="9" width="11" height="7.5" rx="2" />
  </Icon>
)

export const Sun = () => (
  <Icon>
    <circle cx="10" cy="10" r="3.2" />
    <path d="M10 2.5v2M10 15.5v2M2.5 10h2M15.5 10h2M4.7 4.7l1.4 1.4M13.9 13.9l1.4 1.4M15.3 4.7l-1.4 1.4M6.1 13.9l-1.4 1.4" />
  </Icon>
)

export const Moon = () => (
  <Icon>
    <path d="M16.5 11.8A7 7 0 0 1 8.2 3.5a7 7 0 1 0 8.3 8.3Z" />
  </Icon>
)

export const Half = () => (
  <Icon>
    <circle cx="10" cy="10" r="6.7" />
    <path d="M10 3.3a6.7 6.7 0 0 1 0 13.4Z" fill="currentColor" />
  </Icon>
)

export const NewTab = () => (
  <Icon>
    <path d="M8 4.5H5.5a1 1 0 0 0-1 1v9a1 1 0 0 0 1 1h9a1 1 0 0 0 1-1V12M11.5 4.5h4v4M15.2 4.8 9.5 10.5" />
  </Icon>
)

export const Check = () => (
  <Icon>
    <path d="m4.5 10.5 3.6 3.6 7.4-8" />
  </Icon>
)

export const Warning = () => (
  <Icon>
    <path d="M10 3.2 17.5 16.3h-15ZM10 8.2v3.6M10 13.9v.2" />
  </Icon>
)

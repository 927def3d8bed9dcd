import type { ReactNode } from 'react'

/** The app's logo. */
export function Logo() {
  return (
    <svg viewBox="0 0 32 32" width="28" height="28" aria-hidden="true">
      <rect width="32" height="32" rx="7" className="fill-accent-fill" />
      <rect x="15" y="6" width="2" height="20" rx="1" fill="#fff" opacity=".55" />
      <path d="M12.5 9.5v13L5.5 16z" fill="#fff" />
      <path d="M19.5 9.5v13l7-6.5z" fill="#fff" opacity=".6" />
    </svg>
  )
}

export const CloseIcon = () => (
  <Icon>
    <path d="M5 5l10 10M15 5L5 15" />
  </Icon>
)

export const PersonIcon = () => (
  <Icon>
    <circle cx="10" cy="7" r="3" />
    <path d="M4 17c.8-3 3.2-4.5 6-4.5s5.2 1.5 6 4.5" />
  </Icon>
)

export const BackIcon = () => (
  <Icon>
    <path d="M12 5l-5 5 5 5" />
  </Icon>
)

function Icon({ children }: { children: ReactNode }) {
  return (
    <svg
      viewBox="0 0 20 20"
      width="20"
      height="20"
      fill="none"
      stroke="currentColor"
      strokeWidth="1.7"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      {children}
    </svg>
  )
}

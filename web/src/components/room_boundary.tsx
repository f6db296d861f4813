import { Component, type ReactNode } from 'react'
import { Warning } from './icons.tsx'

/** A room that could not be loaded or drawn is told as such; the others are still there. */
export class RoomBoundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false }

  static getDerivedStateFromError() {
    return { failed: true }
  }

  override render() {
    if (!this.state.failed) return this.props.children
    return (
      <div className="card gate" role="alert">
        <h1>
          <Warning /> This room cannot be shown
        </h1>
        <p>
          It could not be loaded, or went wrong. The other rooms are still there, and so is all that is
          sealed.
        </p>
        <button type="button" className="button primary" onClick={() => window.location.reload()}>
          Reload the page
        </button>
      </div>
    )
  }
}

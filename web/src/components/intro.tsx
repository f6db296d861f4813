import type { Demo } from '../lockers.ts'
import { NewTab } from './icons.tsx'

const opens = {
  device: 'It opens by itself, with a key this browser keeps. Reload: nothing to type, nothing lost.',
  passphrase: 'Only the passphrase opens it, through Argon2id with 64 MiB. Nobody can reset it for you.',
  account:
    'The password of an account opens it, and the session lies sealed in it: no token is in localStorage.',
}

export function Intro({ demo }: { demo: Demo }) {
  return (
    <div className="intro">
      <h1>What you type, and what the disk keeps</h1>
      <p className="lead">
        Each field is sealed with AES-256-GCM, by C++ in WebAssembly, before it leaves this page.{' '}
        {opens[demo.mode]}
      </p>
      <p className="hint">
        <NewTab />
        <span>
          <a href={`#${demo.mode}`} target="_blank" rel="noopener">
            Open a second tab
          </a>{' '}
          and edit there: this one follows.
        </span>
      </p>
    </div>
  )
}

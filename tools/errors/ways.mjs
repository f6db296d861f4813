/**
 * When each error is raised, and what a program does about it. What a code means is beside it in
 * include/kbve/core/result.hpp (`meaning` here says it in other words); tools/errors_page.mjs puts both together, and
 * refuses a code that has nothing here.
 */
export const ways = {
  locked: {
    when: '`set`, `entries.put`, `slots.add`, a sealed cookie or `auth` while the locker is not open; `restore` over a locker that is locked.',
    way: 'Await `ready`, then `unlock`, or show `UnlockForm`. Reading needs nothing: `get` returns the initial value.',
  },
  absent: {
    meaning: 'There is no locker, or no such thing in it.',
    when: '`unlock` where there is no locker; `slots.remove` or `slots.change` of a keyslot that does not exist.',
    way: '`create` it.',
  },
  exists: {
    meaning: 'It exists already, and is never overwritten.',
    when: '`create` where there is a locker; an authenticator that already has a passkey for it.',
    way: '`unlock` it, or `destroy` it first if the person agrees.',
  },
  wrong_secret: {
    meaning: 'The secret opens no keyslot.',
    when: '`unlock` or `restore` with such a secret.',
    way: 'Ask again. Offer the other kinds that `slots.list()` returns.',
  },
  too_many_attempts: {
    when: 'After five wrong passphrases, each further one costs time.',
    way: 'Show the seconds until `retryAt`. Other kinds of secret may be tried at once.',
  },
  tampered: {
    meaning: 'Encrypted data does not open, or is not where it belongs.',
    when: 'A backup or a large entry that was changed; `backup` or `rekey` of a damaged locker; a damaged header.',
    way: 'Look at `status.integrity` and `status.damaged`. Ask the person, then `repair()`, or `restore` a backup.',
  },
  rolled_back: {
    when: "Not raised in a page, where it is a status: `integrity: 'rolled_back'`. Kept for programs that use the core.",
    way: 'As for `tampered`.',
  },
  read_only: {
    when: 'A write while `status.readOnly`: the header is not the one that was written last.',
    way: 'Ask the person, then `repair()`.',
  },
  unsupported_format: {
    when: 'A page that is older than the stored data; a backup in a later format, or of a newer version of the application; a `migrate` that threw, with its error as `cause`.',
    way: 'Reload the page to get the newer version. Nothing was changed.',
  },
  kdf_out_of_range: {
    meaning: 'The cost of a key derivation is outside the limits; no memory was allocated.',
    when: 'A `cost` outside 19,456 to 262,144 KiB or 2 to 16 passes, given or found in a header.',
    way: 'Give another `cost`. If it was found in a header, somebody changed that: restore a backup.',
  },
  no_portable_slot: {
    meaning: 'A backup would have no keyslot that opens elsewhere.',
    when: '`backup` of a locker that only this browser’s key opens.',
    way: '`slots.add` a passphrase or a recovery code first.',
  },
  last_slot: {
    meaning: 'The last keyslot cannot be removed.',
    when: '`slots.remove` of the only one.',
    way: '`slots.change` it, or add another one first.',
  },
  invalid_field: {
    when: 'A value against the rules of its field; a field that does not exist; a mistyped recovery code; an address that is not https.',
    way: 'Show the message at the field. `useField` does.',
  },
  too_large: {
    when: 'A field, entry, token, key set or backup over its limit; a 65th keyslot.',
    way: 'Make it smaller. Values of up to 64 MiB go into `entries.store`.',
  },
  conflict: {
    meaning: 'Something else changed it first, or is changing it now.',
    when: 'As an `error` event: another tab gave the locker new keys, or it was made anew, and pending writes of this tab are lost. As a rejection: `create`, `unlock` or `restore` while one of these, or `destroy`, is running.',
    way: 'After the event, tell the person and unlock again. After the rejection, wait for the running call.',
  },
  not_serializable: {
    when: '`entries.put` of a function, a cycle, a date, a class instance or `NaN`; a `File` that can no longer be read.',
    way: 'Give plain JSON data, or bytes.',
  },
  storage_unavailable: {
    when: 'The browser lets this page store nothing; a database does not answer in time; the browser refuses a cookie.',
    way: 'Ask the person to allow site data, or to close other tabs. What was handed over stays pending.',
  },
  storage_full: {
    meaning: 'The storage quota is reached.',
    when: '`flush` and `entries.store` without room, and an `error` event.',
    way: 'Free some space. What `set` accepted is kept, and written as soon as there is room.',
  },
  storage_closed: {
    when: 'The browser closed the database; a locker object after `locker[Symbol.dispose]()`; a tab that does not let go of the database during `rekey` or `destroy`. After `destroy()` a locker is `absent` instead, and `create()` makes a new one.',
    way: 'Reload, close other tabs, or make another locker object.',
  },
  evicted: {
    meaning: "The locker's data was deleted by something other than `destroy()`.",
    when: 'The browser or the person deleted it; or a sign-in emptied a locker that nothing opened.',
    way: 'Tell the person. `create` a new one, or `restore` a backup.',
  },
  out_of_memory: {
    meaning: 'There is not enough memory.',
    when: 'Argon2id, or a large entry, on a small device.',
    way: 'Try again with other pages closed, or with a lower `cost`.',
  },
  unsupported: {
    when: 'No PRF for a passkey; no secure context for a device key; a `.wasm` file that cannot be loaded; a call before `loadJose()` or `cookies.ready`.',
    way: 'Use another kind of secret; check that the file is served and the policy allows it.',
  },
  aborted: {
    meaning: 'It was cancelled.',
    when: 'Your `signal` or a `timeout`; a person who dismissed the passkey dialogue.',
    way: 'Usually nothing.',
  },
  cookie_too_large: {
    when: '`cookies.set` of a value over two cookies, or over 6,000 bytes with all others.',
    way: 'Store it in the locker, and only its name in the cookie.',
  },
  cookie_invalid: {
    meaning: 'A cookie, or its options, cannot be used.',
    when: 'Options that browsers refuse, with the attribute as `field`; in `read`, a cookie that does not open.',
    way: 'Correct the table. A cookie that does not open counts as none.',
  },
  jwt_malformed: {
    meaning: 'Not a token: form, JSON or base64url are not as the RFC requires.',
    when: '`decodeJwt` or `verifyJwt` of something else, or of a loose form.',
    way: 'Refuse the request.',
  },
  jwt_alg_not_allowed: {
    meaning: 'The algorithm is not in `algorithms`.',
    when: 'A token signed with another algorithm.',
    way: 'Refuse it. If the issuer has changed, add the new one.',
  },
  jwt_key_not_found: {
    when: 'A `kid` that no key has; an issuer that cannot be reached and never was.',
    way: 'Await `remoteJwks(…).load()`, or try again later.',
  },
  jwt_key_unfit: {
    when: 'RSA under 2,048 bits, a private key where a public one is expected, a key that names no algorithm, a key for `sealJwe` that does not have 32 bytes.',
    way: 'Give another key.',
  },
  jwt_signature_invalid: {
    meaning: 'The signature does not verify.',
    when: 'The token was changed, or signed with another key.',
    way: 'Refuse it.',
  },
  jwt_crit_unsupported: {
    meaning: 'The header requires an extension that is not understood.',
    when: '`crit` has a name that is not in the rules.',
    way: 'Refuse it, or add what you check yourself to `crit`.',
  },
  jwt_expired: {
    meaning: 'The token has expired, or is too old.',
    when: '`exp` is past, or `iat` is longer ago than `maxTokenAge`.',
    way: 'Refresh, or sign in again.',
  },
  jwt_not_yet_valid: {
    meaning: 'The token is not valid yet.',
    when: '`nbf` is in the future.',
    way: 'Wait, or allow `clockTolerance`.',
  },
  jwt_claim_invalid: {
    meaning: 'A claim, `field`, is not as required.',
    when: '`iss`, `aud`, `sub`, `typ`, a required claim, or `iat` in the future.',
    way: 'Refuse it.',
  },
  jwe_malformed: {
    meaning: 'Not a JWE of the kind that is opened here.',
    when: 'Another `alg` than `dir`, another `enc` than A256GCM, `zip`, `crit`; a header member that the caller may not set.',
    way: 'Refuse it.',
  },
  jwe_open_failed: {
    when: '`openJwe` with another key, or of a JWE that was changed.',
    way: 'Refuse it.',
  },
  invalid_credentials: {
    meaning: 'The name or the password is wrong; it is not said which.',
    when: 'Signing in; the present password in `changePassword`.',
    way: 'Ask again, or offer `requestReset`.',
  },
  email_not_confirmed: {
    when: 'Signing in before the mail was answered.',
    way: "Offer `resend({ kind: 'signup', email })`.",
  },
  phone_not_confirmed: {
    when: 'Signing in before the code was entered.',
    way: "Offer `resend({ kind: 'sms', phone })` and `verify`.",
  },
  user_exists: { when: 'Registering, or changing an address or number.', way: 'Offer to sign in.' },
  user_not_found: { when: 'Where the backend says so; most do not.', way: 'Offer to register.' },
  user_blocked: {
    when: 'Signing in and refreshing.',
    way: 'Tell the person to ask whoever runs the service.',
  },
  weak_password: {
    when: 'Registering and changing the password; `reasons` says why.',
    way: 'Ask for another.',
  },
  signup_disabled: {
    meaning: 'New accounts are not accepted.',
    when: 'Registering.',
    way: 'Remove the form.',
  },
  provider_disabled: {
    meaning: 'This way of signing in is disabled.',
    when: 'Signing in with a provider that the server has disabled.',
    way: 'Offer another.',
  },
  otp_invalid: {
    meaning: 'A code or link is wrong, used or too old.',
    when: '`verify`, `resetPassword`, `handleRedirect`.',
    way: 'Ask again, or send another code.',
  },
  captcha_required: {
    meaning: 'The backend requires a captcha.',
    when: 'Any call for which the server is set up so.',
    way: 'Show it, and give `captchaToken` to the same call.',
  },
  mfa_required: {
    meaning: 'A second factor is needed first.',
    when: 'An action that the first level does not allow.',
    way: '`mfa.challenge`, then `mfa.verify`. `SignInForm` does both.',
  },
  mfa_invalid: { when: '`mfa.verify` and `mfa.confirm`.', way: 'Wait for the next code.' },
  reauthentication_required: {
    meaning: 'The person has to prove their identity again.',
    when: '`changePassword`, some time after signing in.',
    way: '`reauthenticate()`, then give the code as `nonce`; or give `currentPassword`.',
  },
  session_expired: {
    meaning: 'The session has ended.',
    when: 'It ended by itself, or was ended elsewhere.',
    way: 'Sign in again. `session.user` says who it was.',
  },
  session_missing: { when: '`auth.fetch`, and every call that needs a signed-in person.', way: 'Sign in.' },
  session_exists: {
    when: 'Appwrite, if its cookie holds a session that is not ours.',
    way: '`signOut`, then try again.',
  },
  rate_limited: {
    when: 'The server answered 429. Calls before `retryAt` are not sent at all.',
    way: 'Wait until `retryAt`; `$retryIn` and the forms count the seconds.',
  },
  pkce_mismatch: {
    meaning: 'A sign-in comes back that was not begun here.',
    when: '`handleRedirect` of a sign-in that was begun in another browser, or was used already.',
    way: 'Begin it again.',
  },
  identity_mismatch: {
    meaning: 'The session belongs to another person than the locker.',
    when: 'Another person signs in to this locker.',
    way: "Ask; then repeat the call with `{ identity: 'empty' }`.",
  },
  invalid_input: {
    meaning: 'The backend, or the action, does not accept `field`.',
    when: 'A value that is not accepted; `fields` says which.',
    way: 'Show it at the field.',
  },
  not_supported: {
    when: '`capabilities()` says “no”; nothing was sent.',
    way: 'Remove the button.',
  },
  network: { when: 'No answer, or none in time.', way: 'Try again; a session stays as it was.' },
  server_error: {
    when: 'The server answered 5xx. A refresh is repeated by itself, later each time.',
    way: 'Try again later.',
  },
  bad_response: {
    meaning: 'The answer is not one of this backend.',
    when: 'A page of a proxy, a wrong address, a token that does not fit its person.',
    way: 'Check `url` and the version of the server.',
  },
}

/** What each call of `/auth` takes. */

/** Whose account. One of the three; Strapi takes `username` or `email`, Appwrite `email` alone. */
export interface Identity {
  readonly email?: string
  /** E.164. */
  readonly phone?: string
  readonly username?: string
}

export interface Captcha {
  readonly captchaToken?: string
}

export interface RegisterInput extends Identity, Captcha {
  readonly password: string
  readonly name?: string
  /** The application's own data of the person. */
  readonly data?: object
  /** Where the link of the mail leads to. */
  readonly redirectTo?: string
  readonly channel?: 'sms' | 'whatsapp'
  /** Appwrite: an id of one's own. */
  readonly userId?: string
}

export interface SignInInput extends Identity, Captcha {
  readonly password: string
}

export interface AnonymousInput extends Captcha {
  readonly data?: object
}

export interface UpgradeInput {
  readonly email: string
  readonly password: string
  readonly redirectTo?: string
}

export interface IdTokenInput extends Captcha {
  readonly provider: string
  readonly idToken: string
  readonly accessToken?: string
  readonly nonce?: string
}

export interface OtpInput extends Captcha {
  readonly email?: string
  readonly phone?: string
  readonly data?: object
  /** `false`: nobody who has no account is given one. */
  readonly createUser?: boolean
  readonly channel?: 'sms' | 'whatsapp'
  readonly redirectTo?: string
  readonly userId?: string
}

export interface MagicLinkInput extends Captcha {
  readonly email: string
  readonly redirectTo?: string
  readonly data?: object
  readonly createUser?: boolean
  readonly userId?: string
}

export interface VerifyInput extends Captcha {
  /** What was sent: `signup`, `invite`, `magiclink`, `recovery`, `email_change`, `email`, `sms`, `phone_change`, `phone`,
   *  as the backend calls it. */
  readonly kind: string
  readonly email?: string
  readonly phone?: string
  readonly token?: string
  readonly tokenHash?: string
  readonly userId?: string
  readonly secret?: string
}

export interface OAuthInput {
  readonly provider: string
  /** Where the person comes back to; the present address without query and fragment, if not said. */
  readonly redirectTo?: string
  /** Appwrite: where they come back to after a refusal. */
  readonly failureTo?: string
  readonly scopes?: string
}

export interface UpdateInput {
  readonly email?: string
  readonly phone?: string
  readonly username?: string
  readonly name?: string
  readonly data?: object
  /** Appwrite: the present one, which a changed address or number needs. Elsewhere use `changePassword`. */
  readonly password?: string
  readonly redirectTo?: string
  readonly channel?: 'sms' | 'whatsapp'
}

export interface ChangePasswordInput {
  readonly password: string
  readonly currentPassword?: string
  /** GoTrue: the code of `reauthenticate`. */
  readonly nonce?: string
}

export interface ResetInput extends Captcha {
  readonly email: string
  readonly redirectTo?: string
}

export interface NewPasswordInput {
  readonly password: string
  /** Strapi: the code of the mail. */
  readonly code?: string
  /** Appwrite: both from the link of the mail. */
  readonly userId?: string
  readonly secret?: string
}

export interface ResendInput extends Captcha {
  readonly kind: 'signup' | 'email_change' | 'sms' | 'phone_change'
  readonly email?: string
  readonly phone?: string
  readonly redirectTo?: string
}

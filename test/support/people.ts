/** A person who can log in to the authorization server of the test bed. */
export interface Person {
  sub: string
  username: string
  password: string
  name: string
  email: string
}

export const demo: Person = {
  sub: 'user-demo',
  username: 'demo',
  password: 'demo-password',
  name: 'Demo User',
  email: 'demo@example.com',
}

/** Somebody else, for logins with the wrong account. */
export const other: Person = {
  sub: 'user-other',
  username: 'other',
  password: 'other-password',
  name: 'Other User',
  email: 'other@example.com',
}

export const people: readonly Person[] = [demo, other]

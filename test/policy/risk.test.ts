import { describe, expect, it } from 'vitest'
import { risksInPaths, risksInProse, risksInText } from '../../src/policy/risk.ts'

const worst = (text: string) => risksInText(text).map(({ risk }) => risk)[0] ?? 'none'

describe('the words of a text', () => {
  it.each([
    'Passwords are compared in constant time',
    'Do not print secrets to the log',
    'Refresh tokens never expire',
    'Encrypt the backup',
    'TLS certificates are not checked',
    'Charge the customer once',
    'The payment provider answers twice',
    'Authorisation is skipped for admins',
    'OAuth callback loses its state',
    'Session is not invalidated on logout',
    'Login accepts expired tokens',
    'Unauthorized users see drafts',
    'Login still works after logout',
    'Users can log in with an expired session cookie and stay signed: fix session expiry',
    'Cache node_modules in the CI pipeline',
    'GitHub Actions runs everything twice',
    'Deploy to production only from main',
    'Terraform wants to replace the database',
  ])('leave no doubt: %s', (text) => {
    expect(worst(text)).toBe('critical')
  })

  it.each([
    ['Header of the login page is misaligned', 'high'],
    ['Payment reminders have the wrong date', 'high'],
    ['A secret santa draws itself', 'high'],
    ['Prices of crypto coins are rounded', 'high'],
    ['A breaking change of the public API', 'high'],
    ['Add a schema migration for slugs', 'high'],
    ['SQL injection in the search form', 'high'],
  ])('may mean something else, and then a person looks: %s', (text, risk) => {
    expect(worst(text)).toBe(risk)
  })

  it.each([
    'The tokenizer keeps comments',
    'An unexpected token ends the parser',
    'The number of tokens is wrong',
    'The signature of parse() takes options',
    'The author of a commit is shown',
    'A specific circle is drawn once',
    'The deadline of a task is shown',
    'Errors show up in the log in red',
    'The test is flaky on CI',
    'The app crashes after deployment',
    'Use of a deprecated function of Node',
    'A hash with a missing key is not found',
    'Keys of an object are sorted',
    'Sessions of a conference overlap',
    'The hello message stays cryptic',
    'Authors are listed twice',
    'Blog in two languages',
    'Migrate to vitest 3',
  ])('raise nothing that only look alike: %s', (text) => {
    expect(risksInText(text)).toEqual([])
  })

  it('count twice only where they are two words', () => {
    expect(worst('The login is slow when logins are many')).toBe('high')
    expect(risksInText('Login and logout are slow')).toEqual([
      { risk: 'critical', reason: 'it is about authentication ("Login", "logout")' },
    ])
  })
})

describe('the description of an issue', () => {
  it('counts where it asks', () => {
    expect(risksInProse('Some story. The OAuth callback should be retried.')).toEqual([
      { risk: 'critical', reason: 'it is about authentication ("OAuth")' },
    ])
  })

  it.each([
    'We saw it after an OAuth callback.',
    '```\nthe password must be set\n```',
    '> the password must be set',
    'A customer got a refund of 50 cents, which should be -0.50.',
  ])('raises nothing where it only tells: %s', (body) => {
    expect(risksInProse(body)).toEqual([])
  })
})

describe('paths', () => {
  it.each([
    ['src/auth/token.ts', 'critical'],
    ['src/login.ts', 'critical'],
    ['lib/Billing/invoice.rb', 'critical'],
    ['src/login-form.ts', 'high'],
    ['src/PasswordField.tsx', 'high'],
    ['src/stripe_client.py', 'high'],
    ['db/migrations/001.sql', 'high'],
  ])('%s is %s', (path, risk) => {
    expect(risksInPaths([path]).map((signal) => signal.risk)).toEqual([risk])
  })

  it.each([
    'src/tokenizer.ts',
    'src/author.ts',
    'docs/auth.md',
    'test/auth/login.test.ts',
    'src/circle.ts',
    'src/.eslintrc.js',
  ])('%s raises nothing', (path) => {
    expect(risksInPaths([path])).toEqual([])
  })

  it('of several packages need a person', () => {
    expect(risksInPaths(['packages/a/x.ts', 'packages/a/y.ts'])).toEqual([])
    expect(risksInPaths(['packages/a/x.ts', 'packages/b/y.ts'])).toEqual([
      { risk: 'high', reason: 'it touches several packages (packages/a, packages/b)' },
    ])
  })
})

// What GitHub answers. The messages are GitHub's own words; people's programs look at them.

export interface Answer {
  status: number
  /** Undefined for an empty body, a Buffer for raw content, else JSON. */
  body?: unknown
  headers?: Record<string, string>
}

/** Thrown by a route to answer early. */
export class Refusal extends Error {
  readonly answer: Answer

  constructor(status: number, message: string, extra: Record<string, unknown> = {}) {
    super(message)
    this.answer = {
      status,
      body: { message, ...extra, documentation_url: 'https://docs.github.com/rest', status: String(status) },
    }
  }
}

export const ok = (body: unknown): Answer => ({ status: 200, body })
export const created = (body: unknown): Answer => ({ status: 201, body })
export const noContent: Answer = { status: 204 }

export const notFound = () => new Refusal(404, 'Not Found')
export const unauthorized = () => new Refusal(401, 'Bad credentials')
export const forbidden = (message: string) => new Refusal(403, message)
export const unprocessable = (message: string) => new Refusal(422, message)

/** 422 with the list of errors that GitHub adds. */
export function invalid(resource: string, detail: Record<string, unknown>) {
  return new Refusal(422, 'Validation Failed', { errors: [{ resource, ...detail }] })
}

"""Web pages for people: one process per role, each with its own storage and address (docs/screens.md has all routes).

| to find out | read |
|---|---|
| a role's pages | `booth`, `checkin`, `chair`, `enrolment`, `results`, with `templates/ROLE/` |
| where courier packages arrive | `inbox` |
| how any page is made, and how a mistake is shown | `web` |
| who may call a route | `guards`; the PIN page `door`, enrolment officers `officers` |
| sessions and forms | `sessions`, `visit`, `forms` |
| words in Spanish and English | `language`, `translations/` |
| what fits on the booth's screen | `paging` |
| how a process is started | `serve` |
| how pages are called without a browser | `visitor` |

Where new things go: a language is a catalogue in `translations/` and a line in `language.LANGUAGE_NAMES`; a page is a
handler with one guard in its role's module, listed in the role's `app`, and a template; a role is a module with
`app(...)` and a function in `serve`. Import the modules, not this package's names: a booth's process must not load the
register.
"""

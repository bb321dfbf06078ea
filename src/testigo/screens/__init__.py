"""The election's web pages: one process per role, each with its own storage and address.

docs/screens.md has all routes.

| to find out | read |
|---|---|
| a role's pages | `booth`, `checkin`, `chair`, `enrolment`, `results`, with `templates/ROLE/` |
| the check-in's search, and what the chair does there | `checkin_search`, `checkin_chair`, `checkin_visit` |
| the chair's end of the day, what is told in words | `chair_closing`, `incidents` |
| where packages arrive | `inbox` |
| the booth to look at, without a station | `preview` |
| what fits on the booth's screen | `paging` |
| how a finger is taken at a desk | `finger` |
| how a process is started | `serve` |
| how any page is made, who may call it, how an error is shown | the room `web` |
| words | the room `words` |

Where new things go: a page is a handler with one guard in its role's module, or in one beside it, listed in the role's
`app`, and a template; a role is a module with `app(...)` and a function in `serve`. Import the modules, not this
package's names: a booth's process must not load the register.
"""

from typing import Final

TEMPLATES: Final = __name__
"""The package whose folder `templates` holds the roles' pages."""

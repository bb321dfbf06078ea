"""The web kit: one way to build an application of server-rendered pages, whoever it is for.

| module | what it holds |
|---|---|
| `application` | the application, its headers and the routes that every role has |
| `pages`, `error_pages` | pages from templates; errors as pages |
| `forms`, `guards`, `own_name` | what a person sent, with its token checked; who may call a route, and by which name |
| `browser_session`, `sessions` | the session of one request; all of one process, with its cookie |
| `pin_page` | the page that asks for a PIN |
| `double_entry` | figures that two persons enter apart from each other, and a third decides |
| `kept_entries` | such entries under way, in a file |
| `listening` | address, certificate, and the process that serves |
| `trust` | which certificates an `https` server must have |
| `client` | pages called as a browser does, for tests |
| `browser`, `offered` | the same by people who can only press what a page shows, for rehearsals and whole days |

Every route names one guard, every form carries its session's token, and everything works without JavaScript. The kit
knows no election: roles are in `screens`, their templates beside them.
"""

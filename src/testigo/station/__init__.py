"""Voting day at one polling place: its machines, from the first PIN to the signed tally sheet.

A station has one chair's machine, one to six check-in desks and one to six booths, each a process with its own folder
and key. They share no storage; only signed messages pass. Each room here is one of them, or what they have in common:

| room | what is there | never there |
|---|---|---|
| `chair` | the state machine of the day, orders, tally sheet, package | a finger, a card's code, a choice |
| `check_in` | the poll book and the fingers, who was admitted, what desks say to each other | a card's code, a choice |
| `booth` | the cards' hashes, a voter's session, the ballot box | a name, a document number, a finger |
| `machine` | folder, keys, log, orders and reports, readiness: what all three have | |
| `retirement` | the end of a machine: archive, destroyed keys, the page | |

`install` sets up a station's folders. Each room imports only `machine`, but for the chair, who runs the booth's test,
and `retirement`. Import the modules, not the names of packages: `from testigo.station.booth.booth import Booth`. That
keeps a booth's process free of everything that knows a voter (`check_in`, `register`, `fingerprint`); a test holds it.

What each machine writes down, and how it is checked: `testigo.event_log`. What is counted and signed: `testigo.ballot`
(`counters`, `reports`). Reasons a person may give (screens translate the ids): `testigo.ballot.reasons`.

Where new things go: an order is a line in `machine.orders.ORDERS` and a branch in both machines' `obey`; a reason is a
line in `ballot.reasons`; a printer of pages is a class with `print_page` in `testigo.paper`.

A web process answers `POST /orders`: body = the order's envelope (bytes), answer 200 with `machine.order(body)`
(bytes), and for a `TestigoError` 409 with `error.as_json()`. `machine.ways.HttpMachine(address)` is the chair's other
end of it.
"""

"""Voting day at one polling place: its machines, from the first PIN to the signed tally sheet.

A station has one chair's machine, one to six check-in desks and one to six booths, each a process with its own folder
and key. They share no storage; only signed messages pass:

- `chair.Chair` holds the state machine, orders the others, makes the tally sheet and the package;
- `checkin.CheckIn` holds the poll book and the fingers, and never sees a card's code or a choice;
- `booth.Booth` holds the cards' hashes and the ballot box, and never sees a voter.

Import the modules, not this package's names: `from testigo.station.booth import Booth`. That keeps a booth's process
free of everything that knows a voter (`checkin`, `register`, `fingerprint`); a test holds it.

| to find out | read |
|---|---|
| how a folder is set up, keys admitted | `install`, `folder` |
| which steps a station takes, how it is now | `chair_state`, `station_status` |
| what the chair may do about a voter in a booth | `booth_sessions`, `extra_print` |
| what is shown before opening | `readiness`, `deck_run`, `zero_report` |
| what the chair may say to a machine, and how it answers | `orders`, `order_sender`, `order_receiver`, `machine_ways` |
| which machines take part, what people call them | `lineup`, `machine_names` |
| which desk decides on a voter, what desks say to each other | `shares`, `desk_claims`, `desk_link`, `desks` |
| how a voter is admitted from the printed list | `sign_in_list` |
| a voter's session, and what a power cut leaves of it | `session` |
| what the screen shows of a visit to the check-in | `visit` |
| whether a finger is the voter's | `finger_check` |
| a desk's poll book and its visit | `checkin_book`, `checkin_visit` |
| how a voter arrives at a desk, and is admitted | `checkin_arrival`, `checkin_admission` |
| whom a number, a name or a card may mean | `lookup`, `card_text` |
| when a release takes two persons, what the authority allows | `release_rule`, `allowance` |
| how the station is closed, which statements the chair keeps | `closing`, `closing_reports`, `statement_store` |
| who works at a machine, and the PIN slips | `staffing`, `pin_pages` |
| what each machine writes down, and how it is checked | `testigo.event_log` |
| the booth without a station | `preview_booth`, `in_memory` |
| where votes are kept | `box`, `journal`, `cards` |
| what is counted and signed | `testigo.ballot` (`counters`, `reports`), `tally_sheet` |
| what the chair prints | `chair_pages` |
| how a machine's hardware is tested | `hardware_test` |
| the machines as processes of one computer | `processes` |
| how a machine ends: archive, destroyed keys, the page | `retire`, `retired`, `archive`, `retirement_page` |
| reasons a person may give (screens translate the ids) | `testigo.ballot.reasons` |

Where new things go: an order is a line in `orders.ORDERS` and a branch in both machines' `obey`; a reason is a line in
`ballot.reasons`; a printer of pages is a class with `print_page` in `pages`.

A web process answers `POST /orders`: body = the order's envelope (bytes), answer 200 with `machine.order(body)`
(bytes), and for a `TestigoError` 409 with `error.as_json()`. `HttpMachine(address)` is the chair's other end of it.
"""

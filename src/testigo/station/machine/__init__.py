"""What every machine of a station has, and what passes between them.

| to find out | read |
|---|---|
| a machine's folder, its settings, keys and lock | `folder`; what is left of a retired one: `retired` |
| what the chair may say to a machine, and how it answers | `orders`, `order_sender`, `order_receiver`, `ways` |
| which machines take part, what people call them | `lineup`, `names`; desks and their poll books: `same_poll_book` |
| what a machine knows of the day, what its log says of voters | `day_file`, `batches` |
| what is shown before opening | `readiness`, `self_test`, `page_test`, `screen_seen` |
| what the authority sent: who withdrew, releases allowed | `candidates`, `allowance` |
| who works at a machine, and the PIN slips | `staffing`, `pin_pages` |
| whether it is the hour | `hours` |
| how a machine's hardware is tested in the warehouse | `hardware_test` |
| the machines as processes of one computer | `processes` |
"""

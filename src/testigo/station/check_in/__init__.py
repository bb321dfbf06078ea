"""A check-in desk: from a voter's arrival to the voting card, or to a refusal with its reason.

| to find out | read |
|---|---|
| the machine, and what it obeys | `check_in` |
| whom a number, a name or a card may mean | `lookup`, `card_text`, `keyboards` |
| how a voter arrives, and is admitted | `arrival`, `under_way`, `admission`; what the screen shows of it: `visit` |
| whether a finger is the voter's | `finger_check` |
| when a release takes two persons | `release_rule`; admitting from the printed list: `sign_in_list` |
| the desk's poll book, and what it knows of the day | `book`, `day`, `tries` |
| which desk decides on a voter, what desks say to each other | `shares`, `claims`, `link`, `desks` |
| its lines on the page of readiness | `check_in_readiness` |
"""

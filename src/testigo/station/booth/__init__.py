"""The booth: a voter's card, session and paper vote, and the ballot box until it is counted.

| to find out | read |
|---|---|
| the machine, and what it obeys | `booth` |
| what a voter does, and what a power cut leaves of it | `voting`, `session`, `day` |
| where votes are kept, and how they are counted | `box`, `votes` |
| the cards that open a session | `cards` |
| the test before opening | `deck_orders`, `deck_booth` |
| the booth without a station | `preview`, `in_memory` |
| its lines on the page of readiness | `booth_readiness` |
"""

"""The people who run an election's machines: accounts, PINs, and decisions that need two persons.

- `accounts`: `Account` and the *staff list* of a station or enrolment desk, signed by the authority; `table` reads the
  CSV file that it is made of.
- `pins`: hashed PINs of one machine, each account locked by itself after too many wrong ones.
- `orders`: the authority's signed order that replaces one forgotten PIN, once.
- `machine`: `Staff`, what one machine knows of its accounts and PINs; `desk`: the folder of an enrolment desk.
- `decisions`: `Decisions`, acts that two different persons have to agree to, with a reason and an expiry.

This room knows of an election, station or machine only its id. Whose key is the authority's, the caller says.
"""

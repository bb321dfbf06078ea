"""The zero report: the ballot boxes are made, and nothing is counted in any machine yet."""

from testigo.ballot import BoothCounters, TallySheet, ZeroReport, tally_ballots
from testigo.errors import IllegalStep
from testigo.station.chair import tally_sheet
from testigo.station.chair.closing import Closing, counters_of
from testigo.station.chair.pages import ChairPages
from testigo.station.chair.statement_store import StatementStore
from testigo.station.machine.folder import MachineFolder
from testigo.station.machine.order_sender import OrderSender


def make_zero_report(
    folder: MachineFolder,
    statements: StatementStore,
    sender: OrderSender,
    closing: Closing,
    pages: ChairPages,
    *,
    signed: bool,
) -> bytes:
    """Have the boxes made and counted, sign the `zero-report` statement (unless it is `signed` already), and print its
    page, which is returned.

    Raises `IllegalStep` where something is not zero.
    """
    lineup = closing.lineup
    desks = [desk.number for desk in lineup.desks]
    more = {} if lineup.admitted.desk_count == 1 else {"desks": desks}
    reports = {machine: sender.give(machine, "zero", **more) for machine in lineup.entry_first}
    booths = {one.name: counters_of(reports[one], BoothCounters) for one in lineup.booths}
    body = ZeroReport(
        tally_ballots(folder.definition, folder.station_id, ()),
        closing.reconciled(reports.values()),
        booths if lineup.has_booth_sheets else {},
    )
    if not body.is_zero:
        raise IllegalStep("counters.not-zero", place=folder.place)
    if not signed:
        statements.sign("zero-report", body, "zero-reported")
    heads = {"chair": folder.log.head, **{machine.name: one.head for machine, one in reports.items()}}
    sheet = TallySheet(folder.station_id, "", "", body.tally, body.reconciliation, heads)
    digest = statements.own("zero-report").digest
    pdf = tally_sheet.zero_page(folder.definition, sheet, digest, folder.key)
    pages.print_page("zero-report", pdf)
    return pdf

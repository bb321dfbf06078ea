"""The end of a machine: what the law keeps goes into an archive, its keys and all that they open are destroyed.

    plan_retirement → (a person looks at the plan and agrees) → retire → the folder holds three files (`retired`)

The order of writing makes it safe. Archive and page are written first, then `retired.json`, and only then anything is
destroyed, keys before everything else. Cut before `retired.json`, the machine is what it was; cut after, it is retired,
and `finish` goes on destroying. It can be repeated as often as the power fails.

The archive is signed with the machine's own key, the last that this key signs. The page bears the archive's SHA-256,
and people sign the page: that holds also against somebody who kept a copy of the key.
"""

import contextlib
import datetime
from collections.abc import Iterable
from pathlib import Path
from typing import Final

import msgspec

from testigo import canonical, keys, locks, storage
from testigo.election import Role, StationMachine, open_station_file, speak_own_languages
from testigo.errors import IllegalStep, InvalidInput
from testigo.event_log import LOG_LIMIT
from testigo.keys import PublicKey
from testigo.staff.machine import PINS, STAFF_LIST
from testigo.station.booth.box import box_paths
from testigo.station.booth.votes import SECRETS
from testigo.station.chair import state as chair_state
from testigo.station.machine import orders
from testigo.station.machine.candidates import STATUSES_FORMAT
from testigo.station.machine.folder import (
    DEFINITION,
    EVENTS,
    MACHINE_KEYS,
    OPENING_KEY,
    SETTINGS,
    SETTINGS_FORMAT,
    SIGNING_KEY,
    MachineFolder,
)
from testigo.station.machine.order_sender import REPORTS_FORMAT
from testigo.station.machine.retired import (
    ARCHIVE,
    FORMAT,
    LEFT,
    REPORT,
    RETIRED,
    RETIREMENT_TYPE,
    ArchivedFile,
    DestroyedItem,
    Retirement,
    read_retirement,
)
from testigo.station.retirement import page as retirement_page
from testigo.station.retirement.archive import ARCHIVE_LIMIT, MANIFEST, check_list, pack_archive, unpack_archive
from testigo.words import message

_KEPT_EVERYWHERE: Final = (SETTINGS, DEFINITION, MACHINE_KEYS, STATUSES_FORMAT.name, STAFF_LIST, EVENTS)
_KEPT: Final[dict[str, tuple[str, ...]]] = {
    "chair": (*_KEPT_EVERYWHERE, "statements", "paper", REPORTS_FORMAT.name),
    "check-in": _KEPT_EVERYWHERE,
    "booth": _KEPT_EVERYWHERE,
}
"""Role → files and folders that the archive takes; everything else in the machine's folder is destroyed."""

_KEYS: Final = (SIGNING_KEY, OPENING_KEY, SECRETS, PINS)
"""Destroyed first."""


class RetirementPlan(msgspec.Struct, frozen=True):
    """What `retire` is going to do. `unmet`: ids of the conditions that do not hold, as in `Retirement`."""

    station: str
    machine: StationMachine
    state: str
    keep_until: str
    unmet: tuple[str, ...]
    archived: tuple[str, ...]
    destroyed: tuple[DestroyedItem, ...]


def plan_retirement(
    folder: MachineFolder, keep_until: datetime.date, published_heads: dict[str, str], *, today: datetime.date
) -> RetirementPlan:
    """Look at a machine and change nothing. `keep_until`: the last day on which the law keeps everything.

    `published_heads`: machine → head of its event log on the station's tally sheet in the public record, empty where it
    has none: that the tally sheet is there is the centre's acknowledgement. Raises `IllegalStep` for a machine that is
    open or paused: whatever the reason, votes are counted first.
    """
    state = _state(folder)
    if state in ("open", "paused"):
        raise IllegalStep(
            "retirement.day-not-over", place=folder.place, state=message("term", f"station-state.{state}")
        )
    boxes = _box_copies(folder)
    holds = {
        "not-opened": state in ("closed", "sent"),
        "not-sent": (folder.role, state) != ("chair", "closed"),
        "not-published": _is_published(folder, published_heads.get(folder.machine.name, "")),
        "before-election": keep_until.isoformat() >= folder.definition.date,
        "too-early": today > keep_until,
        "copy-missing": all(copy.exists() for copy in boxes),
    }
    kept = _kept_files(folder.path, folder.role)
    return RetirementPlan(
        station=folder.station_id,
        machine=folder.machine,
        state=state,
        keep_until=keep_until.isoformat(),
        unmet=tuple(name for name, met in holds.items() if not met),
        archived=tuple(_name(folder.path, file) for file in kept),
        destroyed=tuple(_destroyed(folder.path, kept, boxes)),
    )


def check_plan(plan: RetirementPlan, reason: str) -> None:
    """Return if a plan may be carried out: every condition holds, or a reason is given. Raises `IllegalStep`."""
    if reason.strip() or not plan.unmet:
        return
    place = message("place", "machine", station=plan.station, role=plan.machine.label)
    raise IllegalStep(f"retirement.{plan.unmet[0]}", place=place, keep_until=plan.keep_until)


def retire(folder: MachineFolder, plan: RetirementPlan, reason: str = "") -> Retirement:
    """Carry a plan out; the folder is closed. Raises what `check_plan` raises, `StorageError` where the disk refuses.

    Where it is cut, or the disk refuses, it is repeated: before `retired.json` is there from a new plan, afterwards
    with `finish`.
    """
    check_plan(plan, reason)
    folder.log.append("retiring", keep_until=plan.keep_until, unmet=list(plan.unmet), reason=reason)
    files = {name: storage.read(folder.path / name, limit=LOG_LIMIT) for name in plan.archived}
    retirement = Retirement(
        format=FORMAT,
        election=folder.settings.election,
        station=plan.station,
        role=plan.machine.role,
        key=folder.key.public.hex,
        state=plan.state,
        keep_until=plan.keep_until,
        retired=canonical.utc_now(),
        head=folder.log.head,
        reason=reason,
        unmet=plan.unmet,
        archived=tuple(ArchivedFile(name, len(data), canonical.digest(data)) for name, data in files.items()),
        destroyed=plan.destroyed,
        number=plan.machine.number,
    )
    envelope = keys.sign_envelope(RETIREMENT_TYPE, retirement, folder.key)
    archive = pack_archive({MANIFEST: envelope, **files})
    page = retirement_page.page(folder.definition, retirement, canonical.digest(archive))
    storage.write(folder.path / ARCHIVE, archive, mode=0o600)
    storage.write(folder.path / REPORT, page, mode=0o600)
    storage.write(folder.path / RETIRED, envelope, mode=0o600)
    folder.log.close()
    _destroy_all(folder.path, retirement)
    folder.close()
    return retirement


def finish(path: Path) -> Retirement:
    """Destroy what is left in a retired machine's folder, where a power cut or a disk stopped it; again changes
    nothing.

    Raises `InvalidInput` or `InvalidSignature`, and destroys nothing, where the archive is not the one that was signed.
    """
    with locks.FolderLock(path):
        retirement = read_retirement(storage.read(path / RETIRED), place=str(path / RETIRED))
        archive = storage.read(path / ARCHIVE, limit=ARCHIVE_LIMIT)
        files = unpack_archive(archive, place=str(path / ARCHIVE))
        if check_list(files, place=str(path / ARCHIVE)) != retirement:
            raise InvalidInput("archive.of-another-machine", place=path / ARCHIVE)
        if not (path / REPORT).exists():
            root = PublicKey.from_hex(SETTINGS_FORMAT.decode(files[SETTINGS], place=str(path / ARCHIVE)).root)
            definition = open_station_file(files[DEFINITION], root, place=str(path / ARCHIVE))
            speak_own_languages(definition)
            page = retirement_page.page(definition, retirement, canonical.digest(archive))
            storage.write(path / REPORT, page, mode=0o600)
        _destroy_all(path, retirement)
    return retirement


def _state(folder: MachineFolder) -> str:
    return chair_state.state_of(folder.log) if folder.role == "chair" else orders.state_of(folder.log)


def _is_published(folder: MachineFolder, head: str) -> bool:
    return bool(head) and (head == folder.log.head or any(event.previous == head for event in folder.log))


def _box_copies(folder: MachineFolder) -> tuple[Path, ...]:
    """Where the copies of a booth's ballot box are, once it was made."""
    if folder.role != "booth" or not any(event.event == "box-made" for event in folder.log):
        return ()
    return box_paths(folder)


def _kept_files(path: Path, role: Role) -> list[Path]:
    found = [file for name in _KEPT[role] for file in _files_of(path / name)]
    return [file for file in found if not file.name.endswith(".tmp") and not file.is_symlink()]


def _destroyed(path: Path, kept: Iterable[Path], boxes: Iterable[Path]) -> list[DestroyedItem]:
    """What is in the folder and not kept, by first name; then what is elsewhere. Kept files go as well, once they are
    in the archive: they are not in this list.
    """
    names = {_name(path, file) for file in kept}
    items = []
    for top in sorted(path.iterdir()):
        files = [file for file in _files_of(top) if _name(path, file) not in names and file.name not in LEFT]
        if files:
            items.append(DestroyedItem(top.name, len(files), sum(file.lstat().st_size for file in files)))
    outside = [
        box for box in boxes if box.exists() and not storage.resolved(box).is_relative_to(storage.resolved(path))
    ]
    items += [DestroyedItem(str(storage.resolved(box)), 1, box.stat().st_size) for box in outside]
    return items


def _destroy_all(path: Path, retirement: Retirement) -> None:
    for name in _KEYS:
        _destroy_tree(path / name)
    for item in retirement.destroyed:
        if Path(item.path).is_absolute():
            storage.destroy(Path(item.path))
    for top in sorted(path.iterdir()):
        if top.name not in LEFT:
            _destroy_tree(top)


def _destroy_tree(top: Path) -> None:
    for file in _files_of(top):
        storage.destroy(file)
    if top.is_dir() and not top.is_symlink():
        for folder in sorted((one for one in top.rglob("*") if one.is_dir()), reverse=True):
            with contextlib.suppress(OSError):
                folder.rmdir()
        with storage.explained(top):
            top.rmdir()


def _files_of(top: Path) -> list[Path]:
    """The file itself, or all that a folder holds but folders; links are not followed."""
    if top.is_dir() and not top.is_symlink():
        return sorted(one for one in top.rglob("*") if one.is_symlink() or not one.is_dir())
    return [top] if top.is_symlink() or top.exists() else []


def _name(path: Path, file: Path) -> str:
    return file.relative_to(path).as_posix()

"""`testigo register enrol` and `withdraw`: fingers taken, those that cannot be, and an enrolment set aside."""

from pathlib import Path
from typing import Annotated

import typer

from testigo import storage
from testigo.cli.output import console, print_json, table
from testigo.cli.register_options import (
    KEY,
    REGISTER,
    Address,
    AsJson,
    Document,
    ElectionFile,
    KeyFile,
    Officer,
    open_register,
)
from testigo.errors import InvalidInput
from testigo.fingerprint import FingerImage, Position, label_of
from testigo.register import LARGEST_PHOTOGRAPH, FingerException, FingerQuality, exceptions_of
from testigo.words import message


def enrol(
    document: Document,
    officer: Officer,
    election: ElectionFile,
    images: Annotated[
        list[Path] | None, typer.Argument(help="Finger images, several of a finger allowed.", show_default=False)
    ] = None,
    finger: Annotated[
        list[str] | None,
        typer.Option("--finger", help="right-index, …: one for all images, or one for each, in order."),
    ] = None,
    exception: Annotated[
        list[str] | None,
        typer.Option(
            "--exception",
            help="FINGER=KIND:REASON for a finger that is missing, bandaged or worn; FINGER may be right-hand, "
            "left-hand or all: those without an image. Repeat.",
        ),
    ] = None,
    accept: Annotated[str, typer.Option("--accept", help="Reason to keep a finger that is too poor.")] = "",
    register: Address = REGISTER,
    key: KeyFile = KEY,
    as_json: AsJson = False,
) -> None:
    """Enrol a voter's fingers, show their quality, and search them against everybody enrolled.

    Example: testigo register enrol V-12.345.678 right.png left.png --finger right-index --finger left-index
    --officer "Ana Pérez" --election election.yaml

    Without any image all ten fingers are named: --exception "all=missing:both hands lost"
    """
    images, finger = images or [], finger or []
    if len(finger) not in (1, len(images)) or (finger and not images):
        raise InvalidInput(
            "command.fingers-and-images",
            fingers=message("term", "finger", count=len(finger)),
            images=message("term", "image", count=len(images)),
        )
    names = finger * len(images) if len(finger) == 1 else finger
    given = [(name, FingerImage.read(image)) for name, image in zip(names, images, strict=True)]
    excepted = [one for text in exception or [] for one in _exceptions(text, names)]
    with open_register(register, election, key) as opened:
        done = opened.enrol(document, given, officer, accept_because=accept, exceptions=excepted)
    if as_json:
        print_json(done)
        return
    _print_qualities(done.qualities)
    console.print(str(message("cli", "register.enrolled", document=done.document, count=done.templates)))
    for case_id in done.cases:
        console.print(str(message("cli", "register.likely-enrolled-before", case=str(case_id))))


def photograph(
    document: Document,
    image: Annotated[Path, typer.Argument(help="JPEG or PNG of the face, or with --show the file to write.")],
    election: ElectionFile,
    officer: Annotated[str, typer.Option("--officer", help="Who takes it, by name; not with --show.")] = "",
    show: Annotated[bool, typer.Option("--show", help="Write the photograph that is kept, decrypted.")] = False,
    register: Address = REGISTER,
    key: KeyFile = KEY,
) -> None:
    """Keep a photograph of a voter's face, for the chair to look at where a finger does not match.

    It is made small, without what the camera wrote into it, and encrypted; nothing compares it. A new one replaces it.

    Example: testigo register photograph V-12.345.678 face.jpg --officer "Ana Pérez" --election election.yaml
    """
    with open_register(register, election, key) as opened:
        if show:
            face = opened.photograph(document)
            if face is None:
                raise InvalidInput("photograph.none", document=document)
            storage.write_new(image, face, mode=0o600)
            return
        opened.keep_photograph(document, storage.read(image, limit=LARGEST_PHOTOGRAPH), officer)
    console.print(str(message("cli", "register.photographed", document=document)))


def withdraw(
    document: Document,
    reason: Annotated[str, typer.Option("--reason", help="Why; it is kept with the enrolment.", show_default=False)],
    officer: Officer,
    election: ElectionFile,
    register: Address = REGISTER,
    key: KeyFile = KEY,
) -> None:
    """Set a voter's enrolment aside, so that the fingers can be taken again. The record of it stays.

    Example: testigo register withdraw V-12.345.678 --reason "wrong person" --officer "Ana Pérez"
    --election election.yaml
    """
    with open_register(register, election, key) as opened:
        opened.withdraw(document, officer, reason)
    console.print(str(message("cli", "register.set-aside")))


def _exceptions(text: str, taken: list[str]) -> list[FingerException]:
    finger, found, rest = text.partition("=")
    kind, colon, reason = rest.partition(":")
    if not found or not colon:
        raise InvalidInput("command.exception-not-told", place="--exception", text=text)
    return exceptions_of(finger.strip(), kind.strip(), reason, taken)


def _print_qualities(qualities: tuple[FingerQuality, ...]) -> None:
    good, accepted = (message("cli", f"register.quality-{word}") for word in ("good-enough", "accepted"))
    rows = (
        (label_of(Position.named(one.finger)), one.quality, good if one.good_enough else accepted) for one in qualities
    )
    columns = [str(message("cli", f"register.quality-{column}")) for column in ("finger", "number")]
    table(str(message("cli", "register.quality")), (*columns, ""), rows)

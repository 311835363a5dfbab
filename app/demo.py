"""The whole main job on harmless sample material, from a drawn picture to a verified package."""

from __future__ import annotations

import secrets
import tempfile
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from cryptography.hazmat.primitives.serialization import Encoding

from app.cli.console import Console
from app.sample import LINK, NOTE, chat_picture, note_file
from app.sample_tsa import SampleTsa
from app.sample_window import shown_on_screen
from evidence import session as verbs
from evidence.digest import to_json
from evidence.errors import EvidenceError
from evidence.i18n import Texts
from evidence.model import Examiner, Exposure, OperatorRole, PackageChoices
from evidence.verify import exit_code, render_text


def run_demo(console: Console, *, out: Path | None) -> int:
    """Do the main job in ``out`` (made; must not exist yet) and say what was made, where, and how it verifies.

    The time stamps come from a practice authority inside this process, on the loopback address: nobody should trust
    it, and the verifier says so unless it is given the practice root on purpose, as is done here.
    Returns 0 when the verification finds nothing wrong and everything that can be told is *yes*.
    """
    t = console.t
    folder = _fresh_folder(out)
    passphrase = "-".join(secrets.token_hex(2) for _ in range(4))
    said: list[str] = [t("Practice run on material that the program drew itself. Nothing in it is real."), ""]
    steps = _Steps(console)
    with ExitStack() as stack:
        tsa = stack.enter_context(SampleTsa.start(lambda: datetime.now(UTC)))
        steps.next(t("Making a vault"))
        session, recovery_key = verbs.create_vault(
            folder / "vault", passphrase, examiner=Examiner(role=OperatorRole.COUNSELLOR, name="Practice")
        )
        stack.enter_context(session)
        case = session.create_case(t("Practice case"))
        steps.next(t("Capturing a drawn chat from the screen"))
        screen = _screen(session, case.id, t)
        steps.next(t("Taking in a drawn chat, a text file and a link"))
        with tempfile.TemporaryDirectory() as incoming:
            picture, note = Path(incoming, "practice-chat.png"), Path(incoming, "practice-note.txt")
            picture.write_bytes(chat_picture())
            note.write_bytes(note_file())
            session.add_files(case.id, [picture, note], note=NOTE)
        session.add_link(case.id, LINK, NOTE)
        steps.next(t("Asking the practice authority for the time"))
        session.set_tsas([tsa.url])
        stamped = session.timestamp()
        steps.next(t("Looking for signs of manipulation"))
        exhibits = session.exhibits(case.id)
        session.score(case.id, [exhibit.item.id for exhibit in exhibits])
        steps.next(t("Making the signed package"))
        choices = PackageChoices(
            language=t.language,
            exposure={exhibit.item.id: Exposure.BLURRED for exhibit in exhibits},
            statement=t("I made this package to practise."),
            ask_time=True,
        )
        made = session.package(case.id, choices, folder, [exhibit.item.id for exhibit in exhibits])
        digest, words = session.signer_fingerprint()
        certificate = folder / "signer-certificate.pem"
        certificate.write_bytes(session.certificate_pem())
        root = folder / "practice-tsa-root.pem"
        root.write_bytes(tsa.responder.keys.root.public_bytes(Encoding.PEM))
        steps.next(t("Checking the package as a stranger would"))
        report = verbs.verify_package(Path(made.zip_file), trust_paths=[certificate], tsa_root_paths=[root])
    said += [
        t("Vault: {path}", path=folder / "vault"),
        t("Passphrase of this practice vault: {passphrase}", passphrase=passphrase),
        t("Its recovery key: {key}", key=recovery_key),
        screen,
        t("Package as a folder: {path}", path=made.folder),
        t("Package as one file: {path}", path=made.zip_file),
        t("Certificate of the signer: {path}", path=certificate),
        t("Root of the practice authority: {path}", path=root),
        t("Key fingerprint, in words: {words}", words=words),
        "",
        *render_text(report, t).splitlines(),
    ]
    document = {
        "folder": str(folder),
        "vault": str(folder / "vault"),
        "passphrase": passphrase,
        "recovery_key": recovery_key,
        "package": to_json(made),
        "signer": {"certificate": str(certificate), "certificate_sha256": digest, "words": words},
        "tsa_root": str(root),
        "tokens": len([result for result in stamped if result.token is not None]),
        "verification": to_json(report),
    }
    console.result(document, said)
    return exit_code([report])


class _Steps:
    """The parts of the run, counted on standard error."""

    COUNT = 7

    def __init__(self, console: Console) -> None:
        self._console = console
        self._done = 0

    def next(self, what: str) -> None:
        """Begin the next part."""
        self._done += 1
        self._console.say(f"{self._done}/{self.COUNT}  {what}")


def _screen(session: verbs.Session, case_id: str, t: Texts) -> str:
    """Show the drawn chat in a window and capture just that part of the screen; say so when there is no screen."""
    try:
        with shown_on_screen(chat_picture()) as region:
            item = session.capture_screen(case_id, screen=None, region=region, note=NOTE)
    except EvidenceError as error:
        if not error.code.startswith("capture."):
            raise
        return t("There is no screen here to capture; that part was left out.")
    return t("The drawn chat was captured from the screen as {number}.", number=item.number)


def _fresh_folder(out: Path | None) -> Path:
    """Make the folder; without ``out`` one beside the reader, with the time in its name."""
    folder = out or Path.cwd() / f"holdfast-demo-{datetime.now().astimezone():%Y%m%d-%H%M%S}"
    try:
        folder.mkdir(parents=True)
    except FileExistsError as problem:
        raise EvidenceError("cli.folder_exists", path=folder) from problem
    except OSError as problem:
        raise EvidenceError("cli.folder_not_made", path=folder) from problem
    return folder.resolve()

"""``04_how_to_verify.txt``: the recipe with ordinary tools, in three languages. A test runs its very lines.

A line that begins with four spaces and ``$`` is a command for Linux and macOS, one with ``>`` for Windows.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from evidence.digest import fingerprint_groups
from evidence.i18n import LANGUAGES, Language, Texts, texts
from evidence.manifest import (
    CERTIFICATES,
    CUSTODY,
    MANIFEST,
    REDACTIONS_FOLDER,
    REPORT,
    SIGNATURE,
    HeadToken,
    head_path,
)


@dataclass(frozen=True, slots=True)
class Step:
    """One step: what it shows, the commands (``$`` or ``>`` first), and what to see."""

    title: str
    commands: tuple[str, ...]
    expect: str


def steps(t: Texts, tokens: Sequence[HeadToken], *, is_redacted: bool = False) -> tuple[Step, ...]:
    """The recipe in one language, for a package with these tokens over heads, and redacted copies or none."""
    check = f"-content {MANIFEST} -CAfile {CERTIFICATES} -partial_chain -purpose any"
    found = [
        Step(
            t("Every file is as it was when the package was made"),
            (
                "$ sha256sum -c manifest-sha256.txt",
                "$ sha256sum -c tagmanifest-sha256.txt",
                "$ bagit.py --validate .",
                f"> certutil -hashfile {MANIFEST} SHA256",
            ),
            t("Each line must end with “OK”. On Windows, compare the value shown with the one on the report’s first "
              "page; the same command works for each file, compared with 02_items.csv."),
        ),
        Step(
            t("The manifest is signed"),
            (
                f"$ openssl cms -verify -binary -inform DER -in {SIGNATURE} {check} -out /dev/null",
            ),
            t("The answer must say “successful”. Where OpenSSL is installed on Windows, write NUL instead of "
              "/dev/null."),
        ),
        Step(
            t("The signing key is the one that you were told about"),
            (
                f"$ openssl x509 -in {CERTIFICATES} -noout -fingerprint -sha256",
                f"> certutil -dump {CERTIFICATES}",
            ),
            t("Compare it with the fingerprint that the sender gave you in another way: on paper, in person, by "
              "telephone. A fingerprint that only came with the package says nothing about who signed."),
        ),
        Step(
            t("The report is signed and unchanged, and belongs to this manifest"),
            (
                f"$ pdfsig {REPORT}",
                f"$ pdfdetach -save 1 -o ../manifest-from-report.json {REPORT}",
                f"$ cmp ../manifest-from-report.json {MANIFEST}",
            ),
            t("The answer must say “Signature is Valid” and “Total document signed”, and cmp must say nothing. "
              "Adobe Reader shows the same in its signature panel."),
        ),
    ]  # fmt: skip
    if is_redacted:
        found.append(
            Step(
                t("Redacted copies are those that the custody log names"),
                (
                    f"$ sha256sum data/*/redacted-* {REDACTIONS_FOLDER}/*",
                    f"$ grep -o '\"record_sha256\":\"[0-9a-f]*\"' {CUSTODY}",
                ),
                t("The digest of each record must be among those that the log shows. That every part which is shown is "
                  "what the log fixed beforehand as the original’s takes computing over all parts: the verifying "
                  "program and the page for browsers do it."),
            )
        )  # fmt: skip
    if tokens:
        found.append(
            Step(
                t("It existed before the time that a time-stamping authority gave"),
                (*(_ask(token) for token in tokens), f"$ openssl ts -reply -in {tokens[0].path} -text"),
                t(
                    "Each answer must say “Verification: OK”; the last command shows the time. The certificates here "
                    "came with the package: for full trust, use the authority’s own root certificate after -CAfile."
                ),
            )
        )
    return tuple(found)


def _ask(token: HeadToken) -> str:
    data = head_path(token.head_size)
    return f"$ openssl ts -verify -partial_chain -data {data} -in {token.path} -CAfile {CERTIFICATES}"


def guide(
    tokens: Sequence[HeadToken], *, certificate_sha256: str, first: Language, is_redacted: bool = False
) -> bytes:  # fmt: skip
    """The whole text file, UTF-8 with a byte order mark and CRLF, the package's own language first."""
    lines: list[str] = []
    for language in (first, *(each for each in LANGUAGES if each != first)):
        t = texts(language)
        lines += [t("How to verify this package"), "=" * 60, ""]
        lines += [
            t("Open a command line in this folder. Lines that begin with $ are for Linux and macOS, lines that begin "
              "with > are for Windows; leave the sign itself out. The tools are ordinary ones: coreutils, bagit, "
              "OpenSSL, poppler."),
            "",
        ]  # fmt: skip
        for number, step in enumerate(steps(t, tokens, is_redacted=is_redacted), 1):
            lines += [f"{number}. {step.title}", ""]
            lines += [f"    {command}" for command in step.commands]
            lines += ["", f"   {step.expect}", ""]
        lines += [
            t("Fingerprint of the signing certificate (SHA-256): {fingerprint}",
              fingerprint=fingerprint_groups(certificate_sha256)),
            t("This shows that nothing was changed since it was signed or time-stamped, and by which key it was "
              "signed. It does not show who made or posted what is seen, or whether it is true."),
            "",
            "",
        ]  # fmt: skip
    return ("\ufeff" + "\r\n".join(lines)).encode()

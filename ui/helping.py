"""What the help says: a few sentences for each page, what words mean, and how to leave at once. Texts alone."""

from __future__ import annotations

from typing import NamedTuple

from evidence.i18n import N_


class Topic(NamedTuple):
    """A heading and short paragraphs, as English for the catalogue; ``{keys}`` is filled with the keys that leave."""

    title: str
    points: tuple[str, ...]


GENERAL = "general"
"""The topic of a page that names none."""

TOPICS: dict[str, Topic] = {
    GENERAL: Topic(N_("What this program does, and never does"), (
        N_("It keeps what you put into it encrypted on this computer, with a date and a log that shows any change."),
        N_("It makes a signed package of what you choose, which the police can check without this program."),
        N_("It sends nothing by itself. There is no account. Nobody is told that you use it."),
        N_("It never logs in, joins, buys, writes to anyone, or asks you to look at the material again."),
        N_("It proves that something was not changed since a time. It does not prove who made it, or that it is true."),
        N_("It gives no legal advice. You decide what happens next, and when."),
    )),
    "leaving": Topic(N_("Leaving at once"), (
        N_("The button at the top, or {keys}, covers everything with a notes page, locks the vault, stops what runs, "
           "and empties the clipboard, whatever was copied last."),
        N_("To come back: in the notes page, hold Shift and press Esc three times. The vault stays locked until you "
           "open it. Or close the notes page and start the program again."),
        N_("The notes page really works. What you save with it is an ordinary file that anyone can read."),
        N_("It does not help against a program that watches this computer, and it does not remove the traces that a "
           "system keeps of programs that ran. A clipboard history keeps what it already has."),
    )),
    "start": Topic(N_("Opening a vault"), (
        N_("A vault is a folder that only your passphrase, or another way that you chose, can open."),
        N_("If you forgot the passphrase, use the recovery key that you wrote down, or two of three recovery shares."),
        N_("Opening takes about a second on purpose: it makes guessing slow."),
        N_("The place of the vault is remembered only if you say so; anyone who uses this computer could then see it."),
    )),
    "welcome": Topic(N_("The first steps"), (
        N_("Nothing that you answer here is kept. The answers only choose which advice you see."),
        N_("You can stop at any step. Nothing is made before you say so."),
    )),
    "create": Topic(N_("A new vault"), (
        N_("A passphrase of four or more words that do not belong together is easy to keep and hard to guess."),
        N_("The recovery key is the only other way in. Write it down or print it, and keep the paper elsewhere."),
        N_("Choose a folder that no cloud copies."),
    )),
    "cases": Topic(N_("Cases"), (
        N_("A case holds everything that belongs together: one person, one room, one series of messages."),
        N_("Titles stay inside the vault. Each case has its own log: a package says nothing about other cases."),
    )),
    "case": Topic(N_("A case"), (
        N_("Bring in what you already have first: files, pictures, links. You need not go back to where it happened."),
        N_("Everything gets its digital fingerprint the moment it comes in, and can no longer be changed unseen."),
        N_("Lists show no pictures. You never have to look at anything to keep it."),
        N_("Search looks into titles, notes, links and tags. The order that you give the exhibits goes into packages "
           "too; their numbers never change."),
        N_("It is enough to do a little. Everything is saved after each step, and you can stop at any time."),
    )),
    "capture": Topic(N_("Bringing something in"), (
        N_("The screen is taken as it is; this window hides first. Show the address or the name of the room as well."),
        N_("On a Wayland desktop the system makes the picture and may ask you first. It writes a file of its own, "
           "which is removed as soon as it is read."),
        N_("If a picture shows, or could show, someone under age, do not take it. Keep only the address and the time."),
        N_("Do not answer, pay, join or ask for anything in order to have more evidence."),
        N_("In notes, write what you saw and when. Leave out guesses: others may read them one day."),
    )),
    "steps": Topic(N_("Step by step, without a recording"), (
        N_("Each step says what to show and what it answers later. Skip whatever is not there; nobody has to be "
           "complete."),
        N_("What you read off and write down is kept as your own word, apart from what the program saw."),
        N_("A photo of another screen shows the whole screen, straight from the front, with date and time."),
        N_("Do not answer, pay, join or ask for anything in order to have more evidence."),
    )),
    "record": Topic(N_("Recording the screen"), (
        N_("What the screen shows is sealed while it happens. A mark says when something was shown: a profile, a "
           "link."),
        N_("The small window stays out of the picture: the system leaves it out, it stands beside what is recorded, or "
           "it hides until a key brings it back. The recording says from when to when it was seen."),
        N_("No sound is recorded, and the recording says so. Recording what other people say to each other is an "
           "offence in many countries, and this program cannot tell whose voices a computer plays."),
        N_("If the sound of a film or of a voice message matters, save that file itself and bring it in."),
        N_("Do not answer, pay, join or ask for anything in order to have more evidence."),
    )),
    "minor": Topic(N_("Someone under age"), (
        N_("Pictures of people under age may not be kept or passed on by anyone, not even to prove what happened. "
           "So nothing is opened and nothing is taken here: no picture, no small picture, no fingerprint."),
        N_("The address, the accounts and the time are enough for the police to find it and to secure it."),
        N_("What came in already can be held back on its own page. It stays sealed; packages name its number alone."),
        N_("When in doubt, say that you are not sure."),
    )),
    "exhibit": Topic(N_("One exhibit"), (
        N_("The picture is blurred, and shown only while you hold it. Each look is written into the log."),
        N_("The fingerprint is what anyone can compare later. The original is never changed."),
        N_("Signs of manipulation are a lead for those who investigate, never a verdict."),
    )),
    "scores": Topic(N_("Signs of manipulation"), (
        N_("Detectors look at faces, on this computer. Nothing is sent, and you see nothing of it."),
        N_("“Inconclusive” is the usual answer. It does not weaken a report: nobody has to prove with a program that a "
           "picture is false."),
        N_("What the file says about itself stands apart from the score. It can be a lead: the name of a program, of a "
           "model. It can be forged, and messengers remove it."),
        N_("Bodies, sound and backgrounds are not examined."),
    )),
    "redact": Topic(N_("A redacted copy"), (
        N_("What you cover or replace is gone from the copy for good. It is not hidden under something."),
        N_("Everything else in the copy can be held against what the log fixed of the original, by anyone."),
        N_("Title, notes, links and the facts of how it came in are handed over as they are: read the report first."),
        N_("The police can ask to see the original. It stays sealed in the vault, and the package says so."),
    )),
    "package": Topic(N_("Making a package"), (
        N_("Choose what goes in, and how each picture appears in the report. Blurred is the rule."),
        N_("Notes that were written later stay in the vault, unless you choose them here one by one."),
        N_("The originals go along, unchanged. Give the package only to those who must have it, from hand to hand."),
        N_("Nothing is sent. You choose where it is written, a stick for instance."),
        N_("Read the words of the report before you sign: they are yours."),
    )),
    "handing": Topic(N_("Packages that were made"), (
        N_("For the way, a package can be locked: for named receivers, or with words that you tell them yourself."),
        N_("When a time authority answers later, its proof can be added without changing what was signed."),
        N_("Ask for a receipt. It can be kept in the log."),
    )),
    "verify": Topic(N_("Checking a package"), (
        N_("Each claim is answered with yes, no or cannot tell, and a reason. What was not checked is never yes."),
        N_("Give the fingerprint or certificate that you got in another way; what came with the package proves nothing "
           "about who made it."),
        N_("What is in the package stays hidden until you ask for it."),
        N_("An encrypted package opens with its passphrase or with your key. Nothing of it is written to the disk."),
        N_("Save the answers as a report to print, and give the person a signed receipt to keep."),
    )),
    "settings": Topic(N_("Settings"), (
        N_("What stands under the window is kept outside the vault and says nothing about you or your cases."),
        N_("Time authorities confirm since when something exists. They receive a digital fingerprint, no content, and "
           "are asked only when you say so."),
    )),
    "upkeep": Topic(N_("Looking after the vault"), (
        N_("More than one way to open the vault protects you against forgetting. Each can be taken away again."),
        N_("A check reads everything once. Damage is named by exhibit."),
        N_("Make a backup on another disk, and keep it elsewhere. It opens with the same passphrase."),
    )),
}  # fmt: skip
"""By the ``HELP`` of a page."""

GLOSSARY: tuple[tuple[str, str], ...] = (
    (N_("Vault"), N_("An encrypted folder. Without a passphrase or a recovery key it is noise.")),
    (N_("Passphrase"), N_("Several words that open the vault. Only you know them.")),
    (N_("Recovery key"), N_("Letters and digits on paper that open the vault if the passphrase is forgotten.")),
    (N_("Case"), N_("Everything in the vault that belongs together.")),
    (N_("Exhibit"), N_("One thing that was kept, with its number, A-01 for instance.")),
    (N_("Original"), N_("The bytes exactly as they came. They are never changed.")),
    (N_("Digital fingerprint"), N_("A number made of every byte of a file. If one byte changes, so does the number. "
                                    "It says nothing about what the file shows.")),
    (N_("Time proof"), N_("An answer, signed by an authority for time, that a fingerprint existed at that moment.")),
    (N_("Custody log"), N_("The list of everything that was done with an exhibit. Nothing can be taken out unseen.")),
    (N_("Package"), N_("A folder or file with a signed report, the originals and the proof. You hand it over.")),
    (N_("Manifest"), N_("The list of all files in a package, with their fingerprints. It is signed.")),
    (N_("Signature"), N_("Shows that a package was not changed since it was made with the key of this vault.")),
    (N_("Score"), N_("What this computer found of signs of manipulation. A lead, with its limits, and often open.")),
)  # fmt: skip

"""The vault on disk: encrypted records, sealed originals, key slots, one opener at a time."""

from evidence.store.backups import Backup, BackupOutcome, backup, mend, restore
from evidence.store.checking import CheckOutcome, check
from evidence.store.growing import GrowingObject
from evidence.store.keeper import SlotInfo, SlotKeeper
from evidence.store.keys import FLOOR, Argon2Cost, tuned_cost
from evidence.store.log_records import VAULT_LOG, LogRecords, TsaRecord
from evidence.store.object_format import StoredObject
from evidence.store.object_reader import ObjectReader
from evidence.store.objects import Cancelled, Progress
from evidence.store.public_keys import RecipientKey, UnlockKey
from evidence.store.recordings import RecordingBegun, Recordings, facts_bytes
from evidence.store.redactions import Commitment, Redactions
from evidence.store.rekeying import Rekeyed, rekey
from evidence.store.retention import Kept, Retention
from evidence.store.shares import RecoveryShares
from evidence.store.shelf import ChangeRecord, MomentRecord, Shelf
from evidence.store.signing import VaultSigner
from evidence.store.slots import Lock, Secret, SlotKind
from evidence.store.strength import PassphraseAdvice, Strength, judge_passphrase
from evidence.store.unlocking import Passphrase, RecoveryKey
from evidence.store.vault import Finding, Store, create, open_store

__all__ = [
    "FLOOR", "VAULT_LOG", "Argon2Cost", "Backup", "BackupOutcome", "Cancelled", "ChangeRecord", "CheckOutcome",
    "Commitment", "Finding", "GrowingObject", "Kept", "Lock", "LogRecords", "MomentRecord", "ObjectReader",
    "Passphrase", "PassphraseAdvice", "Progress", "RecipientKey", "RecordingBegun", "Recordings", "RecoveryKey",
    "RecoveryShares", "Redactions", "Rekeyed", "Retention", "Secret", "Shelf", "SlotInfo", "SlotKeeper", "SlotKind",
    "Store", "StoredObject", "Strength", "TsaRecord", "UnlockKey", "VaultSigner", "backup", "check", "create",
    "facts_bytes", "judge_passphrase", "mend", "open_store", "rekey", "restore", "tuned_cost",
]  # fmt: skip

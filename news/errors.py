"""The error tree of the whole house, typed by what must happen next.

JarchiError
├── UsageError            the person who called must change the call
│   ├── SettingsError         a setting (names file or variable, and key)
│   ├── SourceError           a source's TOML (names file and key)
│   └── QueryError            a search query (names the place of the error)
├── StorageError          the database cannot serve now; nothing was harmed
│   ├── DatabaseUnreachable
│   │   └── DatabaseBroken
│   ├── DatabaseTooNew
│   ├── DatabaseOutdated
│   ├── DatabaseReadOnly
│   ├── DatabaseFull
│   ├── DatabaseBusy
│   └── BackupError           a backup cannot be made, read or put back
├── NotFound              nothing is kept under this id
├── AlreadyRunning        another service holds the database
└── DeliveryError         an alert was not accepted; it is tried again
    ├── DeliveryRefused       for good: it is not tried again by itself
    └── ChannelDown           nothing leaves by this way now; what goes by it waits
"""

from __future__ import annotations


class JarchiError(Exception):
    """Base of every error this program raises on purpose; its text is meant for people."""


def words_of(error: Exception) -> str:
    """What the system says of a file, without the file's name, which our message names already."""
    return (isinstance(error, OSError) and error.strerror) or str(error)


class UsageError(JarchiError):
    """The call cannot be served as it stands."""


class SettingsError(UsageError):
    """A setting is missing or wrong."""


class SourceError(UsageError):
    """A source's description cannot be read."""


class UnknownSource(SourceError):
    """No source has this key."""


class QueryError(UsageError):
    """A search query cannot be understood."""


class StorageError(JarchiError):
    """The database cannot serve this call."""


class DatabaseUnreachable(StorageError):
    """The database address is wrong, or nothing answers there."""


class DatabaseBroken(DatabaseUnreachable):
    """The file is no database, or a broken one: `jarchi db check` says what it can, `jarchi db restore` puts a backup in its place."""


class DatabaseTooNew(StorageError):
    """The database was written by a newer program; this one leaves it alone."""


class DatabaseOutdated(StorageError):
    """The database needs `jarchi db upgrade` first."""


class DatabaseReadOnly(StorageError):
    """The database, or the folder it lies in, cannot be written."""


class DatabaseFull(StorageError):
    """No room is left where the database lies."""


class DatabaseBusy(StorageError):
    """Another writer held the database for longer than the time-out."""


class BackupError(StorageError):
    """A backup cannot be made, read or put back."""


class NotFound(JarchiError):
    """Nothing is kept under this id."""


class AlreadyRunning(JarchiError):
    """Another service runs on the same database."""


class DeliveryError(JarchiError):
    """A recipient did not accept an alert."""


class DeliveryRefused(DeliveryError):
    """A recipient, or its server, refused an alert for good."""


class ChannelDown(DeliveryError):
    """A way to recipients is closed: whatever goes by it is tried again later."""

//! FP17xx: files, snapshots and the command line.

use super::codes;

codes! {
    UNREADABLE = 1701, "the file cannot be read";
    UNWRITABLE = 1702, "the file cannot be written";
    NOT_ALONE = 1703, "a snapshot is given together with other files";
    NOT_A_SNAPSHOT = 1710, "the file is no snapshot of a table";
    SNAPSHOT_VERSION = 1711, "the snapshot is of another version of the format";
    SNAPSHOT_LENGTH = 1712, "the snapshot has fewer bytes than it says, or more";
    SNAPSHOT_CHECKSUM = 1713, "the snapshot's bytes are not those that were written";
    SNAPSHOT_MALFORMED = 1714, "a part of the snapshot is not what it has to be";
    SNAPSHOT_PATTERN = 1715, "the snapshot has a pattern that this build cannot compile";
    SNAPSHOT_BYTE_ORDER = 1716, "snapshots cannot be read on this machine";
}

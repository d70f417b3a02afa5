//! FP17xx: the command line.

use super::codes;

codes! {
    UNREADABLE = 1701, "the file cannot be read";
}

//! FP16xx: compiling.

use super::codes;

codes! {
    INVALID_REGEX = 1601, "the regular expression is not valid";
}

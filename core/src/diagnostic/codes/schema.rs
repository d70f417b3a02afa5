//! FP11xx: fields.

use super::codes;

codes! {
    UNKNOWN_FIELD = 1101, "the field is not one of this object";
}

//! FP13xx and FP14xx: Gateway API.

use super::codes;

codes! {
    RULE = 1301, "the object breaks a validation rule of its kind";
}

//! FP15xx: App Mesh.

use super::codes;

codes! {
    RULE = 1501, "the object breaks a validation rule of its kind";
}

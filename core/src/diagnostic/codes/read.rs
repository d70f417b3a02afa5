//! FP10xx: reading files.

use super::codes;

codes! {
    SYNTAX = 1001, "the document is not valid YAML or JSON";
}

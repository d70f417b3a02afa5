//! FP10xx: reading files.

use super::codes;

codes! {
    SYNTAX = 1001, "the document is not valid YAML or JSON";
    NOT_UTF8 = 1002, "the file is not UTF-8 text";
    CONTROL_CHARACTER = 1003, "the file holds a control character";
    TEMPLATE = 1004, "the document is a template that has not been rendered";
    NOT_JSON = 1005, "the value is not JSON";
    DUPLICATE_KEY = 1006, "a key is written twice in one object";
    INVALID_KEY = 1007, "a key is not a scalar";
    INVALID_ALIAS = 1008, "an alias refers to nothing, or to what contains it";
    INVALID_MERGE = 1009, "a merge key's value is not an object or a list of objects";
    INVALID_TAG = 1010, "a value is not what its tag says";
    UNKNOWN_TAG = 1011, "a tag is passed over";
    AMBIGUOUS_SCALAR = 1012, "a plain scalar that readers of YAML understand differently";
    VARIABLE = 1013, "a value looks like a variable that was not substituted";
    OVERRIDDEN_KEY = 1014, "a merge key overrides a key that is written before it";
    FILE_TOO_LONG = 1020, "the file is longer than the limit";
    TOO_MANY_DOCUMENTS = 1021, "the file has more documents than the limit";
    TOO_MANY_NODES = 1022, "the input has more values than the limit";
    TOO_MANY_ALIASES = 1023, "the document's aliases stand for more values than the limit";
    TOO_DEEP = 1024, "the document nests deeper than the limit";
    SCALAR_TOO_LONG = 1025, "a scalar is longer than the limit";
    TOO_MANY_DIAGNOSTICS = 1026, "the file has more diagnostics than the limit";
    NOT_AN_OBJECT = 1030, "the document is not an object with apiVersion and kind";
    MISSING_TYPE = 1031, "the object has no apiVersion or no kind";
    UNKNOWN_KIND = 1032, "the object's kind is of no known dialect and is passed over";
    DAMAGED_OBJECT = 1033, "the object is refused for an error within it";
    INVALID_LIST = 1034, "the list's items are not a list of objects";
    METADATA = 1035, "the object's name or namespace is not text";
}

/// Remarks on how a value is read: of use only for objects that are imported.
#[cfg(feature = "import")]
pub(crate) const REMARKS: &[crate::diagnostic::Code] =
    &[AMBIGUOUS_SCALAR, OVERRIDDEN_KEY, UNKNOWN_TAG, VARIABLE];

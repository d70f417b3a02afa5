//! FP11xx: fields.

use super::codes;

codes! {
    UNKNOWN_FIELD = 1101, "the field is not one of this object";
    MISSING_FIELD = 1102, "a required field is missing";
    WRONG_TYPE = 1103, "the value is of another type than the field";
    TEXT_LENGTH = 1104, "the text is too short or too long";
    PATTERN = 1105, "the text contains what the field does not allow";
    UNKNOWN_VALUE = 1106, "the value is not one of those the field has";
    OUT_OF_RANGE = 1107, "the number is out of range";
    LIST_SIZE = 1108, "the list has too few or too many items";
    DUPLICATE_ITEM = 1109, "an item of the list repeats another";
    MAP_SIZE = 1110, "the map has too many entries";
    CHOICE = 1111, "of fields that exclude each other there are several, or there is none";
}

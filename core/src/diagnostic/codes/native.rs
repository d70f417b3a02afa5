//! FP18xx: the native format.

use super::codes;

codes! {
    UNKNOWN_VERSION = 1801, "the document is of a version of the format that is not known";
    RULE_ANSWERS_500 = 1802, "the rule cannot be carried out as written and answers 500";
    LEFT_OUT = 1803, "the part cannot be placed and is left out";
    NOT_FOUND = 1804, "the name is of no gateway, listener or stage that the documents have";
    REPEATED_NAME = 1805, "two things of one kind have one name";
    INVALID_FORMAT = 1806, "the text with holes cannot be read";
    INVALID_VALUE = 1807, "the text does not say what the field asks for";
    MISPLACED = 1808, "the field says nothing where it stands";
    DISAGREEMENT = 1809, "documents disagree about what is said for all";
    NOT_REACHED = 1810, "no request can reach the route";
    TOO_DEEP = 1811, "predicates or metadata nest too deep";
    NO_BACKENDS = 1812, "the rule has no backend that is ever chosen and answers 500";
    TOO_MANY = 1813, "there are more of these than a limit allows";
}

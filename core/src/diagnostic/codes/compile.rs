//! FP16xx: compiling.

use super::codes;

codes! {
    INVALID_REGEX = 1601, "the regular expression is not valid, or over a limit";
    BROKEN_REFERENCE = 1602, "a route set refers to a route or stage that it does not hold";
    TOO_MANY_METHODS = 1603, "the table would tell apart more methods than it can";
    REPLACEMENT_TOO_LONG = 1604, "the replacement path is over the limit";
    UNSOUND_OUTPUT = 1605, "a control character would leave in a header, path or host";
    MATCHES_NOTHING = 1606, "a host or path can match no request";
    IDLE_FILTER = 1607, "a filter does nothing where it stands";
    AUTHORITY_EDIT = 1608, "a header edit would change the host or a pseudo-header";
    PREDICATE_TOO_DEEP = 1610, "a predicate nests deeper than predicates can";
    TOO_MANY_PREDICATES = 1611, "a match's predicates are over the limit";
    INVALID_PATTERN = 1620, "the glob or template is not valid";
    TOO_MANY_CAPTURES = 1621, "a path's or rewrite's pattern has more captures than the limit";
    TOO_MANY_HOLES = 1622, "a glob or template has more stars and holes than the limit";
    TOO_MANY_PROGRAMS = 1623, "the programs of all patterns of a table are over the limit";
    HOST_AUTOMATON = 1624, "a host's regular expression is over the limit of its automaton";
    UNNORMALIZED_DENIAL = 1640, "a path-scoped denial without path normalization";
    TOO_MANY_CANDIDATES = 1645, "matches and hosts make more pairs than the limit";
}

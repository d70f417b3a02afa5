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
    HOST_AUTOMATON = 1624, "a host's regular expression is over a limit of automata";
    INVALID_REWRITE = 1630, "a rewrite or redirect cannot be carried out";
    INVALID_EDIT = 1631, "a header edit names no header";
    INVALID_METADATA = 1632, "a metadata value is no JSON";
    TOO_MANY_EDITS = 1633, "a rule has more edits than the limit";
    TOO_MANY_TARGETS = 1634, "a rule has more targets than the limit";
    TOO_MANY_MIRRORS = 1635, "a rule has more mirrors than the limit";
    METADATA_TOO_LONG = 1636, "a rule's metadata is over the limit";
    TOO_MANY_FORMAT_HOLES = 1637, "a format or rule has more holes than the limit";
    INVALID_POLICY = 1638, "a status, a share or a time is out of its range";
    UNKNOWN_CAPTURE = 1639, "a format names a capture that no path of its rule has";
    UNNORMALIZED_DENIAL = 1640, "a path-scoped denial without path normalization";
    STAGE_CYCLE = 1641, "a stage leads back to itself";
    TOO_MANY_CANDIDATES = 1645, "a route's matches under its hosts weigh more than the limit leaves";
    TOO_MANY_WAYS = 1646, "paths fit templates in more ways than the limit";
}

//! FP15xx: App Mesh.

use super::codes;

codes! {
    RULE = 1501, "the object breaks a validation rule of its kind";
    READ_ONLY_FIELD = 1502, "the field is filled in by the controller and refused when written by hand";
    COERCED = 1503, "what is written is no App Mesh field or value; it is read as what it most likely means";
    UNRESOLVED_REFERENCE = 1504, "the reference leads to nothing; its share of requests fails";
    AMBIGUOUS = 1505, "two routes take the same requests and App Mesh does not say which one wins";
    MEMBERSHIP = 1506, "the object belongs to no mesh or gateway, or to several";
    ASSUMED = 1507, "the input leaves something out; what is assumed instead";
    RESERVED_PREFIX = 1508, "the path is reserved by App Mesh";
    NEVER_MATCHES = 1509, "the route or predicate cannot match any request";
    NO_LISTENER = 1510, "the route fits no listener";
    PORT_NEEDED = 1511, "a port must be named because there are several listeners";
    LEGACY_FORM = 1512, "the document is of an older or sibling form";
    LENIENT_ONLY = 1513, "the document is of no form that exists; it is read under lenient reading only";
    REPLACED = 1514, "a later object of the same name replaces this one";
    IGNORED = 1515, "the field has no effect here";
    DEFAULT_REWRITE = 1516, "the default rewrite removes the matched prefix";
    UNKNOWN_KIND = 1517, "App Mesh has no such kind";
    WEIGHTS = 1518, "the weights are not what they seem";
    APPROXIMATED = 1519, "the field is honoured only in part";
    TOO_MANY = 1520, "there are more of these than a limit allows";
    HOST_AS_NAME = 1521, "the object is named like a host that is not the one clients use";
    REFUSED_REFERENCE = 1522, "what is named is in the input and was refused; what depends on it fails";
}

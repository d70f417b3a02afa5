//! FP13xx and FP14xx: Gateway API.

use super::codes;

codes! {
    RULE = 1301, "the object breaks a validation rule of its kind";
    NO_MATCHING_PARENT = 1401, "no listener of the parent is named by the reference";
    NOT_ALLOWED_BY_LISTENERS = 1402, "the parent's listeners do not allow the route";
    NO_MATCHING_LISTENER_HOSTNAME = 1403, "no hostname of the route meets a listener's";
    PARENT_NOT_FOUND = 1404, "the parent is not in the input";
    PARENT_KIND = 1405, "the parent is of a kind that routes cannot attach to";
    ROUTE_CONFLICTED = 1406, "another kind of route takes precedence";
    BACKEND_NOT_FOUND = 1410, "the backend is not in the input";
    REF_NOT_PERMITTED = 1411, "no ReferenceGrant permits the reference";
    INVALID_KIND = 1412, "the reference's kind is not supported";
    UNSUPPORTED_PROTOCOL = 1413, "the backend's protocol is not supported";
    BACKEND_INVALID = 1414, "the reference cannot be used as written";
    NO_BACKENDS = 1415, "the rule has no backends and answers 500";
    LISTENER_CONFLICT = 1420, "the listener conflicts with another one";
    LISTENER_UNSUPPORTED = 1421, "the listener cannot be served as written";
    INVALID_ROUTE_KINDS = 1422, "the listener names a kind of route that it cannot take";
    INVALID_CERTIFICATE = 1423, "the listener's certificate cannot be used";
    LISTENER_SET_NOT_ALLOWED = 1424, "the gateway does not allow the listener set";
    LISTENER_SET_PARENT = 1425, "the listener set's gateway cannot be used";
    SELECTOR = 1426, "the selector cannot be used as written";
    RULE_ANSWERS_500 = 1430, "the rule is not supported and answers 500";
    MATCH_LEFT_OUT = 1431, "the match cannot be used and is left out";
    REPEATED_NAME = 1432, "only the first of equal names counts";
    NOT_PERFORMED = 1433, "the setting is handed on, not performed";
    CORS_ORIGIN = 1434, "the origin cannot be used and is left out";
    HEADER_EDIT = 1435, "the header edit cannot be used and is left out";
    MIRROR_DROPPED = 1436, "the mirror is dropped";
    POLICY_VALUE = 1437, "the value cannot be used and is left out";
    MESH_HOSTNAMES = 1438, "hostnames are ignored in mesh use";
    LIMIT = 1439, "the list is longer than the API allows and its rest is left out";
    ASSUMED = 1440, "something that is not in the input is assumed";
    REPEATED_OBJECT = 1441, "the object is given twice and the later one counts";
    CREATION_TIMESTAMP = 1442, "the creation time cannot be read";
    KIND_PASSED_OVER = 1443, "objects of this kind do not change where requests go here";
    GATEWAY_CLASS = 1444, "the gateway's class is not in the input";
}

//! FP13xx and FP14xx: Gateway API.

use super::codes;

codes! {
    PARENT_AMBIGUOUS = 1301, "two references to one parent do not both say which section or port";
    PARENT_REPEATED = 1302, "two references to one parent are the same";
    TOO_MANY_MATCHES = 1303, "a route has more matches than all its rules together may have";
    RULE_NAME_REPEATED = 1304, "two rules of a route have one name";
    BACKEND_PORT_MISSING = 1305, "a reference to a service has no port";
    FILTER_REPEATED = 1306, "a filter that may stand once is repeated";
    FILTERS_EXCLUSIVE = 1307, "a redirect and a rewrite stand together";
    MEMBER_MISSING = 1308, "the field that the type asks for is missing";
    MEMBER_FOREIGN = 1309, "a field is set that belongs to another type";
    REDIRECT_WITH_BACKENDS = 1310, "a rule both redirects and has backends";
    PREFIX_MISSING = 1311, "a prefix is to be replaced without exactly one match of a prefix";
    MIRROR_SHARE_TWICE = 1312, "the mirrored share is given twice";
    MIRROR_SHARE_ABOVE_ALL = 1313, "the mirrored share is more than everything";
    WILDCARD_NOT_ALONE = 1314, "'*' stands with other values in a CORS list";
    PATH_RELATIVE = 1315, "the path does not begin with '/'";
    PATH_NOT_NORMAL = 1316, "the path has empty segments or dot segments";
    PATH_ENCODED_SLASH = 1317, "the path has an encoded slash";
    PATH_CHARACTERS = 1318, "the path has characters that no path has";
    METHOD_EMPTY = 1319, "a gRPC match names neither service nor method";
    METHOD_CHARACTERS = 1320, "the name of a gRPC service or method has characters that no such name has";
    TIMEOUTS_CONTRADICT = 1321, "the timeout of one attempt is longer than that of the request";
    SESSION_WITHOUT_END = 1322, "a permanent cookie has no timeout";
    LISTENER_TLS = 1323, "TLS is configured for a protocol without it";
    LISTENER_TLS_MODE = 1324, "the listener's protocol needs another TLS mode";
    LISTENER_HOSTNAME = 1325, "a hostname is given for a protocol without it";
    LISTENER_REPEATED = 1326, "two listeners have the same port, protocol and hostname";
    CERTIFICATES_MISSING = 1327, "TLS is terminated without certificates";
    ADDRESS_REPEATED = 1328, "an address is given twice";
    ADDRESS_VALUE = 1329, "the value is no address of its type";
    METADATA_KEY = 1330, "the key of a label or annotation is malformed";
    TLS_HOSTNAME = 1331, "the hostname of a TLS route is an IP address or malformed";
    TARGET_AMBIGUOUS = 1332, "two references to one target do not both say which section";
    TARGET_REPEATED = 1333, "two references to one target are the same";
    CA_NOT_ONE = 1334, "not exactly one source of CA certificates is given";
    RETRY_INTERVAL = 1335, "the interval of a retry limit is out of range";
    EXTERNAL_HOSTNAME = 1336, "the hostname of an external backend is one of the cluster";
    PORT_NAME = 1337, "the name of a port is no DNS label";
    VERSION_UNKNOWN = 1338, "the kind does not exist in this version";
}

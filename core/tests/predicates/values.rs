//! What a value must be: case, bytes, patterns, integers, addresses.

use fingerpost::Request;
use fingerpost::model::{Cidr, Fact, FactMatch, ValueMatch};

use crate::support::{asked, cidrs, exact};

#[test]
fn case_is_ignored_in_ascii_letters_only() {
    let value = "Straße-ABA-abab";
    let headers: &[(&[u8], &[u8])] = &[(b"x", value.as_bytes())];
    let request = Request::new(b"GET", b"/").with_headers(headers);
    for (test, want) in [
        (exact("sTRAße-aba-ABAB"), true),
        (exact("STRASSE-aba-ABAB"), false),
        (ValueMatch::Prefix("STRAß".into()), true),
        (ValueMatch::Suffix("BAB".into()), true),
        (ValueMatch::Contains("aBA-aBab".into()), true),
        (ValueMatch::Contains("ababb".into()), false),
        (
            ValueMatch::In(vec!["b".into(), value.to_ascii_uppercase()]),
            true,
        ),
        (ValueMatch::Glob("S*E-a?a-*".into()), true),
        (ValueMatch::Regex("straße-[a-b]+-ABAB".into()), true),
        (ValueMatch::RegexSearch("aba-a".into()), true),
    ] {
        let plain = FactMatch::new(Fact::Header("x".into()), test);
        assert!(!asked(plain.clone(), &request), "{plain:?}");
        assert_eq!(
            asked(plain.clone().ignoring_case(), &request),
            want,
            "{plain:?}"
        );
    }
}

#[test]
fn values_are_bytes() {
    let headers: &[(&[u8], &[u8])] = &[(b"x", b"\xff\xfea*b\xc3")];
    let request = Request::new(b"GET", b"/?q=%FFz")
        .with_headers(headers)
        .with_attributes(&[("a", b"\xff1")]);
    let header = Fact::Header("x".into());
    for (fact, test, want) in [
        (&header, ValueMatch::Contains("a*b".into()), true),
        (&header, ValueMatch::Prefix("a".into()), false),
        (&header, ValueMatch::Regex("(?s).*a.b.".into()), true),
        (&header, ValueMatch::RegexStart("..a".into()), true),
        (&header, ValueMatch::Glob("??a?b?".into()), true),
        (&header, ValueMatch::Glob("*a*".into()), true),
        (&header, ValueMatch::Suffix("Ã".into()), false),
        (
            &Fact::Query("q".into()),
            ValueMatch::Suffix("z".into()),
            true,
        ),
        (
            &Fact::Query("q".into()),
            ValueMatch::Glob("?z".into()),
            true,
        ),
        (
            &Fact::Attribute("a".into()),
            ValueMatch::Range {
                start: i64::MIN,
                end: i64::MAX,
            },
            false,
        ),
    ] {
        let one = FactMatch::new(fact.clone(), test);
        assert_eq!(asked(one.clone(), &request), want, "{one:?}");
        assert_eq!(asked(one.clone().ignoring_case(), &request), want);
    }
}

#[test]
fn a_glob_stands_for_any_bytes_and_nothing_else_in_it_is_special() {
    let request = Request::new(b"GET", b"/").with_attributes(&[("a", b"x.y\nz[1]")]);
    for (pattern, want) in [
        ("x.y\nz[1]", true),
        ("x?y*[1]", true),
        ("x**", true),
        ("*", true),
        ("x+*", false),
        ("x?y?z", false),
        ("?.??z[*]", true),
        ("", false),
    ] {
        let test = ValueMatch::Glob(pattern.into());
        let one = FactMatch::new(Fact::Attribute("a".into()), test);
        assert_eq!(asked(one, &request), want, "{pattern}");
    }
}

#[test]
fn integers_are_digits_with_a_sign_that_fit() {
    for (value, want) in [
        ("5", true),
        ("+5", true),
        ("005", true),
        ("-5", false),
        ("5.0", false),
        (" 5", false),
        ("0x5", false),
        ("", false),
        ("+", false),
        ("99999999999999999999", false),
        ("9", true),
        ("10", false),
    ] {
        let attributes = [("a", value.as_bytes())];
        let request = Request::new(b"GET", b"/").with_attributes(&attributes);
        let test = ValueMatch::Range { start: 5, end: 10 };
        let one = FactMatch::new(Fact::Attribute("a".into()), test);
        assert_eq!(asked(one, &request), want, "{value}");
    }
}

#[test]
fn addresses_are_numbers_whatever_their_text() {
    let from = |address: &str, ranges: &[&str]| {
        let request = Request::new(b"GET", b"/").with_source_ip(address.parse().unwrap());
        let by_fact = asked(FactMatch::new(Fact::SourceIp, cidrs(ranges)), &request);
        let attributes = [("ip", address.as_bytes())];
        let request = Request::new(b"GET", b"/").with_attributes(&attributes);
        let one = FactMatch::new(Fact::Attribute("ip".into()), cidrs(ranges));
        assert_eq!(asked(one, &request), by_fact);
        let address = address.parse().unwrap();
        let in_model = |range: &&str| range.parse::<Cidr>().unwrap().contains(address);
        assert_eq!(by_fact, ranges.iter().any(in_model));
        by_fact
    };
    assert!(from("10.1.2.3", &["10.0.0.0/8"]));
    assert!(from("::ffff:10.1.2.3", &["10.0.0.0/8"]));
    assert!(from("10.1.2.3", &["::ffff:10.0.0.0/104"]));
    assert!(from("10.1.2.3", &["::/0"]));
    assert!(!from("::1", &["0.0.0.0/0"]));
    assert!(from("2001:db8:0:1::5", &["2001:db8::/48", "10.0.0.0/8"]));
    assert!(from("255.255.255.255", &["255.255.255.255"]));
    assert!(from(
        "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        &["ff00::/8"]
    ));
    assert!(!from("11.0.0.0", &["10.0.0.0/8", "11.0.0.1/32"]));
    assert!(from("10.128.0.1", &["10.0.0.0/9", "10.128.0.0/9"]));
    assert!(!from("10.0.0.1", &[]));
}

//! The program, with backends on loopback.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::process::{Child, Command};
use std::thread;
use std::time::{Duration, Instant};

/// Nothing here takes a second; what takes this long hangs.
const PATIENCE: Duration = Duration::from_secs(30);

/// The proxy; ended when the test is over, however that goes.
struct Proxy {
    child: Child,
    address: SocketAddr,
}

impl Proxy {
    fn start(backends: &[(&str, SocketAddr)]) -> Self {
        // pingora does not say which port the system gave it, so one is found first.
        let address = free_address();
        let mut command = Command::new(env!("CARGO_BIN_EXE_fingerpost-example-pingora"));
        command.arg(address.to_string());
        for (name, address) in backends {
            command.arg(format!("{name}={address}"));
        }
        let proxy = Self {
            child: command.spawn().unwrap(),
            address,
        };
        let deadline = Instant::now() + PATIENCE;
        while TcpStream::connect(address).is_err() {
            assert!(Instant::now() < deadline, "the proxy does not listen");
            thread::sleep(Duration::from_millis(20));
        }
        proxy
    }

    /// The answer to a GET: status, head and body.
    fn get(&self, host: &str, path: &str, headers: &str) -> (u16, String, String) {
        let mut stream = TcpStream::connect(self.address).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let request =
            format!("GET {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n{headers}\r\n");
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        let status = head.split(' ').nth(1).unwrap().parse().unwrap();
        (status, head.to_ascii_lowercase(), body.to_string())
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        // Gone already is as good.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn free_address() -> SocketAddr {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
}

/// A backend whose answer is its name and the head that it was sent.
fn backend(name: &'static str) -> SocketAddr {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            thread::spawn(move || echo(name, stream));
        }
    });
    address
}

fn echo(name: &str, mut stream: TcpStream) -> std::io::Result<()> {
    stream.set_read_timeout(Some(PATIENCE))?;
    let mut head = String::new();
    let mut reader = BufReader::new(stream.try_clone()?);
    while reader.read_line(&mut head)? > 2 {}
    let body = format!("{name}\n{}", head.to_ascii_lowercase());
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}

#[test]
fn requests_go_where_the_table_says() {
    let proxy = Proxy::start(&[("cart", backend("cart"))]);

    // Forwarded as it came, and the answer is marked.
    let (status, head, body) = proxy.get("shop.example", "/cart/42?n=1", "");
    assert_eq!(status, 200);
    assert!(head.contains("x-served-by: cart"), "{head}");
    assert!(
        body.starts_with("cart\nget /cart/42?n=1 http/1.1\r\n"),
        "{body}"
    );

    // Answered here: a redirect, a response, no route, a request that is refused.
    let (status, head, _) = proxy.get("shop.example", "/basket", "");
    assert_eq!(status, 308);
    assert!(
        head.contains("location: http://shop.example/cart\r\n"),
        "{head}"
    );
    let (status, _, body) = proxy.get("shop.example", "/nowhere", "");
    assert_eq!((status, body.as_str()), (404, "there is no such page\n"));
    assert_eq!(proxy.get("other.example", "/cart", "").0, 404);
    let two = "host: other.example\r\n";
    assert_eq!(proxy.get("shop.example", "/cart", two).0, 400);

    // A backend that nobody knows.
    assert_eq!(proxy.get("shop.example", "/api/users", "").0, 503);
}

#[test]
fn heads_leave_as_rewritten() {
    let proxy = Proxy::start(&[("users", backend("users"))]);
    let headers = "x-debug: 1\r\nx-edge: forged\r\n";
    let (status, _, body) = proxy.get("shop.example", "/api/users/7?full=1", headers);
    assert_eq!(status, 200);
    assert!(
        body.starts_with("users\nget /v2/7?full=1 http/1.1\r\n"),
        "{body}"
    );
    assert!(body.contains("host: users.internal\r\n"), "{body}");
    assert!(body.contains("x-edge: pingora\r\n"), "{body}");
    assert!(
        !body.contains("forged") && !body.contains("x-debug"),
        "{body}"
    );
}

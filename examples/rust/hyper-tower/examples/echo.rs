//! A backend to look at: its answer is its name and the head that it was sent.
#![allow(clippy::print_stdout)] // a program for the terminal

use std::error::Error;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::thread;

/// Most bytes of a head that are read.
const MOST: u64 = 64 << 10;

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [name, address] = arguments.as_slice() else {
        return Err("usage: echo NAME ADDRESS".into());
    };
    let listener = TcpListener::bind(address)?;
    println!("{name} listens on {}", listener.local_addr()?);
    for stream in listener.incoming() {
        let (stream, name) = (stream?, name.clone());
        // A client that goes away in the middle is no fault of this program.
        thread::spawn(move || answer(&name, stream));
    }
    Ok(())
}

fn answer(name: &str, mut stream: TcpStream) -> std::io::Result<()> {
    let mut body = format!("{name} was sent:\n");
    for line in BufReader::new(stream.try_clone()?.take(MOST)).lines() {
        let line = line?;
        if line.is_empty() {
            break;
        }
        body.push_str(&line);
        body.push('\n');
    }
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 200 OK\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}

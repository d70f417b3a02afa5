//! What is written word by word.
//!
//! Enumerations, and what is seldom many: a value is a run of 32-bit words. Reading takes
//! no more than there is, refuses what is no value, and allocates in proportion to what it
//! has read.

use alloc::boxed::Box;
use alloc::string::String;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::table::dfa::Dfa;
use crate::table::section::Image;
use crate::table::text::{Range32, Text};

/// A value as words.
pub(crate) trait Coded: Sized {
    /// Adds the value's words.
    fn put(&self, words: &mut Vec<u32>);

    /// The value that the next words are; `None` where they are none.
    fn take(words: &mut Words<'_>) -> Option<Self>;
}

/// Words that are still to be read.
pub(crate) struct Words<'w> {
    /// All words of a snapshot.
    image: &'w Arc<Image>,
    left: &'w [u32],
    /// How many come before them.
    at: usize,
    /// A pattern that cannot be compiled here.
    pub(crate) uncompiled: Option<Box<str>>,
    /// Bytes that programs of patterns may still take.
    pub(crate) room: usize,
}

impl<'w> Words<'w> {
    /// Those from a place on.
    pub(crate) fn new(image: &'w Arc<Image>, words: &'w [u32], at: usize, room: usize) -> Self {
        Self {
            image,
            left: words.get(at..).unwrap_or_default(),
            at,
            uncompiled: None,
            room,
        }
    }

    /// The place of the next one.
    pub(crate) fn at(&self) -> usize {
        self.at
    }

    /// Items: how many, and each of them, which is at least a word.
    pub(crate) fn items<T>(
        &mut self,
        mut take: impl FnMut(&mut Self) -> Option<T>,
    ) -> Option<Vec<T>> {
        let count = self.next()? as usize;
        if count > self.left.len() {
            return None;
        }
        // What is allocated grows with what was read.
        (0..count).map(|_| take(self)).collect()
    }

    fn next(&mut self) -> Option<u32> {
        let (&first, rest) = self.left.split_first()?;
        self.left = rest;
        self.at += 1;
        Some(first)
    }

    /// The next words, so many of them.
    pub(crate) fn run(&mut self, count: usize) -> Option<&'w [u32]> {
        let (run, rest) = self.left.split_at_checked(count)?;
        self.left = rest;
        self.at += count;
        Some(run)
    }

    /// The automaton that the next words are, so many of them.
    pub(crate) fn dfa(&mut self, count: usize) -> Option<Dfa> {
        let start = self.at;
        self.run(count)?;
        Dfa::borrowed(
            self.image,
            start * size_of::<u32>()..self.at * size_of::<u32>(),
        )
    }
}

impl Coded for u32 {
    fn put(&self, words: &mut Vec<u32>) {
        words.push(*self);
    }

    fn take(words: &mut Words<'_>) -> Option<Self> {
        words.next()
    }
}

/// Numbers of up to 32 bits.
macro_rules! short {
    ($($number:ty),*) => {$(
        impl Coded for $number {
            fn put(&self, words: &mut Vec<u32>) {
                words.push((*self).into());
            }

            fn take(words: &mut Words<'_>) -> Option<Self> {
                words.next()?.try_into().ok()
            }
        }
    )*};
}

/// Numbers of more, the lowest word first.
macro_rules! long {
    ($($number:ty),*) => {$(
        impl Coded for $number {
            fn put(&self, words: &mut Vec<u32>) {
                let bytes = self.to_le_bytes();
                let (chunks, _) = bytes.as_chunks();
                words.extend(chunks.iter().map(|&chunk| u32::from_le_bytes(chunk)));
            }

            fn take(words: &mut Words<'_>) -> Option<Self> {
                let mut bytes = [0; size_of::<Self>()];
                let (chunks, _) = bytes.as_chunks_mut();
                for chunk in chunks {
                    *chunk = words.next()?.to_le_bytes();
                }
                Some(Self::from_le_bytes(bytes))
            }
        }
    )*};
}

/// As 32 bits; what is more does not fit in a table.
impl Coded for usize {
    fn put(&self, words: &mut Vec<u32>) {
        words.push(u32::try_from(*self).unwrap_or(u32::MAX));
    }

    fn take(words: &mut Words<'_>) -> Option<Self> {
        words.next()?.try_into().ok()
    }
}

short!(u8, u16);
long!(u64, i64, u128, f64);

impl Coded for bool {
    fn put(&self, words: &mut Vec<u32>) {
        words.push((*self).into());
    }

    fn take(words: &mut Words<'_>) -> Option<Self> {
        match words.next()? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl<T: Coded> Coded for Option<T> {
    fn put(&self, words: &mut Vec<u32>) {
        self.is_some().put(words);
        if let Some(value) = self {
            value.put(words);
        }
    }

    fn take(words: &mut Words<'_>) -> Option<Self> {
        Some(match bool::take(words)? {
            true => Some(T::take(words)?),
            false => None,
        })
    }
}

impl<T: Coded> Coded for Vec<T> {
    fn put(&self, words: &mut Vec<u32>) {
        words.push(self.len() as u32);
        self.iter().for_each(|item| item.put(words));
    }

    fn take(words: &mut Words<'_>) -> Option<Self> {
        words.items(T::take)
    }
}

impl<T: Coded> Coded for Box<T> {
    fn put(&self, words: &mut Vec<u32>) {
        T::put(self, words);
    }

    fn take(words: &mut Words<'_>) -> Option<Self> {
        T::take(words).map(Self::new)
    }
}

impl<A: Coded, B: Coded> Coded for (A, B) {
    fn put(&self, words: &mut Vec<u32>) {
        self.0.put(words);
        self.1.put(words);
    }

    fn take(words: &mut Words<'_>) -> Option<Self> {
        Some((A::take(words)?, B::take(words)?))
    }
}

/// Its bytes, four to a word; the last word's that are left are 0.
impl Coded for Box<str> {
    fn put(&self, words: &mut Vec<u32>) {
        words.push(self.len() as u32);
        for chunk in self.as_bytes().chunks(4) {
            let mut bytes = [0; 4];
            bytes
                .iter_mut()
                .zip(chunk)
                .for_each(|(to, from)| *to = *from);
            words.push(u32::from_le_bytes(bytes));
        }
    }

    fn take(words: &mut Words<'_>) -> Option<Self> {
        let length = words.next()? as usize;
        let run = words.run(length.div_ceil(4))?;
        let mut bytes: Vec<u8> = run.iter().flat_map(|word| word.to_le_bytes()).collect();
        bytes.truncate(length);
        String::from_utf8(bytes).ok().map(Into::into)
    }
}

/// `Type { field, field }`: a structure is its fields, one after the other.
macro_rules! coded_structs {
    ($($name:ident { $($field:ident),* $(,)? })*) => {$(
        impl Coded for $name {
            fn put(&self, words: &mut alloc::vec::Vec<u32>) {
                let Self { $($field),* } = self;
                $(Coded::put($field, words);)*
            }

            fn take(words: &mut Words<'_>) -> Option<Self> {
                $(let $field = Coded::take(words)?;)*
                Some(Self { $($field),* })
            }
        }
    )*};
}

/// `Type { 0 = Variant, 1 = Variant(a, b), 2 = Variant { a, b } }`: an enumeration is the
/// number of its variant, and what that has.
macro_rules! coded_enums {
    ($($name:ident {
        $($number:literal = $variant:ident $(($($item:ident),*))? $({ $($field:ident),* })?),* $(,)?
    })*) => {$(
        impl Coded for $name {
            fn put(&self, words: &mut alloc::vec::Vec<u32>) {
                match self {
                    $(Self::$variant $(($($item),*))? $({ $($field),* })? => {
                        words.push($number);
                        $($(Coded::put($item, words);)*)?
                        $($(Coded::put($field, words);)*)?
                    })*
                }
            }

            fn take(words: &mut Words<'_>) -> Option<Self> {
                Some(match <u32 as Coded>::take(words)? {
                    $($number => {
                        $($(let $item = Coded::take(words)?;)*)?
                        $($(let $field = Coded::take(words)?;)*)?
                        Self::$variant $(($($item),*))? $({ $($field),* })?
                    })*
                    _ => return None,
                })
            }
        }
    )*};
}

pub(crate) use {coded_enums, coded_structs};

coded_structs! {
    Text { start, len }
    Range32 { start, len }
}

//! Shell-style patterns over bytes, as POSIX describes them for file names (XCU 2.14), except that
//! a slash or a leading dot is a byte like any other: `*` is any bytes, `?` one byte, `[a-z]` one
//! of a set, `[!a-z]` one outside it, and a backslash takes what follows as it is.
//!
//! Only the last `*` is ever gone back to, so the time is at most the product of both lengths.

/// Whether the whole of `text` matches.
pub(super) fn matches_glob(pattern: &[u8], text: &[u8]) -> bool {
    let (mut rest, mut at) = (pattern, 0);
    // Behind the last star: the pattern there, and where in the text it is to be tried next.
    let mut star: Option<(&[u8], usize)> = None;
    loop {
        if let [b'*', behind @ ..] = rest {
            rest = behind;
            star = Some((rest, at));
            continue;
        }
        match (rest.is_empty(), text.get(at)) {
            (true, None) => return true,
            (false, Some(&byte)) => {
                if let Some(behind) = matches_one(rest, byte) {
                    (rest, at) = (behind, at + 1);
                    continue;
                }
            }
            _ => {}
        }
        let Some((behind, tried)) = star.filter(|(_, tried)| *tried < text.len()) else {
            return false;
        };
        star = Some((behind, tried + 1));
        (rest, at) = (behind, tried + 1);
    }
}

/// The rest of the pattern when its first element, which is no star, matches `byte`.
fn matches_one(pattern: &[u8], byte: u8) -> Option<&[u8]> {
    match pattern {
        [b'?', rest @ ..] => Some(rest),
        [b'[', set @ ..] => match in_set(set, byte) {
            Some((inside, rest)) => inside.then_some(rest),
            // A bracket that is never closed stands for itself.
            None => (byte == b'[').then_some(set),
        },
        [b'\\', literal, rest @ ..] | [literal, rest @ ..] => (*literal == byte).then_some(rest),
        [] => None,
    }
}

/// Whether `byte` is in the set that begins here, and what follows the set's bracket.
fn in_set(set: &[u8], byte: u8) -> Option<(bool, &[u8])> {
    let (negated, mut rest) = match set {
        [b'!' | b'^', rest @ ..] => (true, rest),
        _ => (false, set),
    };
    let mut inside = false;
    let mut first = true;
    loop {
        let (low, behind) = match rest {
            [b']', behind @ ..] if !first => return Some((inside != negated, behind)),
            [b'\\', low, behind @ ..] | [low, behind @ ..] => (*low, behind),
            [] => return None,
        };
        first = false;
        let (high, behind) = match behind {
            [b'-', b']', ..] => (low, behind),
            [b'-', b'\\', high, behind @ ..] | [b'-', high, behind @ ..] => (*high, behind),
            _ => (low, behind),
        };
        inside |= (low..=high).contains(&byte);
        rest = behind;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::ffi::CString;

    /// Every pattern and text of up to four symbols, against the C library's fnmatch.
    #[test]
    fn agrees_with_the_c_library() {
        fn words(symbols: &[u8], longest: usize) -> Vec<Vec<u8>> {
            let mut words = vec![vec![]];
            let mut from = 0;
            for _ in 0..longest {
                let to = words.len();
                for position in from..to {
                    let longer = symbols.iter().map(|s| [&words[position][..], &[*s]].concat());
                    words.extend(longer.collect::<Vec<_>>());
                }
                from = to;
            }
            words
        }
        let texts = words(b"abc[]", 3);
        let mut compared = 0;
        for pattern in words(b"ac*?[]-!\\", 5) {
            // Unfinished sets and final backslashes are left open by POSIX.
            let unfinished = pattern.contains(&b'[') || pattern.ends_with(b"\\");
            let patterns = match unfinished {
                true => vec![[&pattern[..], b"a]"].concat(), [b"[ab", &pattern[..], b"]"].concat()],
                false => vec![pattern],
            };
            for pattern in patterns {
                let c_pattern = CString::new(pattern.clone()).unwrap();
                for text in &texts {
                    let c_text = CString::new(text.clone()).unwrap();
                    // SAFETY: two C strings.
                    let result = unsafe { libc::fnmatch(c_pattern.as_ptr(), c_text.as_ptr(), 0) };
                    let matches = matches_glob(&pattern, text);
                    assert_eq!(matches, result == 0, "{c_pattern:?} {c_text:?}");
                    compared += 1;
                }
            }
        }
        assert!(compared > 1_000_000);
    }

    #[test]
    fn takes_no_exponential_time() {
        let pattern = b"*a".repeat(40);
        assert!(!matches_glob(&[&pattern[..], b"b"].concat(), &b"a".repeat(20_000)));
    }
}

//! Waiting for a line that matches one of several patterns.

use super::command::Stream;
use super::glob::matches_glob;
use super::state::Process;
use super::timeout::Timeout;
use crate::error::Error;

/// How a pattern is compared with a line.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Match {
    /// The line contains the text.
    Text,
    /// The whole line matches, as file names match in a shell.
    Glob,
}

impl Match {
    fn matches(self, pattern: &[u8], line: &[u8]) -> bool {
        match self {
            Match::Text => contains(line, pattern),
            Match::Glob => matches_glob(pattern, line),
        }
    }
}

fn contains(line: &[u8], text: &[u8]) -> bool {
    text.is_empty() || line.windows(text.len()).any(|window| window == text)
}

impl Process {
    /// Waits for a line that matches one of `patterns`, gives it to `deliver`, and returns the
    /// position of the first pattern that matches it. It and the lines before it are then read;
    /// when none comes, or `deliver` refuses it, nothing is.
    pub fn expect(
        &self,
        stream: Stream,
        patterns: &[&[u8]],
        how: Match,
        timeout: Timeout,
        mut deliver: impl FnMut(&[u8]) -> Result<(), Error>,
    ) -> Result<usize, Error> {
        if patterns.is_empty() {
            return Err(Error::invalid("patterns", "empty: there is nothing to wait for"));
        }
        let matching = |line: &[u8]| patterns.iter().position(|it| how.matches(it, line));
        let mut seen = 0;
        self.wait_until("a line that matches", timeout, None, |shared| {
            let output = shared.output(stream)?;
            let mut found = None;
            for (line, behind) in output.lines.lines_from(seen, output.ended) {
                seen = behind;
                if let Some(which) = matching(line) {
                    deliver(line)?;
                    found = Some(which);
                    break;
                }
            }
            match found {
                Some(which) => {
                    output.lines.consume_to(seen);
                    Ok(Some(which))
                }
                None if output.ended => Err(Error::EndOfStream(stream.name())),
                None => Ok(None),
            }
        })
    }
}

//! Writing to the program's standard input.

use super::input::broken_pipe;
use super::state::Process;
use super::timeout::Timeout;
use crate::error::Error;
use crate::host::lock::lock;

impl Process {
    /// Writes to the program's stdin, draining what the program writes meanwhile. Returns how many
    /// bytes were written, and why not all when so. Waits for a write of another thread.
    pub fn write(&self, data: &[u8], timeout: Timeout) -> (usize, Result<(), Error>) {
        let mut written = 0;
        let outcome = self.write_counting(data, timeout, &mut written);
        (written, outcome)
    }

    fn write_counting(
        &self,
        data: &[u8],
        timeout: Timeout,
        written: &mut usize,
    ) -> Result<(), Error> {
        self.check_owner()?;
        let mut input = lock(&self.stdin);
        input.check_open()?;
        let what = "the program to read its stdin";
        self.wait_until(what, timeout, input.descriptor(), |shared| {
            match input.write(data, written)? {
                true => Ok(Some(())),
                // Nobody will make room in the pipe of a program that has ended.
                false if shared.outcome.is_some() => Err(broken_pipe()),
                false => Ok(None),
            }
        })
    }

    /// Ends the program's stdin: it reads the end of file. Waits for a write of another thread.
    pub fn close_stdin(&self) -> Result<(), Error> {
        self.check_owner()?;
        lock(&self.stdin).close()?;
        self.shared()?.wake_all();
        Ok(())
    }
}

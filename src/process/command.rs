//! What to run and how: checked and laid out before the child exists, since between its start and
//! exec nothing may be allocated.

use std::ffi::{CStr, CString, c_char};
use std::time::Duration;

use crate::error::Error;
use crate::memory::with_capacity;

/// The three standard streams.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Stream {
    /// Standard input.
    Stdin,
    /// Standard output.
    Stdout,
    /// Standard error.
    Stderr,
}

impl Stream {
    /// Its usual name.
    pub fn name(self) -> &'static str {
        ["stdin", "stdout", "stderr"][self as usize]
    }
}

/// Where a standard stream of the program leads.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Redirect {
    /// To the host, through a pipe.
    Pipe,
    /// Where the host's own leads.
    Inherit,
    /// Nowhere.
    Null,
    /// stderr only: where stdout leads.
    Merge,
    /// To the host, through a pseudo-terminal; for stdin and stderr, that of stdout.
    Terminal,
    /// A file: read as stdin; made, or emptied, as stdout and stderr.
    File(CString),
}

/// How a program is to be started and kept.
#[derive(Clone, Debug)]
pub struct Settings {
    streams: [Redirect; 3],
    directory: Option<CString>,
    clear_environment: bool,
    changes: Vec<(CString, Option<CString>)>,
    /// In a process group of its own, which signals then reach as a whole.
    pub own_group: bool,
    /// Killed when its handle goes.
    pub kill_on_free: bool,
    /// Killed when it has run for so long.
    pub time_limit: Option<Duration>,
    /// The most bytes of each stream that are kept for later reading.
    pub output_limit: usize,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            streams: [Redirect::Null, Redirect::Pipe, Redirect::Inherit],
            directory: None,
            clear_environment: false,
            changes: Vec::new(),
            own_group: true,
            kill_on_free: true,
            time_limit: None,
            output_limit: 1 << 30,
        }
    }
}

impl Settings {
    /// Where a stream leads.
    pub fn stream(&self, stream: Stream) -> &Redirect {
        &self.streams[stream as usize]
    }

    /// Sets where a stream leads.
    pub fn set_stream(&mut self, stream: Stream, redirect: Redirect) -> Result<(), Error> {
        if redirect == Redirect::Merge && stream != Stream::Stderr {
            let problem = format!("{} cannot be merged, only stderr into stdout", stream.name());
            return Err(Error::invalid("redirect", problem));
        }
        self.streams[stream as usize] = redirect;
        Ok(())
    }

    /// Sets the directory that the program starts in; None = the host's.
    pub fn set_directory(&mut self, directory: Option<&CStr>) {
        self.directory = directory.map(CStr::to_owned);
    }

    /// Gives the program no variable of the host's, nor those set so far.
    pub fn clear_environment(&mut self) {
        self.clear_environment = true;
        self.changes.clear();
    }

    /// Sets a variable of the program's environment; None removes it.
    pub fn set_variable(&mut self, name: &CStr, value: Option<&CStr>) -> Result<(), Error> {
        if name.is_empty() {
            return Err(Error::invalid("name", "empty"));
        }
        if name.to_bytes().contains(&b'=') {
            return Err(Error::invalid("name", format!("{name:?} holds a '='")));
        }
        self.changes.retain(|(other, _)| other.as_c_str() != name);
        self.changes.push((name.to_owned(), value.map(CStr::to_owned)));
        Ok(())
    }

    /// The terminal of stdin and stderr is that of stdout.
    pub(super) fn check(&self) -> Result<(), Error> {
        for stream in [Stream::Stdin, Stream::Stderr] {
            let alone = *self.stream(Stream::Stdout) != Redirect::Terminal;
            if *self.stream(stream) == Redirect::Terminal && alone {
                let problem = format!("{} as a terminal needs stdout as one", stream.name());
                return Err(Error::invalid("options", problem));
            }
        }
        Ok(())
    }
}

unsafe extern "C" {
    static mut environ: *const *const c_char;
}

/// The variables of the host, as "NAME=value".
fn host_environment<'a>() -> impl Iterator<Item = &'a CStr> {
    // SAFETY: the C library's own variable; like getenv, this must not race with setenv.
    let mut next = unsafe { environ };
    std::iter::from_fn(move || {
        // SAFETY: NULL, or an array that a NULL ends; we have not passed its end.
        let entry = *unsafe { next.as_ref() }?;
        if entry.is_null() {
            return None;
        }
        // SAFETY: as above; the entry is a C string.
        unsafe {
            next = next.add(1);
            Some(CStr::from_ptr(entry))
        }
    })
}

/// The words of exec, laid out as it takes them.
pub(super) struct Prepared<'a> {
    /// Files to try, in this order.
    pub(super) candidates: Vec<CString>,
    pub(super) argv: Vec<*const c_char>,
    pub(super) directory: Option<&'a CStr>,
    pub(super) environment: Vec<*const c_char>,
    _own: Vec<CString>,
}

impl<'a> Prepared<'a> {
    pub(super) fn new(argv: &'a [&'a CStr], settings: &'a Settings) -> Result<Self, Error> {
        let Some(program) = argv.first() else {
            return Err(Error::invalid("argv", "empty: there is no program to run"));
        };
        let own = own_variables(settings);
        let inherited = host_environment().filter(|entry| {
            let changed = |(name, _): &(CString, _)| value_of(entry, name.to_bytes()).is_some();
            !settings.clear_environment && !settings.changes.iter().any(changed)
        });
        let variables: Vec<&CStr> = inherited.chain(own.iter().map(CString::as_c_str)).collect();
        let path = variables.iter().find_map(|entry| value_of(entry, b"PATH"));
        let candidates = candidates(program.to_bytes(), path)?;
        let environment = pointers(&variables)?;
        let directory = settings.directory.as_deref();
        Ok(Prepared { candidates, argv: pointers(argv)?, directory, environment, _own: own })
    }
}

fn own_variables(settings: &Settings) -> Vec<CString> {
    let entry = |(name, value): &(CString, Option<CString>)| {
        let entry = [name.to_bytes(), b"=", value.as_ref()?.to_bytes()].concat();
        CString::new(entry).ok()
    };
    settings.changes.iter().filter_map(entry).collect()
}

fn value_of<'a>(entry: &'a CStr, name: &[u8]) -> Option<&'a [u8]> {
    entry.to_bytes().strip_prefix(name)?.strip_prefix(b"=")
}

fn pointers(strings: &[&CStr]) -> Result<Vec<*const c_char>, Error> {
    let mut pointers = with_capacity(strings.len() + 1, "the words of a command")?;
    pointers.extend(strings.iter().map(|string| string.as_ptr()));
    pointers.push(std::ptr::null());
    Ok(pointers)
}

/// Where a program may be: as named when there is a slash in the name, else in every directory of
/// PATH, an empty one meaning the current directory, as POSIX has it.
fn candidates(program: &[u8], path: Option<&[u8]>) -> Result<Vec<CString>, Error> {
    let owned = |bytes: Vec<u8>| {
        CString::new(bytes).map_err(|_| Error::invalid("argv", "a NUL within the program's name"))
    };
    if program.is_empty() || program.contains(&b'/') {
        return Ok(vec![owned(program.to_vec())?]);
    }
    let directories = path.unwrap_or(b"/bin:/usr/bin").split(|&byte| byte == b':');
    let joined = directories.map(|directory| match directory {
        [] => [b"./", program].concat(),
        _ => [directory, b"/", program].concat(),
    });
    joined.map(owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(program: &str, path: Option<&str>) -> Vec<String> {
        let found = candidates(program.as_bytes(), path.map(str::as_bytes)).unwrap();
        found.into_iter().map(|path| path.into_string().unwrap()).collect()
    }

    #[test]
    fn a_name_without_slash_is_searched_on_path() {
        assert_eq!(found("a", Some("/x:/y/")), ["/x/a", "/y//a"]);
        assert_eq!(found("a", Some("/x::/y")), ["/x/a", "./a", "/y/a"]);
        assert_eq!(found("a", Some("")), ["./a"]);
        assert_eq!(found("a", None), ["/bin/a", "/usr/bin/a"]);
        assert_eq!(found("./a", Some("/x")), ["./a"]);
        assert_eq!(found("b/a", Some("/x")), ["b/a"]);
    }
}

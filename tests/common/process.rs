//! Process control as a C program calls it, with the pointers taken care of.

#![allow(dead_code)] // every test program uses another part of it

use std::ffi::{CStr, CString, c_char, c_int, c_void};
use std::mem::MaybeUninit;
use std::ptr;

use fourier::capi::*;

/// fourier_process_read or fourier_process_peek.
type TakeBytes = unsafe extern "C" fn(
    *mut fourier_process,
    MaybeUninit<fourier_stream>,
    *mut c_void,
    usize,
    *mut usize,
    f64,
) -> c_int;

pub const OK: c_int = 0;
pub const INVALID: c_int = fourier_status::FOURIER_INVALID_ARGUMENT as c_int;
pub const NOT_FINITE: c_int = fourier_status::FOURIER_NOT_FINITE as c_int;
pub const END: c_int = fourier_status::FOURIER_END_OF_STREAM as c_int;
pub const TIMED_OUT: c_int = fourier_status::FOURIER_TIMED_OUT as c_int;
pub const CONTINUES: c_int = fourier_status::FOURIER_LINE_CONTINUES as c_int;
pub const LIMIT: c_int = fourier_status::FOURIER_OUTPUT_LIMIT as c_int;
pub const RUNNING: c_int = fourier_status::FOURIER_STILL_RUNNING as c_int;

pub const STDIN: c_int = 0;
pub const STDOUT: c_int = 1;
pub const STDERR: c_int = 2;

pub const PIPE: c_int = fourier_redirect::FOURIER_REDIRECT_PIPE as c_int;
pub const INHERIT: c_int = fourier_redirect::FOURIER_REDIRECT_INHERIT as c_int;
pub const NULL: c_int = fourier_redirect::FOURIER_REDIRECT_NULL as c_int;
pub const MERGE: c_int = fourier_redirect::FOURIER_REDIRECT_MERGE as c_int;
pub const TERMINAL: c_int = fourier_redirect::FOURIER_REDIRECT_TERMINAL as c_int;

/// The integer that C passes for an enumeration, valid or not.
pub fn enumeration<E>(number: c_int) -> MaybeUninit<E> {
    assert_eq!(size_of::<E>(), size_of::<c_int>());
    // SAFETY: any bits are a MaybeUninit of the same size.
    unsafe { std::mem::transmute_copy(&number) }
}

/// The text of this thread's last failure.
pub fn last_error() -> String {
    // SAFETY: text that stays until the next failure.
    unsafe { CStr::from_ptr(fourier_last_error()) }.to_string_lossy().into_owned()
}

/// Strings as a C array that a NULL ends.
pub struct Words {
    _strings: Vec<CString>,
    pointers: Vec<*const c_char>,
}

impl Words {
    pub fn new<S: AsRef<[u8]>>(words: &[S]) -> Words {
        let own = |word: &S| CString::new(word.as_ref()).expect("a word without NUL");
        let strings: Vec<CString> = words.iter().map(own).collect();
        let pointers = strings.iter().map(|word| word.as_ptr()).chain([ptr::null()]).collect();
        Words { _strings: strings, pointers }
    }

    pub fn as_ptr(&self) -> *const *const c_char {
        self.pointers.as_ptr()
    }
}

/// Options, freed at the end.
pub struct Options(pub *mut fourier_process_options);

impl Options {
    pub fn new() -> Options {
        Options(fourier_process_options_new())
    }

    pub fn stream(self, stream: c_int, redirect: c_int) -> Options {
        // SAFETY (this file): handles and strings that live, as the header asks.
        // SAFETY: the options are this object's own.
        let status = unsafe {
            fourier_process_options_set_stream(self.0, enumeration(stream), enumeration(redirect))
        };
        assert_eq!(status, OK);
        self
    }

    pub fn file(self, stream: c_int, path: &str) -> Options {
        let path = CString::new(path).unwrap();
        // SAFETY: the options are this object's own, and the path is a string that stays.
        let status =
            unsafe { fourier_process_options_set_file(self.0, enumeration(stream), path.as_ptr()) };
        assert_eq!(status, OK);
        self
    }

    pub fn directory(self, path: &str) -> Options {
        let path = CString::new(path).unwrap();
        // SAFETY: as above.
        assert_eq!(unsafe { fourier_process_options_set_directory(self.0, path.as_ptr()) }, OK);
        self
    }

    pub fn env(self, name: &str, value: Option<&str>) -> Options {
        let name = CString::new(name).unwrap();
        let value = value.map(|value| CString::new(value).unwrap());
        let value = value.as_ref().map_or(ptr::null(), |value| value.as_ptr());
        // SAFETY: as above.
        assert_eq!(unsafe { fourier_process_options_set_env(self.0, name.as_ptr(), value) }, OK);
        self
    }

    pub fn clear_env(self) -> Options {
        // SAFETY: as above.
        assert_eq!(unsafe { fourier_process_options_clear_env(self.0) }, OK);
        self
    }

    pub fn group(self, own: bool) -> Options {
        // SAFETY: as above.
        assert_eq!(unsafe { fourier_process_options_set_group(self.0, own.into()) }, OK);
        self
    }

    pub fn kill_on_free(self, kill: bool) -> Options {
        // SAFETY: as above.
        assert_eq!(unsafe { fourier_process_options_set_kill_on_free(self.0, kill.into()) }, OK);
        self
    }

    pub fn time_limit(self, seconds: f64) -> Options {
        // SAFETY: as above.
        assert_eq!(unsafe { fourier_process_options_set_time_limit(self.0, seconds) }, OK);
        self
    }

    pub fn output_limit(self, bytes: i64) -> Options {
        // SAFETY: as above.
        assert_eq!(unsafe { fourier_process_options_set_output_limit(self.0, bytes) }, OK);
        self
    }

    pub fn start<S: AsRef<[u8]>>(&self, words: &[S]) -> Handle {
        let (handle, status) = self.try_start(words);
        assert_eq!(status, OK, "{}", last_error());
        handle
    }

    pub fn try_start<S: AsRef<[u8]>>(&self, words: &[S]) -> (Handle, c_int) {
        let mut process = ptr::dangling_mut();
        let words = Words::new(words);
        // SAFETY: as above.
        let status = unsafe { fourier_process_start(words.as_ptr(), self.0, &mut process) };
        assert_eq!(status == OK, !process.is_null());
        (Handle(process), status)
    }

    pub fn sh(&self, script: &str) -> Handle {
        self.start(&["sh", "-c", script])
    }
}

impl Drop for Options {
    fn drop(&mut self) {
        // SAFETY: as above.
        unsafe { fourier_process_options_free(self.0) };
    }
}

/// A shell script, with the default options.
pub fn sh(script: &str) -> Handle {
    Options::new().sh(script)
}

/// A process, freed at the end.
pub struct Handle(pub *mut fourier_process);

// SAFETY: the header promises that a handle may be used from several threads.
unsafe impl Send for Handle {}
// SAFETY: as above.
unsafe impl Sync for Handle {}

impl Drop for Handle {
    fn drop(&mut self) {
        // SAFETY: as above.
        unsafe { fourier_process_free(self.0) };
    }
}

impl Handle {
    /// A status and what is in the line afterwards.
    pub fn line_into(&self, stream: c_int, capacity: usize, timeout: f64) -> (c_int, Vec<u8>) {
        let mut line = vec![b'?'; capacity];
        let mut length = usize::MAX;
        let pointer = line.as_mut_ptr().cast();
        // SAFETY: as above.
        let status = unsafe {
            fourier_process_read_line(
                self.0,
                enumeration(stream),
                pointer,
                capacity,
                &mut length,
                timeout,
            )
        };
        if status != INVALID && status != LIMIT {
            assert_eq!(line[length], 0, "a line ends with NUL");
        }
        line.truncate(length);
        (status, line)
    }

    /// The next line of stdout.
    pub fn line(&self) -> String {
        let (status, line) = self.line_into(STDOUT, 1 << 16, 20.0);
        assert_eq!(status, OK, "{}", last_error());
        String::from_utf8(line).expect("a line of text")
    }

    /// Every line that is left of a stream.
    pub fn lines(&self, stream: c_int) -> Vec<String> {
        let mut lines = Vec::new();
        loop {
            match self.line_into(stream, 1 << 16, 20.0) {
                (OK, line) => lines.push(String::from_utf8_lossy(&line).into_owned()),
                (END, _) => return lines,
                (status, _) => panic!("status {status}: {}", last_error()),
            }
        }
    }

    pub fn read(&self, stream: c_int, capacity: usize, timeout: f64) -> (c_int, Vec<u8>) {
        self.bytes(fourier_process_read, stream, capacity, timeout)
    }

    pub fn peek(&self, stream: c_int, capacity: usize, timeout: f64) -> (c_int, Vec<u8>) {
        self.bytes(fourier_process_peek, stream, capacity, timeout)
    }

    fn bytes(
        &self,
        take: TakeBytes,
        stream: c_int,
        capacity: usize,
        timeout: f64,
    ) -> (c_int, Vec<u8>) {
        let mut bytes = vec![0_u8; capacity];
        let mut length = 0;
        let pointer = bytes.as_mut_ptr().cast();
        // SAFETY: the handle is one of this library until it is dropped; `capacity` bytes.
        let status =
            unsafe { take(self.0, enumeration(stream), pointer, capacity, &mut length, timeout) };
        bytes.truncate(length);
        (status, bytes)
    }

    pub fn write(&self, data: &[u8], timeout: f64) -> (c_int, usize) {
        let mut written = usize::MAX;
        // SAFETY: as above.
        let status = unsafe {
            let pointer = data.as_ptr().cast();
            fourier_process_write(self.0, pointer, data.len(), &mut written, timeout)
        };
        (status, written)
    }

    pub fn close_stdin(&self) -> c_int {
        // SAFETY: as above.
        unsafe { fourier_process_close_stdin(self.0) }
    }

    pub fn signal(&self, signal: c_int) -> c_int {
        // SAFETY: as above.
        unsafe { fourier_process_signal(self.0, signal) }
    }

    pub fn pause(&self) -> c_int {
        // SAFETY: as above.
        unsafe { fourier_process_pause(self.0, 20.0) }
    }

    pub fn resume(&self) -> c_int {
        // SAFETY: as above.
        unsafe { fourier_process_resume(self.0) }
    }

    pub fn kill(&self) -> c_int {
        // SAFETY: as above.
        unsafe { fourier_process_kill(self.0) }
    }

    pub fn try_wait(&self, timeout: f64) -> (c_int, c_int) {
        let mut code = 12345;
        // SAFETY: as above.
        let status = unsafe { fourier_process_wait(self.0, timeout, &mut code) };
        (status, code)
    }

    /// The return code.
    pub fn wait(&self) -> c_int {
        let (status, code) = self.try_wait(30.0);
        assert_eq!(status, OK, "{}", last_error());
        code
    }

    pub fn stop(&self, grace: f64) -> (c_int, c_int) {
        let mut code = 12345;
        // SAFETY: as above.
        let status = unsafe { fourier_process_stop(self.0, grace, &mut code) };
        (status, code)
    }

    pub fn state(&self) -> fourier_run_state {
        let mut state = fourier_run_state::FOURIER_EXITED;
        // SAFETY: as above.
        assert_eq!(unsafe { fourier_process_state(self.0, &mut state) }, OK, "{}", last_error());
        state
    }

    pub fn pid(&self) -> i32 {
        // SAFETY: as above.
        let pid = unsafe { fourier_process_pid(self.0) };
        i32::try_from(pid).expect("a process id")
    }

    /// Wall, user and system seconds, and peak memory.
    pub fn usage(&self) -> (c_int, [f64; 3], i64) {
        let (mut times, mut peak) = ([f64::NAN; 3], -2);
        let [wall, user, system] = &mut times;
        // SAFETY: as above.
        let status = unsafe { fourier_process_usage(self.0, wall, user, system, &mut peak) };
        (status, times, peak)
    }

    pub fn expect(
        &self,
        patterns: &[&str],
        kind: fourier_match,
        capacity: usize,
        timeout: f64,
    ) -> (c_int, c_int, String, usize) {
        let (mut which, mut length, mut line) = (-1, usize::MAX, vec![0_u8; capacity.max(1)]);
        let patterns = Words::new(patterns);
        // SAFETY: as above.
        let status = unsafe {
            fourier_process_expect(
                self.0,
                enumeration(STDOUT),
                patterns.as_ptr(),
                MaybeUninit::new(kind),
                &mut which,
                line.as_mut_ptr().cast(),
                capacity,
                &mut length,
                timeout,
            )
        };
        let text = CStr::from_bytes_until_nul(&line).unwrap_or_default();
        (status, which, text.to_string_lossy().into_owned(), length)
    }
}

/// Waits for events of several processes; the status and what has come.
pub fn poll(wanted: &[(&Handle, c_int)], timeout: f64) -> (c_int, Vec<c_int>) {
    let handles: Vec<_> = wanted.iter().map(|(handle, _)| handle.0).collect();
    let events: Vec<c_int> = wanted.iter().map(|(_, events)| *events).collect();
    let mut ready = vec![-1; wanted.len()];
    // SAFETY: as above.
    let status = unsafe {
        let count = wanted.len() as i64;
        fourier_process_poll(count, handles.as_ptr(), events.as_ptr(), ready.as_mut_ptr(), timeout)
    };
    (status, ready)
}
